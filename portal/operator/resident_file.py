"""A CSV file of residents: which columns, how each is read, and what is wrong with a row, by line and reason.

Columns: the items of `ResidentItems`, `code`, `reason` (of `ChangeReason`, an entry), `on` (the day of the entry). A first
pass checks every row and writes nothing. A reason never repeats a value: the file holds codes and people.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from portal.operator.bad_rows import BadRow
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
_LONGEST_FIELD = 5_000  # characters; the longest item is 300
_NAME_OF_A_COLUMN = re.compile(r"[a-z][a-z_]{0,39}")


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


@dataclass
class _Seen:
    """Where what must be unique stood first."""

    codes: dict[ResidentRecordCode, int] = field(default_factory=dict)
    cards: dict[str, int] = field(default_factory=dict)

    def guard_new(self, row: ResidentRow) -> None:
        """Note a row's code and card. Raises RowFault when one of them stood on an earlier line."""
        if row.code in self.codes:
            raise RowFault(f"its code stands on line {self.codes[row.code]} too")
        card = row.items.card_number
        if card in self.cards:
            raise RowFault(f"its card number stands on line {self.cards[card]} too")
        self.codes[row.code] = row.line
        if card:
            self.cards[card] = row.line


def read_rows(lines: Iterable[str]) -> Iterator[ResidentRow | BadRow]:
    """Each row of the file, read or refused. Raises RowFault when the heading is not that of a resident file."""
    seen = _Seen()
    names: list[str] | None = None
    for line, fields in _fields(lines):
        if isinstance(fields, BadRow):
            if names is None:
                raise RowFault(f"The first line must name the columns: {fields.why}.")
            yield fields
        elif names is None:
            names = [name.strip() for name in fields]
            _check_heading(names)
        else:
            yield _read(names, fields, line, seen)
    if names is None:
        raise RowFault("The file is empty. The first line must name the columns: see docs/register-files.md.")


def _fields(lines: Iterable[str]) -> Iterator[tuple[int, list[str] | BadRow]]:
    """The fields of each row with the line it begins on (a quoted field may run over several); empty lines left out."""
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            yield line, BadRow(line, f"the line is not CSV: {broken}")
            continue
        if fields:
            yield line, fields


def _check_heading(names: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = sorted(set(names) - set(REQUIRED) - set(OPTIONAL))
    twice = sorted({name for name in names if names.count(name) > 1} - set(unknown))
    # A file without a heading begins with a person: only what is written like the name of a column is repeated here.
    shown = [name for name in unknown if _NAME_OF_A_COLUMN.fullmatch(name)]
    parts = [f"missing columns: {', '.join(missing)}"] if missing else []
    parts += [f"unknown columns: {', '.join(shown)}"] if shown else []
    parts += [f"{len(unknown) - len(shown)} columns with no name known here"] if len(unknown) > len(shown) else []
    parts += [f"named twice: {', '.join(twice)}"] if twice else []
    if parts:
        raise RowFault(f"The first line must name the columns; {'; '.join(parts)}.")


def _read(names: list[str], fields: list[str], line: int, seen: _Seen) -> ResidentRow | BadRow:
    try:
        row = _resident_row(_by_name(names, fields), line)
        seen.guard_new(row)
    except RowFault as fault:
        return BadRow(line, str(fault))
    return row


def _by_name(names: list[str], fields: list[str]) -> dict[str, str]:
    if len(fields) != len(names):
        raise RowFault(f"it has {len(fields)} fields, the first line has {len(names)}")
    given = dict(zip(names, fields, strict=True))
    return {name: given.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL)}


def _resident_row(text: dict[str, str], line: int) -> ResidentRow:
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
    day: date | None
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # weeks and shortened forms are ISO too, and too easily something else
        raise RowFault("on: a calendar day such as 2026-04-01")
    return day


_FORMS = {
    "card_number": "two letters, eight digits, two letters, as on the residence card",
    "nationality": "three capital letters of ISO 3166-1, such as VNM; XXA is stateless",
    "end_of_stay": "a calendar day such as 2029-03-31, or empty",
}


def _words(refused: RegistryError) -> str:
    item = refused.facts.get("item", "")
    reasons = {
        "missing-item": "must not be empty",
        "invalid-item": _FORMS.get(str(item), "is not of its form"),
        "invalid-text": "holds control or direction characters",
        "too-long": f"is longer than {refused.facts.get('limit')} characters",
    }
    return f"{item}: {reasons.get(refused.code, refused.code)}"
