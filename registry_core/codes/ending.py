"""Requests that end by themselves: lapsed after their time, closed with the record, of whose erasure the network is told."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import OPEN_STATUSES, CodeChangeRequest, CodeGround
from registry_core.codes.find import entry, tell_resident
from registry_core.outbox import OutboxKind, enqueue
from registry_core.register.code_assignment import JAPAN
from registry_core.register.corrections import close_cases
from registry_core.register.enter import ResidentErased, erase_record
from registry_core.values.actor import Actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.register_date import RegisterDate


def lapse_requests(session: Session, *, actor: Actor, at: datetime, limit: int = 200) -> int:
    """End the open requests whose last day has passed in Japan; how many."""
    query = (
        select(CodeChangeRequest)
        .where(
            CodeChangeRequest.municipality_code == actor.municipality,
            CodeChangeRequest.status.in_(OPEN_STATUSES),
            CodeChangeRequest.lapses_on < at.astimezone(JAPAN).date(),
            CodeChangeRequest.ground == CodeGround.REQUEST,  # what the city has begun waits for the city
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    requests = session.scalars(query).all()
    for request in requests:
        request.lapse(at=at)
        session.flush()
        entry(
            session,
            action="code-change.lapsed",
            request=request,
            actor=actor,
            at=at,
            purpose=LegalPurpose.SYSTEM_UPKEEP,
        )
        tell_resident(session, request=request, event="lapsed", at=at)
    return len(requests)


def erase_resident(
    session: Session, *, record_id: UUID, reason: ChangeReason, on: date | RegisterDate, actor: Actor, at: datetime
) -> None:
    """Erase a record, close its open request and correction cases, and queue the notice of the erasure (Act art. 30-6 par. 1).

    Raises RecordNotFound, RecordErased, OwnHousehold, InvalidItem.
    """

    def close_what_is_open(erased_id: UUID) -> None:
        close_cases(session, record_id=erased_id, actor=actor, at=at)
        query = select(CodeChangeRequest).where(
            CodeChangeRequest.record_id == erased_id, CodeChangeRequest.status.in_(OPEN_STATUSES)
        )
        for request in session.scalars(query.with_for_update()):
            request.close(at=at)
            session.flush()
            entry(session, action="code-change.closed", request=request, actor=actor, at=at)

    erased = erase_record(
        session, record_id=record_id, reason=reason, on=on, actor=actor, at=at, closing=close_what_is_open
    )
    _queue_notice(session, record_id=record_id, reason=reason, erased=erased, at=at)


def _queue_notice(
    session: Session, *, record_id: UUID, reason: ChangeReason, erased: ResidentErased, at: datetime
) -> None:
    """One notice an erasure, unique in the outbox: that it was done, why, the day of that (Cabinet Order art. 30-5 item 2).

    What stood on the record (Act art. 30-6 par. 1) is named by its version, the code by its row. There is no code before it.
    """
    enqueue(
        session,
        kind=OutboxKind.ERASURE_NOTICE,
        dedupe_key=f"{record_id}:{erased.record_version}",
        payload={
            "record": str(record_id),
            "record_version": erased.record_version,
            "reason": reason.value,
            "on": str(erased.on),
            "assignment": str(erased.assignment_id),
        },
        at=at,
        record_id=record_id,
    )
