"""The staff face: queue, cases, decisions and their follow-up, PINs, corrections; in Japanese and English only."""

from portal.staff import (
    approval,
    as_it_stood,
    case,
    correction_cases,
    delivery,
    looks,
    new_code,
    pins,
    queue,
    search,
    staff_links,
)
from portal.staff.desk import blueprint

__all__ = [
    "approval",
    "as_it_stood",
    "blueprint",
    "case",
    "correction_cases",
    "delivery",
    "looks",
    "new_code",
    "pins",
    "queue",
    "search",
    "staff_links",
]
