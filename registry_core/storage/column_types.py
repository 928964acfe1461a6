"""Column types: instants in UTC, register dates, histories of aliases, closed lists as text."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Dialect, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from registry_core.values.alias_history import AliasEntry, alias_history_of, alias_history_text
from registry_core.values.register_date import LONGEST_TEXT, RegisterDate

E = TypeVar("E", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as UTC text with microseconds, which sorts by time on both databases alike."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Aware instants only."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant carries its time zone")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        return None if value is None else datetime.fromisoformat(value)


class RegisterDateType(TypeDecorator[RegisterDate]):
    """A register date in its canonical text, which sorts."""

    impl = String(LONGEST_TEXT)
    cache_ok = True

    def process_bind_param(self, value: RegisterDate | None, dialect: Dialect) -> str | None:
        """Canonical text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> RegisterDate | None:
        """Back to the value."""
        return None if value is None else RegisterDate.read(value)


class AliasHistoryType(TypeDecorator[tuple[AliasEntry, ...]]):
    """Entries and deletions of aliases as JSON text, "" of none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[AliasEntry, ...] | None, dialect: Dialect) -> str | None:
        """JSON text."""
        return None if value is None else alias_history_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[AliasEntry, ...] | None:
        """Back to the entries."""
        return None if value is None else alias_history_of(value)


class Sealed(TypeDecorator[bytes]):
    """What `Keyring.seal` made, bound to the row by its primary key (after `prefix`); by this type it is found when keys change.

    `is_code`: the sealed text is a code, with its keyed index in `code_index` and `code_index_next`.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, *, prefix: bytes = b"", is_code: bool = False) -> None:
        """Say what it is bound to."""
        super().__init__()
        self.prefix = prefix
        self.is_code = is_code

    def bound_to(self, row_id: UUID) -> bytes:
        """What the bytes of a row are authenticated with."""
        return self.prefix + row_id.bytes


class Closed(TypeDecorator[E]):
    """A member of a closed list, stored as its stable text."""

    cache_ok = True
    impl = String(40)

    def __init__(self, members: type[E]) -> None:
        """Name the closed list."""
        super().__init__(40)
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Stable text."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Back to the member."""
        return None if value is None else self.members(value)

    def coerce_compared_value(self, op: object, value: object) -> TypeEngine[Any]:
        """Compare members as this type."""
        return self
