"""One person entered twice, under two codes: same birth date, same sex, and one form of the name the same.

That may be chance, so it is told and never refused: only a clerk who looks can say.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import CTE, JSON, Integer, Select, String, bindparam, cast, column, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from registry_core.register.resident_record import ResidentItems, ResidentRecord
from registry_core.register.search_index import SearchEntry, as_held, name_keys
from registry_core.storage.column_types import Closed, RegisterDateType
from registry_core.storage.engine import is_sqlite
from registry_core.values.sex import Sex

_ASKED_AT_ONCE = 500
#: A name has four forms.
_KEYS = ("key0", "key1", "key2", "key3")


class PersonMark(NamedTuple):
    """What two records of one person share: birth date, sex, and the key of one form of the name, as they are stored."""

    birth_date: str
    sex: str
    key: str

    def __str__(self) -> str:
        """All of it in one text."""
        return "/".join(self)


def person_marks(items: ResidentItems) -> list[PersonMark]:
    """One for each form of the name."""
    born, sex = str(items.birth_date), items.sex.value
    return [PersonMark(born, sex, key) for key in name_keys(items)]


def people_here(session: Session, *, people: Sequence[Sequence[PersonMark]], municipality_code: str) -> set[int]:
    """Which of these people, known by their marks, seem to have a record that is not erased: their places."""
    asked = [
        {"place": place, "birth_date": marks[0].birth_date, "sex": marks[0].sex}
        | {f"key{number}": as_held(mark.key) for number, mark in enumerate(marks)}
        for place, marks in enumerate(people)
        if marks
    ]
    query, found = _known(is_sqlite(session)), set[int]()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        part = json.dumps(asked[start : start + _ASKED_AT_ONCE])
        found.update(session.scalars(query, {"asked": part, "municipality_code": municipality_code}))
    return found


@cache
def _known(sqlite: bool) -> Select[tuple[int]]:  # noqa: FBT001 -- which of the two databases
    """Found by birth date, which a few dozen share in a large city; a name may be that of thousands."""
    wanted = _wanted_sqlite() if sqlite else _wanted_postgresql()
    born = (
        select(ResidentRecord.id, wanted)
        .join_from(
            wanted, ResidentRecord, ResidentRecord.birth_date == type_coerce(wanted.c.birth_date, RegisterDateType)
        )
        .where(
            ResidentRecord.sex == type_coerce(wanted.c.sex, Closed(Sex)),
            ResidentRecord.municipality_code == bindparam("municipality_code"),
            ResidentRecord.erased_on.is_(None),
        )
        .cte("born")
    )
    entry = select(born.c.place).join_from(born, SearchEntry, SearchEntry.record_id == born.c.id)
    holds = func.instr if sqlite else func.strpos
    return entry.where(or_(*(holds(SearchEntry.names, born.c[key]) > 0 for key in _KEYS)))


def _wanted_sqlite() -> CTE:
    each = func.json_each(bindparam("asked")).table_valued("value", name="each")
    names = ("place", "birth_date", "sex", *_KEYS)
    asked = select(*(func.json_extract(each.c.value, f"$.{name}").label(name) for name in names)).cte("wanted")
    return asked.prefix_with("MATERIALIZED")  # or each field is read again for each candidate


def _wanted_postgresql() -> CTE:
    texts = [column(name, String) for name in ("birth_date", "sex", *_KEYS)]
    asked = cast(bindparam("asked", type_=String), JSON)
    rows = func.json_to_recordset(asked).table_valued(column("place", Integer), *texts)
    return select(rows.render_derived("rows", with_types=True)).cte("wanted")
