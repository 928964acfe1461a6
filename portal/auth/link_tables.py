"""Tables of the link between a sign-in and a record: live links and one-time PINs."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant

#: Wrong tries a PIN survives, and tries a sign-in has within an hour (design: 5).
TRIES = 5


class LinkedBy(StrEnum):
    """How a sign-in was linked to its record."""

    ATTRIBUTES = "attributes"
    PIN = "pin"


def _live(name: str, *columns: str) -> Index:
    """One row only that has not ended, for these columns, on both databases."""
    unended = text("ended_at IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=unended, postgresql_where=unended)


class SubjectLink(Base):
    """One sign-in (issuer and subject) speaks for one record, from ``linked_at`` until ``ended_at``."""

    __tablename__ = "subject_link"
    __table_args__ = (
        _live("uq_subject_link_live_record", "record_id"),
        _live("uq_subject_link_live_subject", "issuer", "subject"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    record_id: Mapped[UUID] = mapped_column(Uuid)
    linked_at: Mapped[datetime] = mapped_column(Instant)
    linked_by: Mapped[LinkedBy] = mapped_column(Closed(LinkedBy))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def end(self, at: datetime) -> None:
        """End the link; a link ends once."""
        if self.ended_at is None:
            self.ended_at = at


class LinkPin(Base):
    """A PIN of eight digits given out at the counter. Only its keyed index is kept; ``ended_at`` is when it died."""

    __tablename__ = "link_pin"
    __table_args__ = (
        _live("uq_link_pin_live_record", "record_id"),
        _live("uq_link_pin_live_index", "pin_index"),
        CheckConstraint("tries_left >= 0", name="tries_left"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid)
    pin_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    issued_by: Mapped[str] = mapped_column(String(255))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    tries_left: Mapped[int] = mapped_column(default=TRIES)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def is_good(self, at: datetime) -> bool:
        """Tell whether the PIN may still be used."""
        return self.ended_at is None and at < self.expires_at and self.tries_left > 0

    def use(self, at: datetime) -> None:
        """Use it up."""
        self.used_at = at
        self.ended_at = at

    def miss(self, at: datetime) -> None:
        """Count one try with a wrong birth date; the last one ends the PIN."""
        self.tries_left = max(0, self.tries_left - 1)
        if self.tries_left == 0:
            self.ended_at = at

    def replace(self, at: datetime) -> None:
        """End it because a newer one was given out, or because it is too old."""
        if self.ended_at is None:
            self.ended_at = at
