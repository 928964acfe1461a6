"""The register: resident records, their codes and the ledger. Knows the law and SQLAlchemy, nothing of the web or of words for people."""
