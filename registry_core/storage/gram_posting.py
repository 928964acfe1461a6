"""Where a pair of characters occurs: for each pair (gram) the numbers of the things that hold it, on both databases alike.

Numbers are kept in runs: a row is a gram, the first number of the run, and a bitmap whose lowest bit is that number; a run lies
within one span of 16,384 numbers. A run is written once and never changed, so that writers never wait for one another: one
thing that comes brings runs of one number, many at once bring one run for each gram. `join_runs` makes one run of many later.
Nothing is ever taken out: what holds a gram no more is found and then seen not to hold it, so whoever asks looks again.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from sqlalchemy import BigInteger, Integer, LargeBinary, bindparam, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.storage.among import Numbers, among
from registry_core.storage.base import Base
from registry_core.storage.bulk_insert import BoundRows, insert_rows
from registry_core.storage.engine import is_sqlite

#: How many numbers a run spans at most: a bitmap of 2 KiB, which PostgreSQL keeps in the row.
SPAN = 1 << 14
_FIELD_BITS, _CHARACTER_BITS = 42, 21
#: A bitmap has its lowest bit set, so its first byte is odd; what zlib writes begins with an even one.
_ZLIB = 0x78
_COMPRESSED_FROM = 256
#: More runs of a gram in a span than this are worth joining.
_RUNS_LEFT_ALONE = 2
#: Of so many grams of one field the rarest are asked beyond the first span: the others would hardly leave out any number.
_RAREST = 2
#: Spans are read up to here at first, and so on; the last time to the end.
_READ_TO = (1, 9, 1 << 48)


class GramPosting(Base):
    """One run: `numbers` is its bitmap."""

    __tablename__ = "gram_posting"
    __table_args__ = {"sqlite_with_rowid": False}

    gram: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    numbers: Mapped[bytes] = mapped_column(LargeBinary)


#: Built once: a search asks this a few times.
_RUNS = select(*GramPosting.__table__.columns).where(
    among(GramPosting.__table__.columns["gram"], bindparam("grams", type_=Numbers())),
    GramPosting.__table__.columns["first"].between(bindparam("begin"), bindparam("end")),
)

#: A run of a gram: its first number, and the bitmap.
_Run = tuple[int, bytes]
#: Of grams in spans: runs, and the one that holds what they hold.
Merged = Mapping[tuple[int, int], tuple[list[_Run], _Run]]

#: What was read, not unpacked yet: of a gram in a span its runs, each with where in the span it begins.
_Read = dict[tuple[int, int], list[tuple[int, bytes]]]


def grams_of(text: str, *, field: int) -> set[int]:
    """The pairs of neighbours in a text; pairs of different fields are different grams. A text of one character has none."""
    high = field << _FIELD_BITS
    return {high | one << _CHARACTER_BITS | other for one, other in pairwise(map(ord, text))}


def runs_of(grams_of_each: Iterable[set[int]]) -> list[tuple[int, int, bytes]]:
    """The runs of things numbered from 0 on: gram, first number, bitmap. Add the number of the first thing to `first`.

    In the order of the table, which a large one takes in sooner.
    """
    held: defaultdict[int, list[int]] = defaultdict(list)
    for number, grams in enumerate(grams_of_each):
        for gram in grams:
            held[gram].append(number)
    return [(gram, numbers[0], _written(_bits(numbers))) for gram, numbers in sorted(held.items())]


def add_runs(session: Session, *, runs: Iterable[tuple[int, int, bytes]]) -> None:
    """Add runs; one that begins where there is one already is that one: give runs of new numbers, or of one number each."""
    rows = [{"gram": gram, "first": first, "numbers": numbers} for gram, first, numbers in runs]
    if rows:
        insert_new = sqlite.insert if is_sqlite(session) else postgresql.insert
        session.execute(insert_new(GramPosting).on_conflict_do_nothing(), rows)


def numbers_holding(session: Session, *, fields: Sequence[Sequence[frozenset[int]]]) -> Iterator[int]:
    """Numbers, ascending, that may hold what is asked: of each set of grams in each field at least one.

    Most of them do; look again. Whoever stops within the first spans has read no others.
    """
    asked = [each for sets in fields for each in sets]
    for begin, end in pairwise((0, *_READ_TO)):
        read = _read(session, set().union(*asked), begin, end)
        for span in sorted({span for _, span in read}):
            yield from _numbers(read, span, asked)
        if begin == 0:
            asked = _rarest(read, fields)


def scattered(session: Session, *, limit: int, after: tuple[int, int] | None = None) -> list[tuple[int, int]]:
    """Grams and spans with many runs, those after one, `limit` at most: to be joined by `join_runs`, a part at a time."""
    query = (
        select(GramPosting.gram, (GramPosting.first // SPAN).label("span"))
        .group_by(GramPosting.gram, "span")
        .having(func.count() > _RUNS_LEFT_ALONE)
        .order_by(GramPosting.gram, "span")
        .limit(limit)
    )
    if after is not None:
        gram, span = after
        query = query.where(tuple_(GramPosting.gram, GramPosting.first) >= (gram, (span + 1) * SPAN))
    return [(gram, span) for gram, span in session.execute(query)]


def merged_runs(session: Session, *, places: Sequence[tuple[int, int]]) -> Merged:
    """What `join_runs` will make of the runs of these grams in these spans, if they are still the same then."""
    return {
        (gram, span): (runs, _merge(runs))
        for span, grams in _by_span(places)
        for gram, runs in _runs_to_join(session, span, grams, holding=False)
    }


def join_runs(session: Session, *, places: Sequence[tuple[int, int]], merged: Merged | None = None) -> None:
    """Make one run of all runs of these grams in these spans. Runs that others add or join meanwhile stay beside it.

    `merged` is what was worked out before the transaction, so that it is short.
    """
    for span, grams in _by_span(places):
        _join_in_span(session, span, grams, merged or {})


def _join_in_span(session: Session, span: int, grams: list[int], merged: Merged) -> None:
    before: list[tuple[int, int]] = []
    joined: list[tuple[int, int, bytes]] = []
    for gram, runs in _runs_to_join(session, span, grams, holding=True):
        known, run = merged.get((gram, span), (None, (0, b"")))
        joined.append((gram, *(run if known == runs else _merge(runs))))
        before += [(gram, first) for first, _ in runs]
    if not joined:
        return
    place = "?" if is_sqlite(session) else "%s"
    session.connection().exec_driver_sql(
        f"DELETE FROM {GramPosting.__tablename__} WHERE gram = {place} AND first = {place}",  # noqa: S608 -- names of ours
        before,
    )
    insert_rows(session, BoundRows(GramPosting.__tablename__, ("gram", "first", "numbers"), joined))


def _by_span(places: Sequence[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    by_span: defaultdict[int, list[int]] = defaultdict(list)
    for gram, span in places:
        by_span[span].append(gram)
    return sorted(by_span.items())


def _runs_to_join(session: Session, span: int, grams: list[int], *, holding: bool) -> list[tuple[int, list[_Run]]]:
    """The runs of each gram that has several, the first one first; `holding` them until the end of the transaction."""
    here = (GramPosting.first >= span * SPAN, GramPosting.first < (span + 1) * SPAN)
    query = select(GramPosting.gram, GramPosting.first, GramPosting.numbers).where(GramPosting.gram.in_(grams), *here)
    if holding:  # two who join never wait for one another: what somebody else has in hand comes out of it joined
        query = query.with_for_update(skip_locked=True)
    by_gram: defaultdict[int, list[_Run]] = defaultdict(list)
    for gram, first, numbers in session.execute(query).all():
        by_gram[gram].append((first, numbers))
    return [(gram, sorted(runs)) for gram, runs in by_gram.items() if len(runs) > 1]


def _merge(runs: Sequence[_Run]) -> _Run:
    lowest, bits = runs[0][0], 0
    for first, numbers in runs:
        bits |= _read_bits(numbers) << (first - lowest)
    return lowest, _written(bits)


def _read(session: Session, grams: set[int], begin: int, end: int) -> _Read:
    read: _Read = defaultdict(list)
    asked = {"grams": sorted(grams), "begin": begin * SPAN, "end": end * SPAN - 1}
    for gram, first, numbers in session.execute(_RUNS, asked).all():
        read[gram, first // SPAN].append((first % SPAN, numbers))
    return read


def _in(read: _Read, span: int, grams: frozenset[int]) -> int:
    """The numbers of a span that hold one of these grams, as bits."""
    bits = 0
    for gram in grams:
        for first, numbers in read.get((gram, span), ()):
            bits |= _read_bits(numbers) << first
    return bits


def _rarest(read: _Read, fields: Sequence[Sequence[frozenset[int]]]) -> list[frozenset[int]]:
    """Of each field those that fewest numbers of the first span hold, the rarest of all first."""
    held = {each: _in(read, 0, each).bit_count() for sets in fields for each in sets}
    return sorted(
        (each for sets in fields for each in sorted(sets, key=held.__getitem__)[:_RAREST]), key=held.__getitem__
    )


def _numbers(read: _Read, span: int, sets: list[frozenset[int]]) -> Iterator[int]:
    bits = (1 << SPAN) - 1
    for each in sets:
        if not bits:
            return
        bits &= _in(read, span, each)
    while bits:
        lowest = bits & -bits
        yield span * SPAN + lowest.bit_length() - 1
        bits ^= lowest


def _bits(numbers: Sequence[int]) -> int:
    """The lowest bit is the first of the numbers."""
    bits, lowest = 0, numbers[0]
    for number in numbers:
        bits |= 1 << (number - lowest)
    return bits


def _written(bits: int) -> bytes:
    plain = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    if len(plain) < _COMPRESSED_FROM:
        return plain
    # What repeats in a bitmap is empty bytes: looking for nothing else is four times as fast as usual, and a tenth smaller.
    compressor = zlib.compressobj(strategy=zlib.Z_RLE)
    return min(plain, compressor.compress(plain) + compressor.flush(), key=len)


def _read_bits(written: bytes) -> int:
    return int.from_bytes(zlib.decompress(written) if written[0] == _ZLIB else written, "little")
