"""Entering, correcting and erasing (記載・修正・消除, Act art. 8): with a reason, a day, and a row of history."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from registry_core.ledger import entry_values, record_entry
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.history import keep_history
from registry_core.register.household import guard_own_household
from registry_core.register.resident_record import (
    NameKey,
    ResidentItems,
    ResidentRecord,
    name_keys_of,
    with_changes,
)
from registry_core.register.returning import returning_record
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import CORRECTION_REASONS, ENTRY_REASONS, ERASURE_REASONS, ChangeReason
from registry_core.values.errors import CodeInUse, InvalidItem, MissingItem, NotPermitted
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.plain_text import plain_text
from registry_core.values.resident_record_code import ResidentRecordCode

LENGTHS = {
    "latin_name": 200,
    "kanji_name": 200,
    "reading": 200,
    "alias": 200,
    "address": 300,
    "previous_address": 300,
    "residence_status": 60,
    "period_of_stay": 40,
    "household_number": 40,
    "household_head": 200,
    "relationship": 60,
}
_REQUIRED = ("address", "household_number", "household_head", "relationship")
_CARD_NUMBER = re.compile(r"[A-Z]{2}[0-9]{8}[A-Z]{2}")  # Immigration Control Regulation art. 19-6 par. 5
_NATIONALITY = re.compile(r"[A-Z]{3}")
_LOOKED_UP_AT_ONCE = 500
_MAINTAINERS = frozenset({Role.CLERK, Role.SUPERVISOR, Role.SYSTEM})


def checked_items(items: ResidentItems) -> ResidentItems:
    """The items in the form the register keeps. Raises MissingItem, InvalidItem, InvalidText, TooLong (facts: item)."""
    texts = {
        name: plain_text(value, item=name, limit=limit)
        for name, limit in LENGTHS.items()
        if (value := getattr(items, name)) is not None
    }
    clean = with_changes(items, dict(texts))
    if not (clean.latin_name or clean.kanji_name):
        raise MissingItem(item="latin_name")
    for name in _REQUIRED:
        if not getattr(clean, name):
            raise MissingItem(item=name)
    if clean.card_number is not None and not _CARD_NUMBER.fullmatch(clean.card_number):
        raise InvalidItem(item="card_number")
    if not _NATIONALITY.fullmatch(clean.nationality):
        raise InvalidItem(item="nationality")
    if clean.end_of_stay is not None and not _is_day(clean.end_of_stay):
        raise InvalidItem(item="end_of_stay")
    return clean


def enter_resident(
    session: Session,
    *,
    items: ResidentItems,
    code: ResidentRecordCode,
    reason: ChangeReason,
    on: date,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Enter a resident with the code they have (Act art. 30-3 par. 1); who was erased here and comes back goes on as before.

    Raises CodeInUse and what `checked_items` raises.
    """
    guard_may_enter(actor, reason)
    items = checked_items(items)
    record = returning_record(session, code=code, items=items, municipality_code=actor.municipality)
    if record is not None:
        record.enter_again(items)
        session.execute(delete(NameKey).where(NameKey.record_id == record.id))
    else:
        record = _entered(session, items=items, code=code, municipality_code=actor.municipality, at=at)
    session.add_all(name_keys_of(items, record_id=record.id))
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
    on: date,
    actor: Actor,
    at: datetime,
) -> int:
    """Correct some items; the new version. Raises RecordNotFound, RecordErased, OwnHousehold, and what `checked_items` raises."""
    _guard_maintainer(actor)
    if reason not in CORRECTION_REASONS:
        raise InvalidItem(item="reason")
    guard_own_household(session, actor=actor, record_id=record_id)
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    items = checked_items(with_changes(record.items(), changes))
    record.correct(items)
    session.execute(delete(NameKey).where(NameKey.record_id == record_id))
    session.add_all(name_keys_of(items, record_id=record_id))
    code = assignment.code(keyring(session))
    keep_history(session, record=record, code=code, reason=reason, on=on, actor=actor, at=at)
    _entry(session, "record.corrected", record_id, reason, actor, at)
    return record.version


def erase_record(
    session: Session,
    *,
    record_id: UUID,
    reason: ChangeReason,
    on: date,
    actor: Actor,
    at: datetime,
    closing: Callable[[UUID], None],
) -> None:
    """Erase a record. `closing` ends what is open about it in the rooms above: use `codes.erase_resident`, which gives it."""
    _guard_maintainer(actor)
    if reason not in ERASURE_REASONS:
        raise InvalidItem(item="reason")
    guard_own_household(session, actor=actor, record_id=record_id)
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    record.erase(on=on)
    code = assignment.code(keyring(session))
    keep_history(session, record=record, code=code, reason=reason, on=on, actor=actor, at=at)
    _entry(session, "record.erased", record_id, reason, actor, at)
    closing(record_id)


def card_numbers_in_use(session: Session, *, card_numbers: Iterable[str]) -> set[str]:
    """Those that stand in a record, an erased one too: a card number is one person's for ever."""
    numbers, used = list(card_numbers), set[str]()
    for start in range(0, len(numbers), _LOOKED_UP_AT_ONCE):
        part = numbers[start : start + _LOOKED_UP_AT_ONCE]
        found = session.scalars(select(ResidentRecord.card_number).where(ResidentRecord.card_number.in_(part)))
        used.update(number for number in found if number)
    return used


def _guard_maintainer(actor: Actor) -> None:
    if actor.role not in _MAINTAINERS:
        raise NotPermitted


def guard_may_enter(actor: Actor, reason: ChangeReason) -> None:
    """Raises NotPermitted, InvalidItem."""
    _guard_maintainer(actor)
    if reason not in ENTRY_REASONS:
        raise InvalidItem(item="reason")


def entered_values(record_id: UUID, *, reason: ChangeReason, actor: Actor, at: datetime) -> dict[str, Any]:
    """The ledger entry of an entering, for who writes many at once."""
    return entry_values(**_about("record.entered", record_id, reason, actor, at))


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


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
