"""A correction case: a resident says an item is wrong; staff investigate (Act art. 14)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger import record_entry
from registry_core.register.look import look_at_record
from registry_core.register.protection import open_to
from registry_core.register.resident_record import ResidentRecord, ResidentRecordView
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.values.actor import Actor
from registry_core.values.errors import (
    CaseNotFound,
    InvalidItem,
    NotPermitted,
    RecordNotFound,
    RequestAlreadyDecided,
    StaleRecord,
)
from registry_core.values.legal_purpose import LegalPurpose

CASE_OUTCOMES = ("corrected", "was_right", "ask_immigration")


class _Answer(Protocol):
    @property
    def reason(self) -> str | None: ...
    @property
    def text(self) -> str: ...


class CorrectionCaseRow(Base):
    """One item said to be wrong; one open case per record and item."""

    __tablename__ = "correction_case"
    __table_args__ = (
        Index(
            "uq_correction_case_open",
            "record_id",
            "item",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_correction_case_queue", "municipality_code", "closed_at", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"))
    municipality_code: Mapped[str] = mapped_column(String(6))
    item: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(40))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(255))
    closed_by_name: Mapped[str | None] = mapped_column(String(200))

    def close(self, *, outcome: str, by: Actor, at: datetime) -> None:
        """End the case. Raises RequestAlreadyDecided when somebody did."""
        if self.closed_at is not None:
            raise RequestAlreadyDecided("closed", self.closed_by_name, self.closed_at)
        self.outcome, self.closed_at, self.closed_by, self.closed_by_name = outcome, at, by.person, by.name


@dataclass(frozen=True, slots=True)
class CorrectionCase:
    """A case as shown; `text` is the resident's, in `language`."""

    id: UUID
    record_id: UUID
    item: str
    reason: str
    text: str
    language: str
    opened_at: datetime
    status: str
    outcome: str | None
    closed_at: datetime | None
    closed_by_name: str | None

    @property
    def mark(self) -> str:
        """What was read: another mark, when the resident renews her words."""
        return _mark(self.reason, self.text)


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
    return [_view(row) for row in session.scalars(query.order_by(CorrectionCaseRow.opened_at).limit(limit))]


def cases_of(session: Session, *, record_id: UUID) -> list[CorrectionCase]:
    """All cases of one record, newest first: for its resident."""
    query = select(CorrectionCaseRow).where(CorrectionCaseRow.record_id == record_id)
    return [_view(row) for row in session.scalars(query.order_by(CorrectionCaseRow.opened_at.desc()))]


def look_at_case(
    session: Session, *, case_id: UUID, actor: Actor, at: datetime
) -> tuple[CorrectionCase, ResidentRecordView]:
    """The case and the record, after the ledger entry. Raises CaseNotFound, OwnHousehold, NotPermitted."""
    row = _find(session, case_id, actor)
    record = look_at_record(
        session, record_id=row.record_id, actor=actor, at=at, purpose=LegalPurpose.RECORD_CORRECTION
    )
    return _view(row), record


def close_case(session: Session, *, case_id: UUID, outcome: str, seen: str, actor: Actor, at: datetime) -> None:
    """End a case with one of three outcomes; `seen` is the mark of the words that were read.

    Raises InvalidItem, RequestAlreadyDecided, StaleRecord (the resident has renewed her words since), OwnHousehold, CaseNotFound.
    """
    if outcome not in CASE_OUTCOMES:
        raise InvalidItem(item="outcome")
    row = _find(session, case_id, actor)
    if row.closed_at is None and _mark(row.reason, row.words) != seen:
        raise StaleRecord
    row.close(outcome=outcome, by=actor, at=at)
    record_entry(
        session,
        action="case.closed",
        actor=actor,
        at=at,
        purpose=LegalPurpose.RECORD_CORRECTION,
        record_id=row.record_id,
        facts={"item": row.item, "outcome": outcome},
    )


def _mark(reason: str, words: str) -> str:
    return hashlib.sha256(f"{reason}\n{words}".encode()).hexdigest()[:16]


def _find(session: Session, case_id: UUID, actor: Actor) -> CorrectionCaseRow:
    if not actor.is_staff:
        raise NotPermitted
    query = select(CorrectionCaseRow).where(
        CorrectionCaseRow.id == case_id, CorrectionCaseRow.municipality_code == actor.municipality
    )
    row = session.scalars(query.with_for_update()).one_or_none()
    if row is None:
        raise CaseNotFound
    try:
        guard_staff(session, actor=actor, record_id=row.record_id)
    except RecordNotFound as kept:
        raise CaseNotFound from kept
    return row


def _view(row: CorrectionCaseRow) -> CorrectionCase:
    return CorrectionCase(
        id=row.id,
        record_id=row.record_id,
        item=row.item,
        reason=row.reason,
        text=row.words,
        language=row.language,
        opened_at=row.opened_at,
        status="open" if row.closed_at is None else "closed",
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by_name=row.closed_by_name,
    )
