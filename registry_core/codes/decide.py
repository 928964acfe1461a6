"""The decision: a second person approves, or somebody declines for one of the few grounds there are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest, DeclineReason
from registry_core.codes.find import entry, request_for_staff, tell_resident
from registry_core.codes.pool import take_code
from registry_core.outbox import OutboxKind, enqueue
from registry_core.register.code_assignment import JAPAN, CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.history import keep_history
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor


@dataclass(frozen=True, slots=True)
class CodeChanged:
    """The old code is dead, the new one is the record's; slip and change notice are queued."""

    request_id: UUID
    reference: str
    record_id: UUID
    record_version: int
    at: datetime


def approve_code_change(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> CodeChanged:
    """Approve and change the code, all or nothing (Act art. 30-4 par. 3, 4; Cabinet Order art. 30-2, 30-4, 30-5).

    Raises RequestAlreadyDecided (who, when), IdentityNotChecked, SamePerson, DifferencesNotAccepted, QuestionOpen, PoolEmpty,
    OwnHousehold, RecordErased, TakenByAnother, RequestNotFound, NotPermitted.
    """
    request = request_for_staff(session, request_id=request_id, actor=actor)
    request.guard_open()
    record, old = find_record(session, record_id=request.record_id, municipality_code=actor.municipality)
    record.guard_not_erased()
    request.guard_approvable(by=actor, record_version=record.version)
    code = take_code(session, municipality_code=record.municipality_code, record_id=record.id, at=at)
    old.end(at=at)
    session.flush()  # the old code ends before the new one begins: one current code a record, also within the transaction
    new = CodeAssignment.begin(code, record_id=record.id, at=at, keyring=keyring(session))
    session.add(new)
    session.flush()
    request.approve(by=actor, at=at, record_version=record.version, old_assignment=old.id, new_assignment=new.id)
    record.code_changed()
    today = at.astimezone(JAPAN).date()
    keep_history(
        session,
        record=record,
        code=code,
        reason=request.ground.reason,
        on=today,
        actor=actor,
        at=at,
    )
    _queue_slip_and_notice(session, request=request, record_version=record.version, at=at)
    entry(session, action="code-change.approved", request=request, actor=actor, at=at)
    tell_resident(session, request=request, event="approved", at=at)
    return CodeChanged(request.id, request.reference, record.id, record.version, at)


def decline_code_change(
    session: Session, *, request_id: UUID, reason: DeclineReason, actor: Actor, at: datetime
) -> None:
    """Decline. Raises InvalidItem, RequestAlreadyDecided, TakenByAnother, OwnHousehold, RequestNotFound, NotPermitted."""
    request = request_for_staff(session, request_id=request_id, actor=actor)
    request.decline(reason=reason, by=actor, at=at)
    entry(
        session,
        action="code-change.declined",
        request=request,
        actor=actor,
        at=at,
        facts={"reason": reason.value},
    )
    tell_resident(session, request=request, event="declined", at=at)


def _queue_slip_and_notice(session: Session, *, request: CodeChangeRequest, record_version: int, at: datetime) -> None:
    """One slip and one change notice a change: unique in the outbox. The notice names the previous code by its row."""
    enqueue(
        session,
        kind=OutboxKind.SLIP,
        dedupe_key=str(request.id),
        payload={"request": str(request.id), "assignment": str(request.new_assignment_id)},
        at=at,
        record_id=request.record_id,
    )
    enqueue(
        session,
        kind=OutboxKind.CHANGE_NOTICE,
        dedupe_key=f"{request.record_id}:{record_version}",
        payload={
            "record": str(request.record_id),
            "record_version": record_version,
            "reason": request.ground.reason.value,
            "on": at.astimezone(JAPAN).date().isoformat(),
            "assignment": str(request.new_assignment_id),
            "previous_assignment": str(request.old_assignment_id),
        },
        at=at,
        record_id=request.record_id,
    )
