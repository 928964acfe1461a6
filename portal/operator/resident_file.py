"""A CSV file of residents: which columns, how each is read, and what is wrong with a row, by line and reason.

Columns: the items of `ResidentItems`, `code`, `reason` (of `ChangeReason`, an entry), `on` (the day of the entry). A first
pass checks every row and writes nothing.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from registry_core.register import ResidenceCategory, ResidentItems, checked_items
from registry_core.values.change_reason import ENTRY_REASONS, ChangeReason
from registry_core.values.errors import InvalidCode, InvalidDate, RegistryError
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode
from registry_core.values.sex import sex_of

REQUIRED = (
    "birth_date",
    "sex",
    "address",
    "address_since",
    "became_foreign_resident",
    "nationality",
    "residence_category",
    "household_number",
    "household_head",
    "relationship",
    "code",
)
OPTIONAL = (
    "latin_name",
    "kanji_name",
    "reading",
    "alias",
    "previous_address",
    "residence_status",
    "period_of_stay",
    "end_of_stay",
    "card_number",
    "protected",
    "reason",
    "on",
)
_DATES = ("birth_date", "address_since", "became_foreign_resident")
_YES, _NO = frozenset({"yes", "1", "true"}), frozenset({"", "no", "0", "false"})
_LONGEST_FIELD = 5_000


class RowFault(Exception):
    """What is wrong with one row, in words for the operator."""


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """A row that can be entered. `hint` is a typing hint: the check digit of the code does not fit."""

    line: int
    items: ResidentItems
    code: ResidentRecordCode
    reason: ChangeReason
    on: date | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot: its line in the file and why."""

    line: int
    why: str


def read_rows(lines: Iterable[str]) -> Iterator[ResidentRow | BadRow]:
    """Each row of the file, read or refused. Raises RowFault when the heading is not that of a resident file."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.DictReader(lines, strict=True)
    _check_heading(reader.fieldnames or [])
    seen: dict[ResidentRecordCode, int] = {}
    rows = iter(reader)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as broken:
            yield BadRow(reader.line_num, f"the line is not CSV: {broken}")
            return
        yield _read(row, reader.line_num, seen)


def _check_heading(names: Iterable[str]) -> None:
    present = set(names)
    missing = [name for name in REQUIRED if name not in present]
    unknown = sorted(present - set(REQUIRED) - set(OPTIONAL))
    if missing or unknown:
        parts = [f"missing columns: {', '.join(missing)}"] if missing else []
        parts += [f"unknown columns: {', '.join(unknown)}"] if unknown else []
        raise RowFault(f"The first line must name the columns; {'; '.join(parts)}.")


def _read(row: dict[str, str], line: int, seen: dict[ResidentRecordCode, int]) -> ResidentRow | BadRow:
    try:
        if None in row or None in row.values():
            raise RowFault("it has more or fewer fields than the first line")
        read = _resident_row(row, line)
        if read.code in seen:
            raise RowFault(f"its code stands on line {seen[read.code]} too")
        seen[read.code] = line
    except RowFault as fault:
        return BadRow(line, str(fault))
    return read


def _resident_row(row: dict[str, str], line: int) -> ResidentRow:
    text = {name: row.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL)}
    code = _code(text["code"])
    try:
        items = checked_items(_items(text))
    except RegistryError as refused:
        raise RowFault(_words(refused)) from refused
    reason = ChangeReason(text["reason"]) if text["reason"] in set(ChangeReason) else None
    if text["reason"] and reason not in ENTRY_REASONS:
        raise RowFault(f"reason: one of {', '.join(sorted(ENTRY_REASONS))}")
    hint = None if code.check_digit_matches else "the check digit of the code does not fit: was it typed?"
    return ResidentRow(line, items, code, reason or ChangeReason.ENTERED_EX_OFFICIO, _day(text["on"]), hint)


def _items(text: dict[str, str]) -> ResidentItems:
    dates = {name: _date(name, text[name]) for name in _DATES}
    sex = sex_of(text["sex"])
    if sex is None:
        raise RowFault("sex: 1 (male), 2 (female), 0 (unknown) or 9 (not applicable)")
    if text["residence_category"] not in set(ResidenceCategory):
        raise RowFault(f"residence_category: one of {', '.join(ResidenceCategory)}")
    if text["protected"].lower() not in _YES | _NO:
        raise RowFault("protected: yes or no")
    return ResidentItems(
        latin_name=text["latin_name"] or None,
        kanji_name=text["kanji_name"] or None,
        reading=text["reading"] or None,
        alias=text["alias"] or None,
        birth_date=dates["birth_date"],
        sex=sex,
        address=text["address"],
        address_since=dates["address_since"],
        previous_address=text["previous_address"],
        became_foreign_resident=dates["became_foreign_resident"],
        nationality=text["nationality"],
        residence_category=ResidenceCategory(text["residence_category"]),
        residence_status=text["residence_status"],
        period_of_stay=text["period_of_stay"],
        end_of_stay=text["end_of_stay"] or None,
        card_number=text["card_number"] or None,
        household_number=text["household_number"],
        household_head=text["household_head"],
        relationship=text["relationship"],
        protected=text["protected"].lower() in _YES,
    )


def _code(text: str) -> ResidentRecordCode:
    try:
        return ResidentRecordCode.parse(text)
    except InvalidCode as refused:
        raise RowFault("code: eleven digits") from refused


def _date(name: str, text: str) -> RegisterDate:
    try:
        return RegisterDate.parse(text)
    except InvalidDate as refused:
        raise RowFault(f"{name}: a day such as 1990-02-28, zeros for a part that is not known") from refused


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as refused:
        raise RowFault("on: a calendar day such as 2026-04-01") from refused


def _words(refused: RegistryError) -> str:
    item = refused.facts.get("item", "")
    reasons = {
        "missing-item": "must not be empty",
        "invalid-item": "is not of its form",
        "invalid-text": "holds control or direction characters",
        "too-long": f"is longer than {refused.facts.get('limit')} characters",
    }
    return f"{item}: {reasons.get(refused.code, refused.code)}"
