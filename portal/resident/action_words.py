"""The ledger's stable keys, and the official text each is told with: what was done, by whom, why.

A closed mapping: a key it does not know is told as "an entry was made", never as the bare key, and a test compares it
with the actions the core writes.
"""

from registry_core.values.actor import Role
from registry_core.values.legal_purpose import LegalPurpose

ACTIONS = frozenset(
    {
        "card.recorded",
        "case.closed",
        "case.released",
        "case.taken",
        "code-change.answered",
        "code-change.approved",
        "code-change.asked",
        "code-change.begun",
        "code-change.closed",
        "code-change.declined",
        "code-change.followed",
        "code-change.identity-checked",
        "code-change.lapsed",
        "code-change.looked-at",
        "code-change.released",
        "code-change.requested",
        "code-change.taken",
        "code-change.withdrawn",
        "code.shown-whole",
        "ledger.looked-at",
        "record.confirmed",
        "record.corrected",
        "record.entered",
        "record.erased",
        "record.exported",
        "record.found",
        "record.history-looked-at",
        "record.looked-at",
        "record.said-wrong",
        "record.searched-for",
        "sign-in.compared",
        "sign-in.document-shown",
        "sign-in.link-ended",
        "sign-in.linked",
        "sign-in.pin-failed",
        "sign-in.pin-issued",
        "slip.handed-over",
        "slip.made",
        "slip.opened",
        "slip.posted",
        "slip.printed",
        "staff.linked-to-record",
    }
)
OTHER = "action.other"


def action_key(action: str) -> str:
    """The key of the official text for an action."""
    return f"action.{action}" if action in ACTIONS else OTHER


def actor_key(role: Role, *, is_own: bool) -> str:
    """The key of the official text for who it was; names of staff are not told, their office answers for them."""
    if is_own:
        return "actor.you"
    return f"actor.{role.value.replace('_', '-')}"


def purpose_key(purpose: LegalPurpose) -> str:
    """The key of the official text for the legal purpose."""
    return f"purpose.{purpose.value}"
