"""A record as it stood at any moment: rebuilt from its history and from the code that was its own then (STD 1.1.20)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry_core.ledger import record_entry
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.history import RecordHistory
from registry_core.register.look import guard_may_look, shown_to
from registry_core.register.resident_record import ResidentItems, ResidentRecord, ResidentRecordView, shown_view
from registry_core.register.staff_guard import guard_household
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.register_date import RegisterDate


@dataclass(frozen=True, slots=True)
class RecordAsItStood:
    """The version of a moment: the change that made it (`on`: 異動日), and from when until when (UTC) it stood.

    until: None where it stands to this day. record.withheld is of today.
    """

    record: ResidentRecordView
    reason: ChangeReason
    on: RegisterDate
    since: datetime
    until: datetime | None


def record_at(
    session: Session, *, record_id: UUID, moment: datetime, actor: Actor, at: datetime, purpose: LegalPurpose
) -> RecordAsItStood | None:
    """Every item as the register held it at `moment` (aware), after the entry "record.history-looked-at"; None: not there yet.

    Whoever may look at the record now may look at what it was; who is protected now is shown as protected also in the past,
    and where somebody protected lives now, nobody who lived there once is shown at that time to whoever may not know.
    Raises what `look_at_record` raises.
    """
    record, _ = find_record(session, record_id=record_id, municipality_code=actor.municipality)
    withheld = guard_may_look(session, actor=actor, record=record)
    record_entry(
        session,
        action="record.history-looked-at",
        actor=actor,
        at=at,
        purpose=purpose,
        record_id=record_id,
        facts={"moment": moment.isoformat()},
    )
    row, assignment = _version_at(session, record_id, moment), _assignment_at(session, record_id, moment)
    if row is None or assignment is None:
        return None
    household = row.items["household_number"] or ""
    if household != record.household_number:
        withheld = guard_household(session, actor=actor, household_number=household) or withheld
    return RecordAsItStood(
        record=shown_to(actor, _rebuilt(record, row, assignment, session), withheld=withheld),
        reason=row.reason,
        on=row.on,
        since=row.at,
        until=_next_change(session, row),
    )


def _rebuilt(
    record: ResidentRecord, row: RecordHistory, assignment: CodeAssignment, session: Session
) -> ResidentRecordView:
    items = ResidentItems.from_text(row.items | ({"protected": "yes"} if record.protected else {}))
    erased_on = row.items.get("erased_on")
    return shown_view(
        items,
        record_id=record.id,
        version=row.version,
        municipality_code=record.municipality_code,
        code=assignment.code(keyring(session)),
        code_since=assignment.since_day,
        erased_on=date.fromisoformat(erased_on) if erased_on else None,
    )


def _version_at(session: Session, record_id: UUID, moment: datetime) -> RecordHistory | None:
    query = select(RecordHistory).where(RecordHistory.record_id == record_id, RecordHistory.at <= moment)
    return session.scalars(query.order_by(RecordHistory.version.desc()).limit(1)).one_or_none()


def _assignment_at(session: Session, record_id: UUID, moment: datetime) -> CodeAssignment | None:
    query = select(CodeAssignment).where(
        CodeAssignment.record_id == record_id,
        CodeAssignment.since <= moment,
        or_(CodeAssignment.until.is_(None), CodeAssignment.until > moment),
    )
    return session.scalars(query.order_by(CodeAssignment.since.desc()).limit(1)).one_or_none()


def _next_change(session: Session, row: RecordHistory) -> datetime | None:
    later = (RecordHistory.record_id == row.record_id, RecordHistory.version > row.version)
    return session.scalar(select(RecordHistory.at).where(*later).order_by(RecordHistory.version).limit(1))
