"""Entries and deletions of aliases (通称の記載及び削除に関する事項, Cabinet Order art. 30-17).

Of an alias that is on the record: the municipality that entered it and the day. Of one that was deleted: the alias, and the
municipality and the day of its deletion too. Kept with the record, and carried over when the person moves (par. 2).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from registry_core.values.errors import InvalidItem


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasEntry:
    """One alias: in which municipality (its name, or a ward's) and on which day it was entered, and deleted.

    What the certificate of moving out did not tell is None.
    """

    alias: str
    entered_in: str | None = None
    entered_on: date | None = None
    deleted_in: str | None = None
    deleted_on: date | None = None

    @property
    def is_deleted(self) -> bool:
        """It is not on the record any more."""
        return self.deleted_in is not None or self.deleted_on is not None


_NAMES = tuple(field.name for field in fields(AliasEntry))
_DAYS = frozenset({"entered_on", "deleted_on"})


def alias_history_text(history: Iterable[AliasEntry]) -> str:
    """JSON: a list of objects with the names of the fields, days as "YYYY-MM-DD"; "" of none."""
    if not history:
        return ""
    rows = [{name: _plain(getattr(entry, name)) for name in _NAMES} for entry in history]
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def alias_history_of(text: str) -> tuple[AliasEntry, ...]:
    """Read that JSON. Raises InvalidItem (item: alias_history)."""
    if not text:
        return ()
    try:
        rows: list[dict[str, Any]] = json.loads(text)
        if not isinstance(rows, list):
            raise TypeError  # noqa: TRY301 -- refused as every other form
        return tuple(_entry(row) for row in rows)
    except (ValueError, TypeError, AttributeError, RecursionError) as wrong:
        raise InvalidItem(item="alias_history") from wrong


def _entry(row: dict[str, Any]) -> AliasEntry:
    if not row.get("alias") or set(row) - set(_NAMES):
        raise ValueError(row.keys())
    texts: dict[str, Any] = {name: row.get(name) or None for name in _NAMES}
    if any(not isinstance(text, str | None) for text in texts.values()):
        raise ValueError(row.keys())
    days = {name: _day(texts[name]) for name in _DAYS if texts[name]}
    return AliasEntry(**(texts | days))


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:  # weeks and shortened forms are ISO too
        raise ValueError(text)
    return day


def _plain(value: object) -> str | None:
    return str(value) if value is not None else None
