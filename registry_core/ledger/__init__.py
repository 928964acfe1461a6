"""The ledger: append-only entries of every look and every change, sealed into a chain, signed at checkpoints."""

from registry_core.ledger.checkpoint import checkpoint_if_due, make_checkpoint
from registry_core.ledger.entry import (
    LedgerEntryView,
    bound_entries,
    entries_about,
    entries_by,
    entry_values,
    record_entries,
    record_entry,
)
from registry_core.ledger.export import checkpoints_after, export_ledger, public_keys
from registry_core.ledger.holder import HolderState, checkpoints_for, holder_failed, holder_states, holder_took
from registry_core.ledger.seal import oldest_unsealed, seal_entries
from registry_core.ledger.verify import LedgerVerdict, verify_ledger

__all__ = [
    "HolderState",
    "LedgerEntryView",
    "LedgerVerdict",
    "bound_entries",
    "checkpoint_if_due",
    "checkpoints_after",
    "checkpoints_for",
    "entries_about",
    "entries_by",
    "entry_values",
    "export_ledger",
    "holder_failed",
    "holder_states",
    "holder_took",
    "make_checkpoint",
    "oldest_unsealed",
    "public_keys",
    "record_entries",
    "record_entry",
    "seal_entries",
    "verify_ledger",
]
