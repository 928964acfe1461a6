"""The rows of a file of residents, CSV or JSON Lines: the fields of each by the names of the columns, or why it has none.

CSV has a heading that names the columns; in JSON Lines each line is an object of its own with the same names. A reason never
repeats a value: the file holds codes and people.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portal.operator.bad_rows import BadRow
from portal.operator.twice_read import FileFault
from portal.spreadsheet import plain_cell

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
    "alias_history",
    "notified_on",
    "previous_address",
    "residence_status",
    "period_of_stay",
    "end_of_stay",
    "card_number",
    "protected",
    "reason",
    "on",
)
COLUMNS = (*REQUIRED, *OPTIONAL)
_LONGEST_FIELD = 5_000  # characters; the longest item is 300
_NAME_OF_A_COLUMN = re.compile(r"[a-z][a-z_]{0,39}")
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_SEE_DOCS = "see docs/register-files.md"


class RowFault(Exception):
    """What is wrong with one row, in words for the operator."""


class FileRow(NamedTuple):
    """The row that begins on this line: texts, outer spaces taken off, and the names of their columns."""

    line: int
    names: tuple[str, ...]
    texts: list[str]

    @property
    def fields(self) -> "Fields":
        """By the names of the columns."""
        return Fields(zip(self.names, self.texts, strict=True))


class Fields(dict[str, str]):
    """Texts by the names of their columns; a column that is not there is empty."""

    def __missing__(self, name: str) -> str:
        """Nothing stands there."""
        return ""


def is_json_lines(file: Path) -> bool:
    """Told by the end of the name: .jsonl or .ndjson; all others are CSV."""
    return file.suffix.lower() in _JSON_LINES


def rows_of(lines: Iterable[str], *, json_lines: bool) -> Iterator[FileRow | BadRow]:
    """Each row of the file. Raises FileFault when it is no file of residents as a whole."""
    return _json_rows(lines) if json_lines else _csv_rows(lines)


# ---------------------------------------------------------------- CSV


def _csv_rows(lines: Iterable[str]) -> Iterator[FileRow | BadRow]:
    names: tuple[str, ...] | None = None
    for line, fields in _fields(lines):
        if isinstance(fields, BadRow):
            if names is None:
                raise FileFault(f"The first line must name the columns: {fields.why}.")
            yield fields
        elif names is None:
            names = tuple(name.strip() for name in fields)
            _check_heading(names)
        elif len(fields) != len(names):
            yield BadRow(line, f"it has {len(fields)} fields, the first line has {len(names)}")
        else:
            texts = [plain_cell(text) if text[:1] == "'" else text for text in map(str.strip, fields)]
            yield FileRow(line, names, texts)
    if names is None:
        raise FileFault(f"The file is empty. The first line must name the columns: {_SEE_DOCS}.")


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


def _check_heading(names: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = sorted(set(names) - set(COLUMNS))
    twice = sorted({name for name in names if names.count(name) > 1} - set(unknown))
    # A file without a heading begins with a person: only what is written like the name of a column is repeated here.
    shown = [name for name in unknown if _NAME_OF_A_COLUMN.fullmatch(name)]
    parts = [f"missing columns: {', '.join(missing)}"] if missing else []
    parts += [f"unknown columns: {', '.join(shown)}"] if shown else []
    parts += [f"{len(unknown) - len(shown)} columns with no name known here"] if len(unknown) > len(shown) else []
    parts += [f"named twice: {', '.join(twice)}"] if twice else []
    if parts:
        raise FileFault(f"The first line must name the columns; {'; '.join(parts)}.")


# ---------------------------------------------------------------- JSON Lines


def _json_rows(lines: Iterable[str]) -> Iterator[FileRow | BadRow]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            fields = _json_fields(text)
            yield FileRow(line, tuple(fields), list(fields.values()))
        except RowFault as fault:
            yield BadRow(line, str(fault))


def _json_fields(text: str) -> Fields:
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as broken:
        raise RowFault("the line is not JSON") from broken
    if not isinstance(pairs, _Pairs):
        raise RowFault("the line is not a JSON object")
    fields = Fields()
    for name, value in pairs:
        if name not in COLUMNS:
            known = f" {name}" if _NAME_OF_A_COLUMN.fullmatch(name) else ""
            raise RowFault(f"it has an unknown column{known}")
        if name in fields:
            raise RowFault(f"{name}: stands twice")
        fields[name] = _json_text(name, value).strip()
    return fields


class _Pairs(list[tuple[str, Any]]):
    """An object's names and values as they stand in the file: a name may stand twice there."""


def _json_text(name: str, value: object) -> str:
    """Texts, and what stands for empty; a number would lose the zero a code begins with."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        raise RowFault(f"{name}: a text in quotes")
    if len(value) > _LONGEST_FIELD:
        raise RowFault(f"{name}: is longer than {_LONGEST_FIELD} characters")
    return value
