"""Finding a request, and telling the people of it: shared by the use cases of this room."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest
from registry_core.codes.views import email_of
from registry_core.ledger import record_entry
from registry_core.outbox import OutboxKind, enqueue
from registry_core.register.resident_record import ResidentRecord
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.engine import is_sqlite
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted, RecordNotFound, RequestNotFound
from registry_core.values.legal_purpose import LegalPurpose

_HERE = (
    CodeChangeRequest.id == bindparam("request_id"),
    CodeChangeRequest.municipality_code == bindparam("municipality_code"),
)
_REQUEST = select(CodeChangeRequest).where(*_HERE)
_ITS_RECORD = select(ResidentRecord.id).join(CodeChangeRequest).where(*_HERE)


def request_for_staff(session: Session, *, request_id: UUID, actor: Actor, lock: bool = True) -> CodeChangeRequest:
    """The request, it and its record held until the transaction ends. Raises NotPermitted, RequestNotFound, OwnHousehold.

    Always the record before its requests, as when a record is erased: two orders would be a deadlock.
    """
    if not actor.is_staff:
        raise NotPermitted
    wanted = {"request_id": request_id, "municipality_code": actor.municipality}
    query = _REQUEST
    if lock and not is_sqlite(session):  # SQLite's transactions that write hold everything from their beginning
        session.execute(_ITS_RECORD.with_for_update(of=ResidentRecord), wanted)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    request = session.scalars(query, wanted).one_or_none()
    if request is None:
        raise RequestNotFound
    try:
        guard_staff(session, actor=actor, record_id=request.record_id)
    except RecordNotFound as kept:
        raise RequestNotFound from kept
    return request


def request_for_resident(session: Session, *, request_id: UUID, actor: Actor) -> CodeChangeRequest:
    """The resident's own request, held. Raises RequestNotFound for absent and foreign alike."""
    query = select(CodeChangeRequest).where(CodeChangeRequest.id == request_id).with_for_update()
    request = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if request is None or actor.role is not Role.RESIDENT or not actor.is_resident_of(request.record_id):
        raise RequestNotFound
    return request


def entry(
    session: Session,
    *,
    action: str,
    request: CodeChangeRequest,
    actor: Actor,
    at: datetime,
    purpose: LegalPurpose = LegalPurpose.CODE_CHANGE,
    facts: dict[str, str | int | bool | None] | None = None,
) -> None:
    """The ledger entry of a step of a request."""
    record_entry(
        session,
        action=action,
        actor=actor,
        at=at,
        purpose=purpose,
        record_id=request.record_id,
        request_id=request.id,
        facts=facts,
    )


def tell_resident(session: Session, *, request: CodeChangeRequest, event: str, at: datetime) -> None:
    """Queue "there is news, sign in" to the verified address, if one was given; what the news is, the mail does not say."""
    address = email_of(session, request)
    if address is None:
        return
    enqueue(
        session,
        kind=OutboxKind.MAIL,
        dedupe_key=f"{request.id}:{event}:{request.version}",
        payload={"template": "news", "to": address, "language": request.language},
        at=at,
        record_id=request.record_id,
    )
