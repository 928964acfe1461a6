"""People who use the portal, as objects: a journey reads `resident.asks_for_another_code()`."""
