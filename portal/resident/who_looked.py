"""Who looked at my record: every entry of the ledger about it, newest first, in the reader's language.

Opening this page is an entry too, and stands on top of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, current_record_id, resident_only
from portal.registry import registry
from portal.resident.action_words import action_key, actor_key, purpose_key
from portal.resident.face import blueprint
from registry_core.ledger import LedgerEntryView, entries_about, record_entry
from registry_core.values.legal_purpose import LegalPurpose

ON_A_PAGE = 50
_MARK_LENGTH = 80


@dataclass(frozen=True)
class ShownLook:
    """One entry; the keys name official texts, so that the Japanese can stand beside the reader's words."""

    at: datetime
    action: str
    actor: str
    purpose: str


@blueprint.get("/<lang:lang>/who-looked")
@resident_only
def who_looked() -> ResponseReturnValue:
    """One page of entries, with `others=1` without one's own; `before` is the mark of the last entry of the page before."""
    record_id, actor = current_record_id(), current_actor()
    before = mark_from(request.args.get("before", ""))
    is_others_only = request.args.get("others") == "1"
    with registry().write() as session:
        record_entry(
            session,
            action="ledger.looked-at",
            actor=actor,
            at=registry().now(),
            purpose=LegalPurpose.OWN_RECORD,
            record_id=record_id,
        )
        entries = entries_about(
            session,
            record_id=record_id,
            limit=ON_A_PAGE + 1,
            before=before,
            except_by=actor.person if is_others_only else None,
        )
    shown, more = entries[:ON_A_PAGE], len(entries) > ON_A_PAGE
    return render_template(
        "resident/who_looked.html",
        looks=[_shown(entry, actor.person) for entry in shown],
        older=mark_of(shown[-1]) if more else None,
        is_first=before is None,
        others="1" if is_others_only else None,
    )


def mark_of(entry: LedgerEntryView) -> str:
    """Where the next page begins: the entry's instant and id; it says nothing about anybody."""
    return f"{entry.at.isoformat()}_{entry.id}"


def mark_from(text: str) -> tuple[datetime, UUID] | None:
    """Read a mark; None, the first page, for anything that is no mark."""
    at, _underscore, entry_id = text[:_MARK_LENGTH].replace(" ", "+").partition("_")
    try:
        instant, identity = datetime.fromisoformat(at), UUID(entry_id)
        # A day at the very edge of the calendar has no instant in UTC.
        return (instant.astimezone(UTC), identity) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _shown(entry: LedgerEntryView, own_person: str) -> ShownLook:
    return ShownLook(
        at=entry.at,
        action=action_key(entry.action),
        actor=actor_key(entry.actor_role, is_own=entry.actor_person == own_person),
        purpose=purpose_key(entry.purpose),
    )
