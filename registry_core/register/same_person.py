"""One person entered twice, under two codes: same birth date, same sex, and one form of the name the same.

That may be chance, so it is told and never refused: only a clerk who looks can say.
"""

from collections.abc import Sequence

from sqlalchemy import Integer, Select, String, column, select, values
from sqlalchemy.orm import Session

from registry_core.register.bulk_entry import Newcomer
from registry_core.register.resident_record import ResidentItems, ResidentRecord
from registry_core.register.search_index import SearchEntry, has_name, name_keys
from registry_core.storage.column_types import Closed, RegisterDateType
from registry_core.values.register_date import RegisterDate
from registry_core.values.sex import Sex

_Asked = tuple[int, RegisterDate, Sex, str]
_ASKED_AT_ONCE = 500


def person_marks(items: ResidentItems) -> list[str]:
    """What two records of one person share: a text for each form of the name, with birth date and sex."""
    return [f"{items.birth_date}/{items.sex}/{key}" for key in name_keys(items)]


def people_here(session: Session, *, newcomers: Sequence[Newcomer], municipality_code: str) -> set[int]:
    """Which of the newcomers, by their place, seem to be of a person who has a record that is not erased."""
    asked: list[_Asked] = [
        (place, each.items.birth_date, each.items.sex, key)
        for place, each in enumerate(newcomers)
        for key in name_keys(each.items)
    ]
    found: set[int] = set()
    for start in range(0, len(asked), _ASKED_AT_ONCE):
        found.update(session.scalars(_known(asked[start : start + _ASKED_AT_ONCE], municipality_code)))
    return found


def _known(asked: list[_Asked], municipality_code: str) -> Select[tuple[int]]:
    """Found by birth date, which few share; a name may be that of thousands."""
    columns = (
        column("place", Integer),
        column("birth_date", RegisterDateType),
        column("sex", Closed(Sex)),
        column("key", String),
    )
    wanted = values(*columns, name="wanted").data(asked).cte("wanted")
    born = (
        select(ResidentRecord.id, wanted.c.place, wanted.c.key)
        .join_from(wanted, ResidentRecord, ResidentRecord.birth_date == wanted.c.birth_date)
        .where(
            ResidentRecord.sex == wanted.c.sex,
            ResidentRecord.municipality_code == municipality_code,
            ResidentRecord.erased_on.is_(None),
        )
        .cte("born")
    )
    entry = select(born.c.place).join_from(born, SearchEntry, SearchEntry.record_id == born.c.id)
    return entry.where(has_name(born.c.key))
