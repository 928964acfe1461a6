"""Both sides of a correction: the resident opens a case and follows it, staff take it, find out, and decide."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.ledger import record_entry
from registry_core.register.alias import amend_alias
from registry_core.register.code_assignment import JAPAN
from registry_core.register.correction_case import (
    IMMIGRATION_ITEMS,
    ITEMS_OF_CASE,
    CaseDeclined,
    CaseOutcome,
    CorrectionCase,
    CorrectionCaseRow,
    Examined,
    case_view,
    mark_of,
    reasons_of,
)
from registry_core.register.enter import correct_record
from registry_core.register.find import find_record
from registry_core.register.known_codes import hide_codes
from registry_core.register.look import look_at_record
from registry_core.register.protection import open_to
from registry_core.register.resident_record import ResidentRecord, ResidentRecordView
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.engine import is_sqlite
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import (
    CaseNotFound,
    InvalidItem,
    MissingItem,
    NotPermitted,
    RecordNotFound,
    StaleRecord,
)
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.plain_text import plain_text

NOTE_LIMIT = 200


class _Answer(Protocol):
    @property
    def reason(self) -> str | None: ...
    @property
    def text(self) -> str: ...


# ---------------------------------------------------------------- the resident's side


def open_case(
    session: Session, *, record: ResidentRecord, item: str, answer: _Answer, language: str, at: datetime
) -> UUID:
    """Open a case, or renew the words of the one that is open for the same item."""
    query = select(CorrectionCaseRow).where(
        CorrectionCaseRow.record_id == record.id,
        CorrectionCaseRow.item == item,
        CorrectionCaseRow.closed_at.is_(None),
    )
    # Held: words put into a case that somebody closes at this moment would be read by nobody.
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        row = CorrectionCaseRow(
            id=uuid4(),
            record_id=record.id,
            municipality_code=record.municipality_code,
            item=item,
            opened_at=at,
        )
        session.add(row)
    row.reason, row.words, row.language = answer.reason or "other", answer.text, language
    session.flush()
    return row.id


def cases_of(session: Session, *, record_id: UUID) -> list[CorrectionCase]:
    """All cases of one record, newest first: for its resident."""
    query = select(CorrectionCaseRow).where(CorrectionCaseRow.record_id == record_id)
    order = (CorrectionCaseRow.opened_at.desc(), CorrectionCaseRow.item)
    return [_told(row) for row in session.scalars(query.order_by(*order))]


def case_of(session: Session, *, case_id: UUID, actor: Actor, at: datetime) -> CorrectionCase:
    """One's own case, after its ledger entry. Raises CaseNotFound for absent and foreign alike."""
    row = _own(session, case_id, actor)
    record_entry(
        session,
        action="record.looked-at",
        actor=actor,
        at=at,
        purpose=LegalPurpose.OWN_RECORD,
        record_id=row.record_id,
    )
    return _told(row)


# ---------------------------------------------------------------- the staff's side


def open_cases(session: Session, *, actor: Actor, limit: int = 100) -> list[CorrectionCase]:
    """Open cases of people of whom this member of staff may know, oldest first; opening one is the look at the record."""
    query = (
        select(CorrectionCaseRow)
        .join(ResidentRecord, ResidentRecord.id == CorrectionCaseRow.record_id)
        .where(
            CorrectionCaseRow.municipality_code == actor.municipality,
            CorrectionCaseRow.closed_at.is_(None),
            open_to(actor),
        )
    )
    return [case_view(row) for row in session.scalars(query.order_by(CorrectionCaseRow.opened_at).limit(limit))]


def look_at_case(
    session: Session, *, case_id: UUID, actor: Actor, at: datetime
) -> tuple[CorrectionCase, ResidentRecordView]:
    """The case and the record, after the ledger entry. Raises CaseNotFound, OwnHousehold, NotPermitted."""
    row = _for_staff(session, case_id, actor, lock=False)
    record = look_at_record(
        session, record_id=row.record_id, actor=actor, at=at, purpose=LegalPurpose.RECORD_CORRECTION
    )
    return case_view(row), record


def take_case(session: Session, *, case_id: UUID, actor: Actor, at: datetime) -> None:
    """Look into it. Raises TakenByAnother, RequestAlreadyDecided and as `look_at_case`."""
    row = _for_staff(session, case_id, actor)
    row.take(by=actor, at=at)
    _entry(session, "case.taken", row, actor, at)


def release_case(session: Session, *, case_id: UUID, actor: Actor, at: datetime) -> None:
    """Give it back; a supervisor may release another's. Raises TakenByAnother, RequestAlreadyDecided."""
    row = _for_staff(session, case_id, actor)
    row.release(by=actor)
    _entry(session, "case.released", row, actor, at)


