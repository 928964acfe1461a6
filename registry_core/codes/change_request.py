"""A request for another code (変更請求, Act art. 30-4), or one that the city begins itself, and its whole state machine.

submitted -> identity-checked -> approved by a second person | declined | question-asked and answered | withdrawn | lapsed |
closed when the record is erased. Only the methods below change a request; each refuses what its state does not allow.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant, Sealed
from registry_core.values.actor import Actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import (
    AlreadyRecorded,
    DayOutOfRange,
    DifferencesNotAccepted,
    IdentityNotChecked,
    InvalidItem,
    NotPermitted,
    QuestionOpen,
    ReasonNeeded,
    RequestAlreadyDecided,
    SamePerson,
    TakenByAnother,
)


class RequestStatus(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    IDENTITY_CHECKED = "identity-checked"
    QUESTION_ASKED = "question-asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Not ended yet."""
        return self in OPEN_STATUSES


OPEN_STATUSES = frozenset({RequestStatus.SUBMITTED, RequestStatus.IDENTITY_CHECKED, RequestStatus.QUESTION_ASKED})
_OPEN_SQL = "status IN ('submitted', 'identity-checked', 'question-asked')"


class DocumentKind(StrEnum):
    """What may be shown: Cabinet Order art. 30-3, Enforcement Regulation art. 9-2."""

    MY_NUMBER_CARD = "my-number-card"
    RESIDENCE_CARD = "residence-card"
    SPECIAL_PERMANENT_RESIDENT_CERTIFICATE = "special-permanent-resident-certificate"
    DRIVING_LICENCE = "driving-licence"
    ELIGIBILITY_CERTIFICATE = "eligibility-certificate"
    OTHER_ISSUED_BY_LAW = "other-issued-by-law"
    LAST_RESORT = "last-resort"


class CodeGround(StrEnum):
    """Why another code is assigned: asked for, or by the city itself, when the last one cannot be found out or is a wrong one."""

    REQUEST = "request"  # Act art. 30-4
    NOT_FOUND_OUT = "not-found-out"  # Cabinet Order art. 30-2
    WRITTEN_WRONG = "written-wrong"  # Cabinet Order art. 30-4

    @property
    def is_ex_officio(self) -> bool:
        """Whether the city began it itself."""
        return self is not CodeGround.REQUEST

    @property
    def reason(self) -> ChangeReason:
        """Regulation art. 11 par. 5."""
        return ChangeReason.CODE_ENTERED_EX_OFFICIO if self.is_ex_officio else ChangeReason.CODE_CHANGE_REQUEST


class DeclineReason(StrEnum):
    """Of a request the only three grounds the law leaves (Act art. 30-4 par. 3 gives no discretion); else: the code is known."""

    NOT_RECORDED_HERE = "not-recorded-here"
    NOT_THE_PERSON = "not-the-person"
    DOCUMENT_NOT_ACCEPTED = "document-not-accepted"
    CODE_FOUND_OUT = "code-found-out"


class CardOutcome(StrEnum):
    """What became of the My Number card, which the change voids (Individual Number Order art. 14, 15)."""

    RETURNED = "returned"
    NOT_HELD = "not-held"
    LOST = "lost"
    RETURNED_LATER = "returned-later"


class SlipStep(StrEnum):
    """What is done with the slip."""

    PRINTED = "printed"
    POSTED = "posted"
    HANDED_OVER = "handed-over"


