"""What of a request is shown: frozen values, the code masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import (
    CardOutcome,
    CodeChangeRequest,
    CodeGround,
    DeclineReason,
    DocumentKind,
    RequestQuestion,
    RequestStatus,
)
from registry_core.storage.keys import keyring

QUESTION_PHRASES = ("come-to-counter", "bring-another-document", "confirm-address", "call-us", "other")


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """The document shown at the counter; None where the city began by itself, and this person ascertained the fact."""

    kind: DocumentKind | None
    last_resort_reason: str | None
    by_person: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and, once given, its answer."""

    phrase: str
    text: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What happened after the approval, each with its day."""

    slip_printed_on: date | None
    slip_posted_on: date | None
    slip_handed_over_on: date | None
    card: CardOutcome | None
    card_note: str | None
    card_on: date | None


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """A step of the timeline: `kind` is a stable key, `at` an instant, or the day `on` where the law counts days."""

    kind: str
    at: datetime | None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class CodeChangeRequestView:
    """A request as shown. `snapshot` maps item -> text as it stood at the request; its code is masked.

    left_out: items that are None in it because they are left to supervisors.
    """

    id: UUID
    reference: str
    record_id: UUID
    status: RequestStatus
    version: int
    language: str
    email: str | None
    submitted_at: datetime
    lapses_on: date
    ground: CodeGround
    ground_words: str | None
    record_version: int
    snapshot: dict[str, str | None]
    taken_by: str | None
    taken_by_name: str | None
    taken_at: datetime | None
    identity: IdentityCheck | None
    decided_at: datetime | None
    decided_by_name: str | None
    decline_reason: DeclineReason | None
    ended_at: datetime | None
    questions: tuple[QuestionView, ...]
    follow_up: FollowUp
    events: tuple[RequestEvent, ...]
    left_out: frozenset[str] = frozenset()

    @property
    def question(self) -> QuestionView | None:
        """The question that waits for an answer."""
        return next((question for question in self.questions if question.answered_at is None), None)


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """What is told without sign-in: where the request stands, nothing of the person."""

    reference: str
    status: RequestStatus
    submitted_at: datetime
    lapses_on: date
    ground: CodeGround
    events: tuple[RequestEvent, ...]


def view_of(session: Session, request: CodeChangeRequest) -> CodeChangeRequestView:
    """The frozen view, with its questions."""
    return views_of(session, [request])[0]


def views_of(session: Session, requests: Sequence[CodeChangeRequest]) -> list[CodeChangeRequestView]:
    """The frozen views, with their questions, which are read at once."""
    query = select(RequestQuestion).where(RequestQuestion.request_id.in_([request.id for request in requests]))
    questions: dict[UUID, list[QuestionView]] = {request.id: [] for request in requests}
    for q in session.scalars(query.order_by(RequestQuestion.asked_at)):
        questions[q.request_id].append(QuestionView(q.phrase, q.words, q.asked_at, q.answer, q.answered_at))
    return [_view(session, request, tuple(questions[request.id])) for request in requests]


def _view(session: Session, request: CodeChangeRequest, questions: tuple[QuestionView, ...]) -> CodeChangeRequestView:
    return CodeChangeRequestView(
        id=request.id,
        reference=request.reference,
        record_id=request.record_id,
        status=request.status,
        version=request.version,
        language=request.language,
        email=email_of(session, request),
        submitted_at=request.submitted_at,
        lapses_on=request.lapses_on,
        ground=request.ground,
        ground_words=request.ground_words,
        record_version=request.record_version,
        snapshot=dict(request.snapshot),
        taken_by=request.taken_by,
        taken_by_name=request.taken_by_name,
        taken_at=request.taken_at,
        identity=_identity(request),
        decided_at=request.decided_at,
        decided_by_name=request.decided_by_name,
        decline_reason=request.decline_reason,
        ended_at=request.ended_at,
        questions=questions,
        follow_up=_follow_up(request),
        events=events_of(request, questions),
    )


def public_status(session: Session, request: CodeChangeRequest) -> PublicStatus:
    """What is told without sign-in."""
    view = view_of(session, request)
    return PublicStatus(view.reference, view.status, view.submitted_at, view.lapses_on, view.ground, view.events)


def email_of(session: Session, request: CodeChangeRequest) -> str | None:
    """The verified address for notices, opened."""
    if request.email_sealed is None:
        return None
    return keyring(session).open(request.email_sealed, bound_to=request.id.bytes).decode()


def events_of(request: CodeChangeRequest, questions: tuple[QuestionView, ...]) -> tuple[RequestEvent, ...]:
    """The timeline in the order it happened."""
    asked_for = request.ground is CodeGround.REQUEST
    events = [RequestEvent("submitted" if asked_for else "begun", request.submitted_at)]
    for question in questions:
        events.append(RequestEvent("question-asked", question.asked_at))
        if question.answered_at:
            events.append(RequestEvent("question-answered", question.answered_at))
    if request.identity_at and asked_for:
        events.append(RequestEvent("identity-checked", request.identity_at))
    if request.decided_at:
        events.append(RequestEvent(request.status.value, request.decided_at))
    elif request.ended_at:
        events.append(RequestEvent(request.status.value, request.ended_at))
    events.sort(key=lambda event: event.at or request.submitted_at)
    return (*events, *_follow_up_events(request))


def _follow_up_events(request: CodeChangeRequest) -> list[RequestEvent]:
    days = [
        ("slip-printed", request.slip_printed_on),
        ("slip-posted", request.slip_posted_on),
        ("slip-handed-over", request.slip_handed_over_on),
        (f"card-{request.card}", request.card_on),
    ]
    known = [(kind, on) for kind, on in days if on is not None]
    return [RequestEvent(kind, None, on) for kind, on in sorted(known, key=lambda pair: pair[1])]


def _identity(request: CodeChangeRequest) -> IdentityCheck | None:
    if request.identity_at is None:
        return None
    return IdentityCheck(
        request.document,
        request.document_reason,
        request.identity_by_person or "",
        request.identity_by_name or "",
        request.identity_at,
    )


def _follow_up(request: CodeChangeRequest) -> FollowUp:
    return FollowUp(
        request.slip_printed_on,
        request.slip_posted_on,
        request.slip_handed_over_on,
        request.card,
        request.card_note,
        request.card_on,
    )
