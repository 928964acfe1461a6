"""What must leave the house: queued in the transaction that decides it, delivered at least once by the worker."""

from registry_core.outbox.message import (
    NOTICES,
    OutboxItem,
    OutboxKind,
    enqueue,
    mark_delivered,
    mark_failed,
    payload_of,
    retry,
    stuck_items,
    take_due,
    waiting_count,
)

__all__ = [
    "NOTICES",
    "OutboxItem",
    "OutboxKind",
    "enqueue",
    "mark_delivered",
    "mark_failed",
    "payload_of",
    "retry",
    "stuck_items",
    "take_due",
    "waiting_count",
]
