"""A correction case and its states: a resident says an item is wrong (Act art. 14 par. 2), staff find out and decide (par. 1).

open -> taken -> corrected | declined | sent on to Immigration | answered with a new code | closed with the record.
One person decides: the law asks that the fact is ascertained (Cabinet Order art. 12 par. 3), what was examined is kept, the
resident sees the outcome, and a correction can be corrected. Only the methods below change a case.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import RequestAlreadyDecided, TakenByAnother

#: What a case may change, by the item the resident names. The code is never corrected here: it gets another one.
ITEMS_OF_CASE: dict[str, tuple[str, ...]] = {
    "name": ("latin_name", "kanji_name", "reading"),
    "alias": ("alias",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "address": ("address", "address_since"),
    "code_held": (),
    "nationality": ("nationality",),
    "residence": ("residence_category", "residence_status", "period_of_stay", "end_of_stay", "card_number"),
    "household": ("household_number", "household_head", "relationship"),
}
#: What the city takes from the residence card: a wrong card is corrected by Immigration, which tells the city (Act art. 30-50).
IMMIGRATION_ITEMS = frozenset({"name", "birth_date", "sex", "nationality", "residence"})
#: Where only letters or names of places change, a correction of name or address is a minor one (Regulation art. 11 par. 3).
_MINOR_ITEMS = frozenset({"name", "address"})


class CaseOutcome(StrEnum):
    """How a case ended."""

    CORRECTED = "corrected"
    DECLINED = "declined"
    ASK_IMMIGRATION = "ask_immigration"
    NEW_CODE = "new_code"
    CLOSED = "closed"


class CaseDeclined(StrEnum):
    """Why nothing was corrected: the record is right; it was not shown to be wrong; the law wants a notification for it."""

    WAS_RIGHT = "was_right"
    NOT_SHOWN = "not_shown"
    NEEDS_NOTIFICATION = "needs_notification"


class Examined(StrEnum):
    """What the fact was ascertained from."""

    RESIDENCE_CARD = "residence-card"
    SPECIAL_PERMANENT_RESIDENT_CERTIFICATE = "special-permanent-resident-certificate"
    PASSPORT = "passport"
    HOME_COUNTRY_PAPER = "home-country-paper"
    IMMIGRATION_NOTICE = "immigration-notice"
    EARLIER_RECORDS = "earlier-records"
    VISIT = "visit"
    OTHER = "other"


class CorrectionCaseRow(Base):
    """One item said to be wrong; one open case per record and item.

    examined: codes of `Examined` with spaces between; record_version: the version that corrected it, unknown of older cases.
    """

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
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="ended_somehow"),
        CheckConstraint("(outcome = 'declined') = (decline_reason IS NOT NULL)", name="declined_for_a_reason"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"))
    municipality_code: Mapped[str] = mapped_column(String(6))
    item: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    taken_by: Mapped[str | None] = mapped_column(String(255))
    taken_by_name: Mapped[str | None] = mapped_column(String(200))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    examined: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    outcome: Mapped[CaseOutcome | None] = mapped_column(Closed(CaseOutcome))
    decline_reason: Mapped[CaseDeclined | None] = mapped_column(Closed(CaseDeclined))
    record_version: Mapped[int | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(String(255))
    closed_by_name: Mapped[str | None] = mapped_column(String(200))

    def guard_open_to(self, actor: Actor) -> None:
        """Raises RequestAlreadyDecided (who, when), TakenByAnother."""
        self._guard_open()
        if self.taken_by is not None and self.taken_by != actor.person:
            raise TakenByAnother(self.taken_by_name, self.taken_at)

    def take(self, *, by: Actor, at: datetime) -> None:
        """This person looks into it from now on. Raises as `guard_open_to`."""
        self.guard_open_to(by)
        if self.taken_by is None:
            self.taken_by, self.taken_by_name, self.taken_at = by.person, by.name, at

    def release(self, *, by: Actor) -> None:
        """Nobody looks into it; a supervisor may give back another's. Raises as `guard_open_to`."""
        self._guard_open()
        if by.role is not Role.SUPERVISOR:
            self.guard_open_to(by)
        self._is_nobodys()

    def correct(self, *, record_version: int, by: Actor, at: datetime) -> None:
        """The record is corrected: this version of it. Raises as `guard_open_to`."""
        self.guard_open_to(by)
        self.record_version = record_version
        self._end(CaseOutcome.CORRECTED, by=by, at=at)

    def decline(self, *, reason: CaseDeclined, by: Actor, at: datetime) -> None:
        """Nothing is corrected. Raises as `guard_open_to`."""
        self.guard_open_to(by)
        self.decline_reason = reason
        self._end(CaseOutcome.DECLINED, by=by, at=at)

    def send_on(self, *, outcome: CaseOutcome, by: Actor, at: datetime) -> None:
        """It goes on elsewhere: at Immigration, or as a new code. Raises as `guard_open_to`."""
        self.guard_open_to(by)
        self._end(outcome, by=by, at=at)

    def close(self, *, at: datetime) -> None:
        """The record is erased. Raises RequestAlreadyDecided."""
        self._guard_open()
        self._is_nobodys()
        self._end(CaseOutcome.CLOSED, by=None, at=at)

    def examine(self, documents: tuple[Examined, ...], note: str) -> None:
        """Keep what was examined, and the words of who did."""
        self.examined, self.note = " ".join(dict.fromkeys(document.value for document in documents)), note

    def _guard_open(self) -> None:
        if self.outcome is not None:
            raise RequestAlreadyDecided(self.outcome.value, self.closed_by_name, self.closed_at)

    def _is_nobodys(self) -> None:
        self.taken_by = self.taken_by_name = self.taken_at = None

    def _end(self, outcome: CaseOutcome, *, by: Actor | None, at: datetime) -> None:
        self.outcome, self.closed_at = outcome, at
        if by is not None:
            self.closed_by, self.closed_by_name = by.person, by.name


