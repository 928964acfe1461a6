"""The resident's side of a request: ask, answer, withdraw, follow."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import (
    OPEN_STATUSES,
    CodeChangeRequest,
    CodeGround,
    RequestQuestion,
    RequestStatus,
)
from registry_core.codes.find import entry, request_for_resident, tell_resident
from registry_core.codes.reference import new_reference, normal_reference
from registry_core.codes.views import CodeChangeRequestView, PublicStatus, public_status, view_of, views_of
from registry_core.register import hide_known_codes
from registry_core.register.code_assignment import JAPAN
from registry_core.register.find import find_record
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import (
    MissingItem,
    NoQuestion,
    NotPermitted,
    OpenRequestExists,
    RecordNotFound,
    RequestNotFound,
)
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.plain_text import plain_text
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode

ANSWER_LIMIT, ANSWER_HELD = 500, 1000
LAPSES_AFTER_DAYS = 60


def request_code_change(
    session: Session,
    *,
    record_id: UUID,
    language: str,
    email: str | None,
    idempotency_key: str,
    actor: Actor,
    at: datetime,
    lapses_after_days: int = LAPSES_AFTER_DAYS,
) -> CodeChangeRequestView:
    """Ask for another code (Act art. 30-4 par. 1, 2): name, address and current code are filled from the record.

    The same idempotency key gives the same request: two taps send once. Raises OpenRequestExists, RecordErased, RecordNotFound.
    """
    if actor.role is not Role.RESIDENT:
        raise NotPermitted
    if not actor.is_resident_of(record_id):
        raise RecordNotFound
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    record.guard_not_erased()
    repeated = _with_key(session, record_id, idempotency_key)
    if repeated is not None:
        return view_of(session, repeated)
    guard_no_open_request(session, record_id=record_id)
    request_id = uuid4()
    request = CodeChangeRequest(
        id=request_id,
        reference=new_reference(),
        idempotency_key=idempotency_key,
        municipality_code=record.municipality_code,
        record_id=record_id,
        record_version=record.version,
        snapshot=snapshot_of(record, assignment.code(keyring(session))),
        ground=CodeGround.REQUEST,
        status=RequestStatus.SUBMITTED,
        language=language,
        email_sealed=keyring(session).seal(email.encode(), bound_to=request_id.bytes) if email else None,
        submitted_at=at,
        lapses_on=at.astimezone(JAPAN).date() + timedelta(days=lapses_after_days),
    )
    session.add(request)
    session.flush()
    entry(session, action="code-change.requested", request=request, actor=actor, at=at)
    tell_resident(session, request=request, event="submitted", at=at)
    return view_of(session, request)


def answer_question(session: Session, *, request_id: UUID, text: str, actor: Actor, at: datetime) -> None:
    """Answer the open question. Raises RequestNotFound, NoQuestion, RequestAlreadyDecided, MissingItem, TooLong."""
    request = request_for_resident(session, request_id=request_id, actor=actor)
    request.guard_open()
    query = select(RequestQuestion).where(
        RequestQuestion.request_id == request_id, RequestQuestion.answered_at.is_(None)
    )
    question = session.scalars(query).one_or_none()
    if question is None:
        raise NoQuestion
    words = plain_text(text, item="answer", limit=ANSWER_LIMIT, held=ANSWER_HELD)
    if not words:
        raise MissingItem(item="answer")
    question.answer, question.answered_at = hide_known_codes(session, text=words), at
    request.answered()
    entry(session, action="code-change.answered", request=request, actor=actor, at=at)


def withdraw_request(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Take the request back. Raises RequestNotFound, NotPermitted of what the city began, RequestAlreadyDecided."""
    request = request_for_resident(session, request_id=request_id, actor=actor)
    request.withdraw(at=at)
    entry(session, action="code-change.withdrawn", request=request, actor=actor, at=at)


def requests_of(session: Session, *, record_id: UUID) -> list[CodeChangeRequestView]:
    """All requests of one record, newest first: for its resident."""
    query = select(CodeChangeRequest).where(CodeChangeRequest.record_id == record_id)
    rows = session.scalars(query.order_by(CodeChangeRequest.submitted_at.desc())).all()
    return views_of(session, rows)


def request_of(
    session: Session, *, reference: str, record_id: UUID, actor: Actor, at: datetime
) -> CodeChangeRequestView:
    """One's own request, after its ledger entry. Raises RequestNotFound for absent and foreign alike."""
    request = _by_reference(session, reference)
    if request is None or request.record_id != record_id or not actor.is_resident_of(record_id):
        raise RequestNotFound
    entry(
        session,
        action="code-change.looked-at",
        request=request,
        actor=actor,
        at=at,
        purpose=LegalPurpose.OWN_RECORD,
    )
    return view_of(session, request)


def request_status(
    session: Session, *, reference: str, birth_date: RegisterDate, actor: Actor, at: datetime
) -> PublicStatus:
    """Where a request stands, by reference and birth date. Raises RequestNotFound, whichever of the two is wrong."""
    request = _by_reference(session, reference)
    record = session.get(ResidentRecord, request.record_id) if request else None
    if request is None or record is None or record.birth_date != birth_date:
        raise RequestNotFound
    entry(
        session,
        action="code-change.followed",
        request=request,
        actor=actor,
        at=at,
        purpose=LegalPurpose.OWN_RECORD,
    )
    return public_status(session, request)


def guard_no_open_request(session: Session, *, record_id: UUID) -> None:
    """One at a time. Raises OpenRequestExists with its reference."""
    standing = _open_request(session, record_id)
    if standing is not None:
        raise OpenRequestExists(standing.reference)


def snapshot_of(record: ResidentRecord, code: ResidentRecordCode) -> dict[str, str | None]:
    """Every item as text, the code masked."""
    return record.items().as_text() | {"code": code.masked}


def _by_reference(session: Session, reference: str) -> CodeChangeRequest | None:
    query = select(CodeChangeRequest).where(CodeChangeRequest.reference == normal_reference(reference))
    return session.scalars(query).one_or_none()


def _with_key(session: Session, record_id: UUID, idempotency_key: str) -> CodeChangeRequest | None:
    query = select(CodeChangeRequest).where(
        CodeChangeRequest.record_id == record_id, CodeChangeRequest.idempotency_key == idempotency_key
    )
    return session.scalars(query).one_or_none()


def _open_request(session: Session, record_id: UUID) -> CodeChangeRequest | None:
    query = select(CodeChangeRequest).where(
        CodeChangeRequest.record_id == record_id, CodeChangeRequest.status.in_(OPEN_STATUSES)
    )
    return session.scalars(query).one_or_none()