class CodeChangeRequest(Base):
    """One request. The database says again what must never break: one open request a record, two persons, one new code."""

    __tablename__ = "code_change_request"
    __table_args__ = (
        UniqueConstraint("record_id", "idempotency_key"),
        Index(
            "uq_code_change_request_open",
            "record_id",
            unique=True,
            sqlite_where=text(_OPEN_SQL),
            postgresql_where=text(_OPEN_SQL),
        ),
        Index("ix_code_change_request_queue", "municipality_code", "status", "submitted_at"),
        CheckConstraint(
            "status <> 'approved' OR (identity_by_person IS NOT NULL AND decided_by_person IS NOT NULL"
            " AND identity_by_person <> decided_by_person AND new_assignment_id IS NOT NULL)",
            name="approved_by_a_second_person",
        ),
        CheckConstraint("(status = 'declined') = (decline_reason IS NOT NULL)", name="declined_for_a_reason"),
        CheckConstraint("(ground = 'request') = (ground_words IS NULL)", name="ground_is_told"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    idempotency_key: Mapped[str] = mapped_column(String(64))
    municipality_code: Mapped[str] = mapped_column(String(6))
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"), index=True)
    record_version: Mapped[int]
    snapshot: Mapped[dict[str, str | None]] = mapped_column(JSON)
    ground: Mapped[CodeGround] = mapped_column(Closed(CodeGround), default=CodeGround.REQUEST)
    ground_words: Mapped[str | None] = mapped_column(String(300))
    status: Mapped[RequestStatus] = mapped_column(Closed(RequestStatus))
    version: Mapped[int] = mapped_column()
    language: Mapped[str] = mapped_column(String(20))
    email_sealed: Mapped[bytes | None] = mapped_column(Sealed)
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    lapses_on: Mapped[date] = mapped_column(Date)
    taken_by: Mapped[str | None] = mapped_column(String(255))
    taken_by_name: Mapped[str | None] = mapped_column(String(200))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    document: Mapped[DocumentKind | None] = mapped_column(Closed(DocumentKind))
    document_reason: Mapped[str | None] = mapped_column(String(300))
    identity_by_person: Mapped[str | None] = mapped_column(String(255))
    identity_by_account: Mapped[str | None] = mapped_column(String(255))
    identity_by_name: Mapped[str | None] = mapped_column(String(200))
    identity_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_person: Mapped[str | None] = mapped_column(String(255))
    decided_by_name: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decline_reason: Mapped[DeclineReason | None] = mapped_column(Closed(DeclineReason))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    old_assignment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("code_assignment.id"), unique=True)
    new_assignment_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("code_assignment.id"), unique=True)
    slip_printed_on: Mapped[date | None] = mapped_column(Date)
    slip_posted_on: Mapped[date | None] = mapped_column(Date)
    slip_handed_over_on: Mapped[date | None] = mapped_column(Date)
    card: Mapped[CardOutcome | None] = mapped_column(Closed(CardOutcome))
    card_note: Mapped[str | None] = mapped_column(String(300))
    card_on: Mapped[date | None] = mapped_column(Date)

    __mapper_args__ = {"version_id_col": version}

    def guard_open(self) -> None:
        """Raises RequestAlreadyDecided with who and when."""
        if not self.status.is_open:
            raise RequestAlreadyDecided(self.status.value, self.decided_by_name, self.decided_at or self.ended_at)

    def guard_asked_for(self) -> None:
        """Raises NotPermitted of what the city does by itself: no matter of documents, answers and second thoughts."""
        if self.ground is not CodeGround.REQUEST:
            raise NotPermitted

    def begin(self, *, ground: CodeGround, words: str, by: Actor, at: datetime) -> None:
        """The city begins by itself: this person has ascertained the fact, another approves. Raises InvalidItem if asked for."""
        if ground is CodeGround.REQUEST:
            raise InvalidItem(item="ground")
        self.ground, self.ground_words = ground, words
        self.status = RequestStatus.IDENTITY_CHECKED
        self.identity_by_person, self.identity_by_account = by.person, by.account
        self.identity_by_name, self.identity_at = by.name, at

    def guard_free_for(self, actor: Actor) -> None:
        """Nobody else works on it. Raises TakenByAnother."""
        if self.taken_by is not None and self.taken_by != actor.person:
            raise TakenByAnother(self.taken_by_name, self.taken_at)

    def take(self, *, by: Actor, at: datetime) -> None:
        """This person works on it from now on. Raises RequestAlreadyDecided, TakenByAnother."""
        self.guard_open()
        self.guard_free_for(by)
        if self.taken_by is None:
            self.taken_by, self.taken_by_name, self.taken_at = by.person, by.name, at

    def release(self) -> None:
        """Nobody works on it."""
        self.guard_open()
        self._free()

    def check_identity(self, *, kind: DocumentKind, reason: str | None, by: Actor, at: datetime) -> None:
        """A document was shown. Raises NotPermitted, RequestAlreadyDecided, TakenByAnother, QuestionOpen, ReasonNeeded."""
        self.guard_asked_for()
        self.guard_open()
        self.guard_free_for(by)
        if self.status is RequestStatus.QUESTION_ASKED:
            raise QuestionOpen
        if kind is DocumentKind.LAST_RESORT and not reason:
            raise ReasonNeeded
        self.status, self.document = RequestStatus.IDENTITY_CHECKED, kind
        self.document_reason = reason if kind is DocumentKind.LAST_RESORT else None
        self.identity_by_person, self.identity_by_account = by.person, by.account
        self.identity_by_name, self.identity_at = by.name, at
        self._free()

    def renew_snapshot(self, *, record_version: int, snapshot: dict[str, str | None]) -> None:
        """The resident accepted at the counter how the record stands now."""
        self.guard_open()
        self.record_version, self.snapshot = record_version, snapshot

    def approve(
        self, *, by: Actor, at: datetime, record_version: int, old_assignment: UUID, new_assignment: UUID
    ) -> None:
        """A second person approves. Raises as `guard_approvable`, which is asked before anything is taken from the pool."""
        self.guard_approvable(by=by, record_version=record_version)
        self.status, self.decided_at = RequestStatus.APPROVED, at
        self.decided_by_person, self.decided_by_name = by.person, by.name
        self.old_assignment_id, self.new_assignment_id = old_assignment, new_assignment
        self._free()

    def guard_approvable(self, *, by: Actor, record_version: int) -> None:
        """Raises RequestAlreadyDecided, TakenByAnother, QuestionOpen, IdentityNotChecked, SamePerson, DifferencesNotAccepted."""
        self.guard_open()
        self.guard_free_for(by)
        if self.status is RequestStatus.QUESTION_ASKED:
            raise QuestionOpen
        if self.identity_by_person is None:
            raise IdentityNotChecked
        if self.identity_by_person == by.person:
            raise SamePerson
        if self.ground is CodeGround.REQUEST and self.record_version != record_version:
            raise DifferencesNotAccepted

    def decline(self, *, reason: DeclineReason, by: Actor, at: datetime) -> None:
        """Decline, for a reason that fits its ground. Raises InvalidItem, RequestAlreadyDecided, TakenByAnother."""
        if (reason is DeclineReason.CODE_FOUND_OUT) is (self.ground is CodeGround.REQUEST):
            raise InvalidItem(item="reason")
        self.guard_open()
        self.guard_free_for(by)
        self.status, self.decline_reason, self.decided_at = RequestStatus.DECLINED, reason, at
        self.decided_by_person, self.decided_by_name = by.person, by.name
        self._free()

    def ask(self, *, by: Actor) -> None:
        """Wait for the resident's answer. Raises NotPermitted, RequestAlreadyDecided, TakenByAnother, QuestionOpen."""
        self.guard_asked_for()
        self.guard_open()
        self.guard_free_for(by)
        if self.status is RequestStatus.QUESTION_ASKED:
            raise QuestionOpen
        self.status = RequestStatus.QUESTION_ASKED
        self._free()

    def answered(self) -> None:
        """Go on where the question interrupted."""
        self.guard_open()
        checked = self.identity_by_person is not None
        self.status = RequestStatus.IDENTITY_CHECKED if checked else RequestStatus.SUBMITTED

    def withdraw(self, *, at: datetime) -> None:
        """The resident takes it back. Raises NotPermitted, RequestAlreadyDecided."""
        self.guard_asked_for()
        self._end(RequestStatus.WITHDRAWN, at)

    def lapse(self, *, at: datetime) -> None:
        """Nobody came in time. Raises RequestAlreadyDecided."""
        self._end(RequestStatus.LAPSED, at)

    def close(self, *, at: datetime) -> None:
        """The record was erased. Raises RequestAlreadyDecided."""
        self._end(RequestStatus.CLOSED, at)

    def record_slip(self, *, step: SlipStep, on: date, approved_on: date, today: date) -> None:
        """The slip was printed, posted or handed over that day. Raises RequestAlreadyDecided, AlreadyRecorded, DayOutOfRange."""
        self._guard_follow_up(on, approved_on, today)
        column = f"slip_{step.value.replace('-', '_')}_on"
        if getattr(self, column) is not None:
            raise AlreadyRecorded(on=getattr(self, column))
        setattr(self, column, on)

    def record_card(self, *, outcome: CardOutcome, note: str, on: date, approved_on: date, today: date) -> None:
        """What became of the card; "returned later" may still become another. Raises as `record_slip`."""
        self._guard_follow_up(on, approved_on, today)
        if self.card not in {None, CardOutcome.RETURNED_LATER}:
            raise AlreadyRecorded(on=self.card_on)
        self.card, self.card_note, self.card_on = outcome, note or None, on

    @property
    def slip_has_left(self) -> bool:
        """Posted or handed over: the new code may be shown on its page."""
        return self.slip_posted_on is not None or self.slip_handed_over_on is not None

    def _guard_follow_up(self, on: date, approved_on: date, today: date) -> None:
        if self.status is not RequestStatus.APPROVED:
            raise RequestAlreadyDecided(self.status.value, self.decided_by_name, self.decided_at)
        if not approved_on <= on <= today:
            raise DayOutOfRange

    def _end(self, status: RequestStatus, at: datetime) -> None:
        self.guard_open()
        self.status, self.ended_at = status, at
        self._free()

    def _free(self) -> None:
        self.taken_by = self.taken_by_name = self.taken_at = None


class RequestQuestion(Base):
    """A question to the resident, from the phrase book, with free words if need be; one open at a time."""

    __tablename__ = "request_question"
    __table_args__ = (
        Index(
            "uq_request_question_open",
            "request_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    request_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("code_change_request.id"))
    phrase: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(String(1000))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