@dataclass(frozen=True, slots=True)
class CorrectionCase:
    """A case as shown; `text` is the resident's, in `language`; `note` is the staff's and for staff."""

    id: UUID
    record_id: UUID
    item: str
    reason: str
    text: str
    language: str
    opened_at: datetime
    taken_by: str | None
    taken_by_name: str | None
    taken_at: datetime | None
    examined: tuple[Examined, ...]
    note: str
    outcome: CaseOutcome | None
    decline_reason: CaseDeclined | None
    record_version: int | None
    closed_at: datetime | None
    closed_by_name: str | None

    @property
    def is_open(self) -> bool:
        """Not decided yet."""
        return self.outcome is None

    @property
    def of_immigration(self) -> bool:
        """The item is taken from the residence card."""
        return self.item in IMMIGRATION_ITEMS

    @property
    def reasons(self) -> tuple[ChangeReason, ...]:
        """Why the record can be corrected by it."""
        return reasons_of(self.item)

    @property
    def mark(self) -> str:
        """What was read: another mark, when the resident renews her words."""
        return mark_of(self.reason, self.text)


def reasons_of(item: str) -> tuple[ChangeReason, ...]:
    """Regulation art. 11 par. 3: a move is notified and no correction of a fault; the rest is 職権修正等, some 軽微な修正."""
    minor = (ChangeReason.MINOR_CORRECTION,) if item in _MINOR_ITEMS else ()
    return (ChangeReason.CORRECTED_EX_OFFICIO, *minor)


def mark_of(reason: str, words: str) -> str:
    """A short mark of the resident's words."""
    return hashlib.sha256(f"{reason}\n{words}".encode()).hexdigest()[:16]


def case_view(row: CorrectionCaseRow) -> CorrectionCase:
    """The frozen view."""
    return CorrectionCase(
        id=row.id,
        record_id=row.record_id,
        item=row.item,
        reason=row.reason,
        text=row.words,
        language=row.language,
        opened_at=row.opened_at,
        taken_by=row.taken_by,
        taken_by_name=row.taken_by_name,
        taken_at=row.taken_at,
        examined=tuple(Examined(each) for each in row.examined.split()),
        note=row.note,
        outcome=row.outcome,
        decline_reason=row.decline_reason,
        record_version=row.record_version,
        closed_at=row.closed_at,
        closed_by_name=row.closed_by_name,
    )
