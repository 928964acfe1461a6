"""The residents' face: my record, another code, my requests, follow a request, who looked at my record.

Each journey has a module of its own; importing it registers its pages on the one blueprint.
"""

from portal.resident import (
    code_change,
    code_change_send,
    confirmation,
    corrections,
    counter,
    follow,
    record,
    requests,
    who_looked,
)
from portal.resident.face import blueprint

__all__ = [
    "blueprint",
    "code_change",
    "code_change_send",
    "confirmation",
    "corrections",
    "counter",
    "follow",
    "record",
    "requests",
    "who_looked",
]
