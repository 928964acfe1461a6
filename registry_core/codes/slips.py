"""After the approval: the slip (住民票コード変更通知票), the My Number card, and when the new code may be shown."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import CardOutcome, CodeChangeRequest, CodeGround, RequestStatus, SlipStep
from registry_core.codes.find import entry, request_for_staff, tell_resident
from registry_core.ledger import record_entry
from registry_core.register import hide_known_codes
from registry_core.register.code_assignment import JAPAN, CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import (
    CodeNotYetHandedOver,
    NotPermitted,
    RecordNotFound,
    RequestNotFound,
)
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.person_name import PersonNames
from registry_core.values.plain_text import plain_text
from registry_core.values.resident_record_code import ResidentRecordCode

NOTE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SlipContent:
    """What stands on the slip; `code` is the new one, `changed_on` the legal day in Japan."""

    request_id: UUID
    reference: str
    names: PersonNames
    address: str
    code: ResidentRecordCode
    changed_on: date
    ground: CodeGround
    language: str


def slip_content(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> SlipContent:
    """What to print, after its ledger entry. Raises RequestNotFound, OwnHousehold, NotPermitted."""
    if actor.role is Role.SYSTEM:
        request = session.get(CodeChangeRequest, request_id)
    else:
        request = request_for_staff(session, request_id=request_id, actor=actor, lock=False)
    if request is None or request.new_assignment_id is None or request.decided_at is None:
        raise RequestNotFound
    assignment = session.get_one(CodeAssignment, request.new_assignment_id)
    record = session.get_one(ResidentRecord, request.record_id)
    entry(
        session,
        action="slip.made" if actor.role is Role.SYSTEM else "slip.opened",
        request=request,
        actor=actor,
        at=at,
        purpose=LegalPurpose.NOTICE_DELIVERY,
    )
    return SlipContent(
        request_id=request.id,
        reference=request.reference,
        names=record.names,
        address=record.address,
        code=assignment.code(keyring(session)),
        changed_on=request.decided_at.astimezone(JAPAN).date(),
        ground=request.ground,
        language=request.language,
    )


def record_slip(session: Session, *, request_id: UUID, step: SlipStep, on: date, actor: Actor, at: datetime) -> None:
    """The slip was printed, posted or handed over. Raises AlreadyRecorded, DayOutOfRange, RequestAlreadyDecided, OwnHousehold."""
    request = request_for_staff(session, request_id=request_id, actor=actor)
    request.record_slip(step=step, on=on, approved_on=_approved_on(request), today=_today(at))
    session.flush()
    entry(
        session,
        action=f"slip.{step.value}",
        request=request,
        actor=actor,
        at=at,
        purpose=LegalPurpose.NOTICE_DELIVERY,
        facts={"on": on.isoformat()},
    )
    if step is not SlipStep.PRINTED:
        tell_resident(session, request=request, event=step.value, at=at)


def record_card(
    session: Session,
    *,
    request_id: UUID,
    outcome: CardOutcome,
    note: str,
    on: date,
    actor: Actor,
    at: datetime,
) -> None:
    """The My Number card was taken back, or why not. Raises as `record_slip`, TooLong."""
    request = request_for_staff(session, request_id=request_id, actor=actor)
    words = hide_known_codes(session, text=plain_text(note, item="note", limit=NOTE_LIMIT))
    request.record_card(outcome=outcome, note=words, on=on, approved_on=_approved_on(request), today=_today(at))
    entry(
        session,
        action="card.recorded",
        request=request,
        actor=actor,
        at=at,
        facts={"outcome": outcome.value, "on": on.isoformat()},
    )


def reveal_code(session: Session, *, record_id: UUID, actor: Actor, at: datetime) -> ResidentRecordCode:
    """One's own whole code, for the 30-second page.

    Raises CodeNotYetHandedOver while the slip of a change is still here, RecordErased, RecordNotFound, NotPermitted.
    """
    if actor.role is not Role.RESIDENT:
        raise NotPermitted
    if not actor.is_resident_of(record_id):
        raise RecordNotFound
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality)
    record.guard_not_erased()
    query = select(CodeChangeRequest).where(CodeChangeRequest.new_assignment_id == assignment.id)
    change = session.scalars(query).one_or_none()
    if change is not None and not change.slip_has_left:
        raise CodeNotYetHandedOver
    record_entry(
        session,
        action="code.shown-whole",
        actor=actor,
        at=at,
        purpose=LegalPurpose.OWN_RECORD,
        record_id=record_id,
    )
    return assignment.code(keyring(session))


def _approved_on(request: CodeChangeRequest) -> date:
    if request.status is not RequestStatus.APPROVED or request.decided_at is None:
        return date.max
    return request.decided_at.astimezone(JAPAN).date()


def _today(at: datetime) -> date:
    return at.astimezone(JAPAN).date()