def correct_by_case(
    session: Session,
    *,
    case_id: UUID,
    seen: str,
    record_version: int,
    changes: Mapping[str, object],
    reason: ChangeReason,
    examined: tuple[Examined, ...],
    note: str,
    municipality: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Correct the record and end the case, both or neither (Act art. 14 par. 1, Cabinet Order art. 12 par. 3); the new version.

    `seen` is the mark of the words that were read, `record_version` that of the record that was shown, `municipality` the name
    of ours, for an alias. Raises StaleRecord when either has changed since; MissingItem (documents, changes), InvalidItem,
    RequestAlreadyDecided, TakenByAnother, CaseNotFound, OwnHousehold, and what `correct_record` raises.
    """
    row = _read(session, case_id, seen, actor)
    if reason not in reasons_of(row.item):
        raise InvalidItem(item="reason")
    if not changes.keys() <= set(ITEMS_OF_CASE[row.item]):
        raise InvalidItem(item="changes")
    record, _ = find_record(session, record_id=row.record_id, municipality_code=actor.municipality)
    if record.version != record_version:
        raise StaleRecord
    new = {name: value for name, value in changes.items() if getattr(record, name) != value}
    if not new:
        raise MissingItem(item="changes")
    _examine(session, row, examined, note, needed=True)
    on = at.astimezone(JAPAN).date()
    if "alias" in new:
        alias = str(new["alias"] or "")
        version = amend_alias(
            session, record_id=record.id, alias=alias, municipality=municipality, on=on, actor=actor, at=at
        )
    else:
        version = correct_record(session, record_id=record.id, changes=new, reason=reason, on=on, actor=actor, at=at)
    row.correct(record_version=version, by=actor, at=at)
    _entry(session, "case.closed", row, actor, at, outcome=CaseOutcome.CORRECTED)
    return version


def decline_case(
    session: Session,
    *,
    case_id: UUID,
    seen: str,
    reason: CaseDeclined,
    examined: tuple[Examined, ...],
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    """End it without a correction.

    Raises StaleRecord, RequestAlreadyDecided, TakenByAnother, CaseNotFound, OwnHousehold, MissingItem, TooLong.
    """
    row = _read(session, case_id, seen, actor)
    _examine(session, row, examined, note, needed=False)
    row.decline(reason=reason, by=actor, at=at)
    _entry(session, "case.closed", row, actor, at, outcome=CaseOutcome.DECLINED, reason=reason.value)


def send_case_on(
    session: Session,
    *,
    case_id: UUID,
    seen: str,
    outcome: CaseOutcome,
    examined: tuple[Examined, ...],
    note: str,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Immigration has to correct the card first (Act art. 30-50), or a new code answers it; the record's id.

    The latter by `codes.begin_new_code` alone. Raises InvalidItem when the item is not of that kind, and as `decline_case`.
    """
    row = _read(session, case_id, seen, actor)
    fits = {
        CaseOutcome.ASK_IMMIGRATION: row.item in IMMIGRATION_ITEMS,
        CaseOutcome.NEW_CODE: row.item == "code_held",
    }
    if not fits.get(outcome, False):
        raise InvalidItem(item="outcome")
    _examine(session, row, examined, note, needed=False)
    row.send_on(outcome=outcome, by=actor, at=at)
    _entry(session, "case.closed", row, actor, at, outcome=outcome)
    return row.record_id


def close_cases(session: Session, *, record_id: UUID, actor: Actor, at: datetime) -> None:
    """The record is erased: what is open about it ends."""
    query = select(CorrectionCaseRow).where(
        CorrectionCaseRow.record_id == record_id, CorrectionCaseRow.closed_at.is_(None)
    )
    for row in session.scalars(query.with_for_update()):
        row.close(at=at)
        _entry(session, "case.closed", row, actor, at, outcome=CaseOutcome.CLOSED)


# ---------------------------------------------------------------- both


def _told(row: CorrectionCaseRow) -> CorrectionCase:
    """What a resident is told: the office answers, not the persons in it; what they noted is theirs."""
    return replace(case_view(row), examined=(), note="", taken_by=None, taken_by_name=None, closed_by_name=None)


def _own(session: Session, case_id: UUID, actor: Actor) -> CorrectionCaseRow:
    row = session.get(CorrectionCaseRow, case_id)
    if row is None or actor.role is not Role.RESIDENT or not actor.is_resident_of(row.record_id):
        raise CaseNotFound
    return row


def _for_staff(session: Session, case_id: UUID, actor: Actor, *, lock: bool = True) -> CorrectionCaseRow:
    """The case; the record is held before it, as when a record is erased: two orders would be a deadlock."""
    if not actor.is_staff:
        raise NotPermitted
    here = (CorrectionCaseRow.id == case_id, CorrectionCaseRow.municipality_code == actor.municipality)
    query = select(CorrectionCaseRow).where(*here)
    if lock and not is_sqlite(session):  # SQLite's transactions that write hold everything from their beginning
        its_record = select(ResidentRecord.id).join(CorrectionCaseRow).where(*here)
        session.execute(its_record.with_for_update(of=ResidentRecord))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise CaseNotFound
    try:
        guard_staff(session, actor=actor, record_id=row.record_id)
    except RecordNotFound as kept:
        raise CaseNotFound from kept
    return row


def _read(session: Session, case_id: UUID, seen: str, actor: Actor) -> CorrectionCaseRow:
    """The case, still with the words that were read."""
    row = _for_staff(session, case_id, actor)
    row.guard_open_to(actor)
    if mark_of(row.reason, row.words) != seen:
        raise StaleRecord
    return row


def _examine(
    session: Session, row: CorrectionCaseRow, examined: tuple[Examined, ...], note: str, *, needed: bool
) -> None:
    words = hide_codes(session, text=plain_text(note, item="note", limit=NOTE_LIMIT))
    if needed and not examined:
        raise MissingItem(item="examined")
    if Examined.OTHER in examined and not words:
        raise MissingItem(item="note")
    row.examine(examined, words)


def _entry(
    session: Session,
    action: str,
    row: CorrectionCaseRow,
    actor: Actor,
    at: datetime,
    *,
    outcome: CaseOutcome | None = None,
    reason: str | None = None,
) -> None:
    facts: dict[str, str | int | bool | None] = {"item": row.item}
    facts |= {"outcome": outcome.value} if outcome else {}
    facts |= {"reason": reason} if reason else {}
    record_entry(
        session,
        action=action,
        actor=actor,
        at=at,
        purpose=LegalPurpose.RECORD_CORRECTION,
        record_id=row.record_id,
        facts=facts,
    )
