"""Entering, correcting and erasing (記載・修正・消除, Act art. 8): with a reason, a day, and a row of history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from registry_core.ledger import entry_values, record_entry
from registry_core.register.code_assignment import JAPAN, CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.history import changed_on, keep_history
from registry_core.register.item_rules import checked_items
from registry_core.register.resident_record import ResidentItems, ResidentRecord, with_changes
from registry_core.register.returning import returning_record
from registry_core.register.search_index import index_record
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.keys import keyring
from registry_core.storage.present_values import present_values
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import (
    CORRECTION_REASONS,
    ENTRY_REASONS,
    ERASURE_REASONS,
    ChangeReason,
    guard_reason,
)
from registry_core.values.errors import CodeInUse, InvalidItem, NotPermitted
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode

_MAINTAINERS = frozenset({Role.CLERK, Role.SUPERVISOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class ResidentErased:
    """An erasure: the version that the record has by it, the row of the code that stood on it, the day of the change (異動日)."""

    record_version: int
    assignment_id: UUID
    on: RegisterDate


def enter_resident(
    session: Session,
    *,
    items: ResidentItems,
    code: ResidentRecordCode,
    reason: ChangeReason,
    on: date | RegisterDate,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Enter a resident with the code they have (Act art. 30-3 par. 1); who was erased here and comes back goes on as before.

    Raises CodeInUse, ReasonNeverHere, and what `checked_items` raises.
    """
    guard_may_enter(actor, reason)
    items = checked_items(items)
    record = returning_record(session, code=code, items=items, municipality_code=actor.municipality)
    if record is not None:
        record.enter_again(items)
    else:
        record = _entered(session, items=items, code=code, municipality_code=actor.municipality, at=at)
    index_record(session, record_id=record.id, items=items)
    keep_history(session, record=record, code=code, reason=reason, on=on, actor=actor, at=at)
    _entry(session, "record.entered", record.id, reason, actor, at)
    return record.id


def _entered(
    session: Session, *, items: ResidentItems, code: ResidentRecordCode, municipality_code: str, at: datetime
) -> ResidentRecord:
    """A record that was not here before, with its code. Raises CodeInUse."""
    ring = keyring(session)
    if session.scalar(select(exists().where(CodeAssignment.code_index.in_(ring.indexes(code.reveal()))))):
        raise CodeInUse
    record = ResidentRecord.enter(items, municipality_code=municipality_code)
    session.add(record)
    session.flush()
    session.add(CodeAssignment.begin(code, record_id=record.id, at=at, keyring=ring))
    return record


def correct_record(
    session: Session,
    *,
    record_id: UUID,
    changes: dict[str, object],
    reason: ChangeReason,
    on: date | RegisterDate,
    actor: Actor,
    at: datetime,
) -> int:
    """Correct some items; the new version.

    Raises RecordNotFound, RecordErased, OwnHousehold, InvalidItem for the card number of somebody else, and what `checked_items`
    raises.
    """
    _guard_maintainer(actor)
    guard_reason(reason, CORRECTION_REASONS)
    guard_staff(session, actor=actor, record_id=record_id)
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    items = checked_items(with_changes(record.items(), changes))
    if items.card_number != record.card_number and card_numbers_in_use(session, card_numbers=[items.card_number or ""]):
        raise InvalidItem(item="card_number")
    record.correct(items)
    index_record(session, record_id=record_id, items=items)
    code = assignment.code(keyring(session))
    keep_history(session, record=record, code=code, reason=reason, on=on, actor=actor, at=at)
    _entry(session, "record.corrected", record_id, reason, actor, at)
    return record.version


def erase_record(
    session: Session,
    *,
    record_id: UUID,
    reason: ChangeReason,
    on: date | RegisterDate,
    actor: Actor,
    at: datetime,
    closing: Callable[[UUID], None],
) -> ResidentErased:
    """Erase a record. `closing` ends what is open about it in the rooms above.

    Use `codes.erase_resident`, which gives it and queues the notice.
    """
    _guard_maintainer(actor)
    guard_reason(reason, ERASURE_REASONS)
    guard_staff(session, actor=actor, record_id=record_id)
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    day = changed_on(on, reason=reason)
    written = at.astimezone(JAPAN).date()
    # The 150 years of Cabinet Order art. 34 count from the erasing: of a day that is past, from when it was written.
    record.erase(on=max(day.calendar_day or written, written))
    code = assignment.code(keyring(session))
    keep_history(session, record=record, code=code, reason=reason, on=on, actor=actor, at=at)
    _entry(session, "record.erased", record_id, reason, actor, at)
    closing(record_id)
    return ResidentErased(record.version, assignment.id, day)


def card_numbers_in_use(session: Session, *, card_numbers: Iterable[str]) -> set[str]:
    """Those that stand in a record, an erased one too: a card number is one person's for ever."""
    return present_values(session, ResidentRecord.card_number, filter(None, card_numbers))


def _guard_maintainer(actor: Actor) -> None:
    if actor.role not in _MAINTAINERS:
        raise NotPermitted


def guard_may_enter(actor: Actor, reason: ChangeReason) -> None:
    """Raises NotPermitted, ReasonNeverHere, InvalidItem."""
    _guard_maintainer(actor)
    guard_reason(reason, ENTRY_REASONS)


def entered_values(
    record_id: UUID, *, entry_id: UUID, reason: ChangeReason, actor: Actor, at: datetime
) -> dict[str, Any]:
    """The ledger entry of an entering, for who writes many at once."""
    return entry_values(**_about("record.entered", record_id, reason, actor, at), entry_id=entry_id)


def _entry(session: Session, action: str, record_id: UUID, reason: ChangeReason, actor: Actor, at: datetime) -> None:
    record_entry(session, **_about(action, record_id, reason, actor, at))


def _about(action: str, record_id: UUID, reason: ChangeReason, actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "action": action,
        "actor": actor,
        "at": at,
        "purpose": LegalPurpose.REGISTER_MAINTENANCE,
        "record_id": record_id,
        "facts": {"reason": reason.value},
    }
