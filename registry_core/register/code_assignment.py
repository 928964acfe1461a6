"""Whose code is which, and was: every code ever used stands here once, for ever.

That the index is unique over current and retired codes is what makes a new code differ from every code ever used
(Act art. 30-4 par. 3); that one row per record has no end is what gives each resident exactly one.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import Keyring
from registry_core.values.resident_record_code import ResidentRecordCode

JAPAN = ZoneInfo("Asia/Tokyo")


def next_index_is_unique(table: str) -> Index:
    """The index a code gets next is as unique as the one it has; it stands only while the key is being replaced."""
    there = text("code_index_next IS NOT NULL")
    return Index(
        f"uq_{table}_code_index_next", "code_index_next", unique=True, sqlite_where=there, postgresql_where=there
    )


class CodeAssignment(Base):
    """One code of one record, from `since` until `until` (None: the current one)."""

    __tablename__ = "code_assignment"
    __table_args__ = (
        Index(
            "uq_code_assignment_current",
            "record_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        next_index_is_unique("code_assignment"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"), index=True)
    code_sealed: Mapped[bytes] = mapped_column(Sealed(is_code=True))
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_index_next: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def begin(cls, code: ResidentRecordCode, *, record_id: UUID, at: datetime, keyring: Keyring) -> "CodeAssignment":
        """The code belongs to the record from now on."""
        return cls(**assignment_values(code, assignment_id=uuid4(), record_id=record_id, at=at, keyring=keyring))

    def end(self, *, at: datetime) -> None:
        """The code is dead from now on, and is nobody else's ever."""
        if self.until is None:
            self.until = at

    def code(self, keyring: Keyring) -> ResidentRecordCode:
        """The code, opened. Raises SealBroken when the row was tampered with."""
        return ResidentRecordCode(keyring.open(self.code_sealed, bound_to=self.id.bytes).decode())

    def is_indexed(self, keyring: Keyring) -> bool:
        """The code is found by its index. Raises SealBroken."""
        return self.code_index in keyring.indexes(self.code(keyring).reveal())

    def will_be_indexed(self, keyring: Keyring) -> bool:
        """Its next index is one of these keys: it is found by it once their replacement is through. Raises SealBroken."""
        return self.code_index_next in keyring.indexes(self.code(keyring).reveal())

    @property
    def since_day(self) -> date:
        """The legal day, in Japan, it was assigned."""
        return self.since.astimezone(JAPAN).date()


def assignment_values(
    code: ResidentRecordCode, *, assignment_id: UUID, record_id: UUID, at: datetime, keyring: Keyring
) -> dict[str, Any]:
    """The columns of a new assignment."""
    digits = code.reveal()
    return {
        "id": assignment_id,
        "record_id": record_id,
        "code_sealed": keyring.seal(digits.encode(), bound_to=assignment_id.bytes),
        **keyring.code_indexes(digits),
        "since": at,
    }


def code_index(code: ResidentRecordCode, *, keyring: Keyring) -> bytes:
    """What a code is looked up by, and told apart by, without anybody seeing it: 32 bytes, keyed."""
    return keyring.index(code.reveal())
