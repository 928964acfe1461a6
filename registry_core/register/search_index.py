"""What a record is found by: the folded keys of its names and its address, a number, and where their grams occur.

Whoever enters or changes a record calls `index_record` in the same transaction; whoever enters many at once prepares their
rows with `search_rows` outside of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Dialect, ForeignKey, Integer, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.register.resident_record import ResidentItems
from registry_core.storage.base import Base
from registry_core.storage.bulk_insert import BoundRows, bound_rows
from registry_core.storage.engine import is_sqlite
from registry_core.storage.gram_posting import SPAN, GramPosting, add_runs, grams_of, runs_of
from registry_core.values.person_name import PersonNames
from registry_core.values.search_key import address_key, keys_of_part, search_key

NAMES, ADDRESS = 0, 1
_BETWEEN = "\n"  # no key holds it, so no part of a name reaches from one form into the next


class SearchEntry(Base):
    """What one record is found by; never shown. `names` holds the key of each form, each between two line ends."""

    __tablename__ = "search_entry"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"), unique=True)
    names: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)

    @property
    def name_keys(self) -> set[str]:
        """The key of each form."""
        return set(self.names.split(_BETWEEN)) - {""}


@dataclass(frozen=True, slots=True)
class SearchRows:
    """The rows of some new records, numbered from 0 on: what their numbers are, `reserve_numbers` says later."""

    count: int
    entries: BoundRows
    postings: BoundRows

    def tables(self, first: int) -> tuple[BoundRows, BoundRows]:
        """The rows as they are inserted, of records numbered from `first` on."""
        return _moved(self.entries, "number", first), _moved(self.postings, "first", first)


def search_rows(records: Iterable[tuple[UUID, ResidentItems]], *, dialect: Dialect) -> SearchRows:
    """All that makes new records found, for whoever enters many at once (at most SPAN // 2); touches no database.

    In the transaction that inserts the records, after them: `rows.tables(reserve_numbers(session, count=rows.count))`, and
    insert both. When all batches are in, join their runs (`scattered`, `join_runs`), so that a search reads less.
    """
    given = [(record_id, *search_keys(items)) for record_id, items in records]
    entries = [
        {"number": number, "record_id": record_id, "names": names, "address": address}
        for number, (record_id, names, address) in enumerate(given)
    ]
    runs = runs_of(_grams(names, address) for _, names, address in given)
    postings = [{"gram": gram, "first": first, "numbers": numbers} for gram, first, numbers in runs]
    return SearchRows(
        count=len(given),
        entries=bound_rows(SearchEntry, entries, dialect=dialect),
        postings=bound_rows(GramPosting, postings, dialect=dialect),
    )


def reserve_numbers(session: Session, *, count: int) -> int:
    """The first of `count` successive numbers of one span that nobody else has or gets."""
    if count > SPAN // 2:
        raise ValueError(f"at most {SPAN // 2} numbers at once")
    if is_sqlite(session):  # a transaction that writes is the only one
        first = (session.scalar(select(func.max(SearchEntry.number))) or 0) + 1
        return first if _in_one_span(first, count) else (first // SPAN + 1) * SPAN
    sequence = func.nextval(func.pg_get_serial_sequence(SearchEntry.__tablename__, "number"))
    while True:  # again where somebody else took one in between, or a span ended
        numbers = session.scalars(select(sequence).select_from(func.generate_series(1, count))).all()
        if numbers[-1] - numbers[0] == count - 1 and _in_one_span(numbers[0], count):
            return int(numbers[0])


def index_record(session: Session, *, record_id: UUID, items: ResidentItems) -> None:
    """Let a record be found by these items from now on, and by no others. The record is in the database."""
    names, address = search_keys(items)
    entry = session.scalars(select(SearchEntry).where(SearchEntry.record_id == record_id)).one_or_none()
    if entry is None:
        number, before = reserve_numbers(session, count=1), set[int]()
        session.add(SearchEntry(number=number, record_id=record_id, names=names, address=address))
    else:
        number, before = entry.number, _grams(entry.names, entry.address)
        entry.names, entry.address = names, address
    new = _grams(names, address) - before
    add_runs(session, runs=[(gram, number + offset, numbers) for gram, offset, numbers in runs_of([new])])


def search_keys(items: ResidentItems) -> tuple[str, str]:
    """The keys of the names, as `SearchEntry` holds them, and of the address."""
    return as_held(_BETWEEN.join(name_keys(items))), address_key(items.address)


def as_held(key: str) -> str:
    """The key of a whole form, as `SearchEntry.names` holds it."""
    return f"{_BETWEEN}{key}{_BETWEEN}"


def name_keys(items: ResidentItems) -> list[str]:
    """The key of each form that has one, each once."""
    names = PersonNames(items.latin_name, items.kanji_name, items.reading, items.alias)
    return list(dict.fromkeys(key for form in names.forms if (key := search_key(form))))


def has_name(key: str) -> ColumnElement[bool]:
    """Of `SearchEntry`: this is the key of a whole form."""
    return SearchEntry.names.contains(as_held(key))


def grams_of_parts(*, name: str, address: str) -> tuple[list[frozenset[int]], list[frozenset[int]]]:
    """What a record must hold to hold these parts: of each set at least one gram."""
    by_key = [_pairs(key, NAMES) for key in keys_of_part(name)]
    shortest = min(map(len, by_key))
    ends = [grams[len(grams) - shortest :] for grams in by_key]
    return [frozenset(place) for place in zip(*ends, strict=True)], [
        frozenset({gram}) for gram in dict.fromkeys(_pairs(address_key(address), ADDRESS))
    ]


def _grams(names: str, address: str) -> set[int]:
    by_form = (grams_of(key, field=NAMES) for key in names.split(_BETWEEN))
    return set().union(*by_form, grams_of(address, field=ADDRESS))


def _pairs(key: str, field: int) -> Sequence[int]:
    return [gram for at in range(len(key) - 1) for gram in grams_of(key[at : at + 2], field=field)]


def _moved(bound: BoundRows, column: str, by: int) -> BoundRows:
    place = bound.columns.index(column)
    rows = [(*row[:place], row[place] + by, *row[place + 1 :]) for row in bound.rows]
    return BoundRows(bound.table, bound.columns, rows)


def _in_one_span(first: int, count: int) -> bool:
    return first // SPAN == (first + count - 1) // SPAN
