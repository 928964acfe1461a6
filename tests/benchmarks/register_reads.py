"""Finding a person and opening a record in a register of 1,200,000: each read alone, with its committed ledger entry, and
against the bare driver that sends the same statements. A copy of each size of register serves all names of a backend.

A clerk asks: who is protected, and who lives with them, is kept from her, which she does not notice, but it is looked up.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from registry_core.register import RecordQuery, look_at_record, record_history, search_records
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.find import find_record
from registry_core.register.history import history_of
from registry_core.register.look import guard_may_look
from registry_core.register.protection import open_to
from registry_core.register.resident_record import ResidentRecord, view_of
from registry_core.register.search import matching_rows
from registry_core.register.search_index import SearchEntry
from registry_core.storage.engine import open_engine, read, write
from registry_core.storage.keys import Keyring, keyring
from registry_core.values import Actor, LegalPurpose, Role
from registry_core.values.search_key import address_key, search_key
from tests.benchmarks.filled import CITY, FILLED, QUICK_SIZES, SIZES
from tests.benchmarks.measurement import Figure, Pairs, measured_pairs
from tests.benchmarks.replay import Transaction, driver_on, recorded
from tests.databases import copy_of

NAMES = ("lookup-by-code", "birth-and-name", "name-search", "record-with-history")
_ASKED, _QUICK_ASKED, _EACH_SLICE = 240, 60, 20
_CLERK = Actor(person="bench", account="bench", role=Role.CLERK, municipality=CITY, name="Bench")
#: Who may read every change of a record.
_SUPERVISOR = replace(_CLERK, role=Role.SUPERVISOR)
_COUNTER = LegalPurpose.COUNTER_SERVICE

#: One thing that is read: alone, and with its entry.
_Read = Callable[[Session], object]


@dataclass(frozen=True)
class _Reading:
    alone: _Read
    with_entry: _Read


@dataclass
class _Measured:
    """Of one name at one size: each read in milliseconds, and what the pairs came to.

    `worked` is what this process worked for a read: on a busy machine the clock tells of others, too.
    """

    pairs: Pairs
    alone: list[float]
    worked: list[float]
    bare: list[float]
    with_ledger: list[float] = field(default_factory=list)


_measured: dict[tuple[str, bool], dict[str, dict[int, _Measured]]] = {}


def register_read(name: str, folder: Path, *, quick: bool) -> Figure:
    """One figure of `NAME-BACKEND`; the first of a backend measures all names."""
    reading, _, backend = name.rpartition("-")
    if (backend, quick) not in _measured:
        _measured[backend, quick] = _measure_all(backend, quick=quick)
    by_size = _measured[backend, quick][reading]
    few, many = sorted(by_size)
    small, large = by_size[few], by_size[many]
    value, bare = _p95(large.alone), _p95(large.bare)
    further = {
        "p95_ms": round(value, 3),
        "median_ms": round(_part(large.alone, 0.5), 3),
        "worked_p95_ms": round(_p95(large.worked), 3),
        "bare_p95_ms": round(bare, 3),
        "with_ledger": round(_p95(large.with_ledger), 3),
        "ratio_between": large.pairs.ratio_between,
        "growth": {
            "records": few,
            "value": round(_p95(small.alone), 3),
            "with_ledger": round(_p95(small.with_ledger), 3),
            "records_grown": many,
            "value_grown": round(value, 3),
            "ratio": round(_p95(small.alone) / value, 3),
        },
    }
    return Figure(name, value, "ms", bare, large.pairs.ratio, len(large.pairs.ours), further)


def _measure_all(backend: str, *, quick: bool) -> dict[str, dict[int, _Measured]]:
    ring = FILLED.keyring
    found: dict[str, dict[int, _Measured]] = {name: {} for name in NAMES}
    for size in QUICK_SIZES if quick else SIZES:
        with copy_of(FILLED.template(backend, size)) as url:
            engine = open_engine(url)
            for name, readings in _readings(engine, ring, _QUICK_ASKED if quick else _ASKED).items():
                found[name][size] = _measure(f"{name}-{backend} of {size:,}", url, engine, ring, readings, quick=quick)
            engine.dispose()
    return found


def _measure(name: str, url: str, engine: Engine, ring: Keyring, readings: list[_Reading], *, quick: bool) -> _Measured:
    statements: list[Transaction] = []
    with recorded(engine) as sent:
        for reading in readings:  # untimed: it warms, too
            sent.clear()
            with read(engine, ring) as session:
                reading.alone(session)
            statements.append(tuple(sent))
    alone: list[float] = []
    worked: list[float] = []
    bare: list[float] = []

    def places(round_number: int, slice_number: int) -> list[int]:
        begin = (round_number * 7 + slice_number) * _EACH_SLICE
        return [place % len(readings) for place in range(begin, begin + _EACH_SLICE)]

    def ours(*numbers: int) -> tuple[float, float]:
        taken = []
        for place in places(*numbers):
            begun, working = time.perf_counter(), time.process_time()
            with read(engine, ring) as session:
                readings[place].alone(session)
            taken.append(time.perf_counter() - begun)
            worked.append((time.process_time() - working) * 1000)
        alone.extend(each * 1000 for each in taken)
        return len(taken), sum(taken)

    with driver_on(url) as driver:

        def drivers(*numbers: int) -> tuple[float, float]:
            taken = []
            for place in places(*numbers):
                begun = time.perf_counter()
                driver.run(statements[place])
                taken.append(time.perf_counter() - begun)
            bare.extend(each * 1000 for each in taken)
            return len(taken), sum(taken)

        pairs = measured_pairs(name, ours, drivers, quick=quick)
    measured = _Measured(pairs, alone, worked, bare)
    for reading in readings:
        begun = time.perf_counter()
        with write(engine, ring) as session:
            reading.with_entry(session)
        measured.with_ledger.append((time.perf_counter() - begun) * 1000)
    return measured


def _readings(engine: Engine, ring: Keyring, number: int) -> dict[str, list[_Reading]]:
    """What is asked, of people drawn from the register: common and rare names, towns and houses, together and apart."""
    rng = Random(7)
    with read(engine, ring) as session:
        last = session.scalar(select(SearchEntry.number).order_by(SearchEntry.number.desc()).limit(1))
        numbers = [rng.randint(1, last) for _ in range(3 * number)]
        query = (
            select(ResidentRecord, CodeAssignment)
            .join(SearchEntry, SearchEntry.record_id == ResidentRecord.id)
            .join(CodeAssignment, CodeAssignment.record_id == ResidentRecord.id)
            .where(SearchEntry.number.in_(numbers[:900]), open_to(_CLERK))
        )
        drawn = [(record, assignment.code(ring)) for record, assignment in session.execute(query)]
        session.expunge_all()
    rng.shuffle(drawn)
    people = [drawn[place % len(drawn)] for place in range(number)]
    others = [drawn[(place + 1) % len(drawn)][0] for place in range(number)]
    return {
        "lookup-by-code": [_search(RecordQuery(code=code)) for _, code in people],
        "birth-and-name": [
            _search(RecordQuery(name=_part_of_name(rng, record, 1), birth_date=record.birth_date))
            for record, _ in people
        ],
        "name-search": [
            _search(RecordQuery(name=_part_of_name(rng, record, 2), address=_part_of_address(rng, where)))
            for (record, _), other in zip(people, others, strict=True)
            for where in [record if rng.random() < 0.5 else other]
        ],
        "record-with-history": [_open(record.id) for record, _ in people],
    }


def _search(query: RecordQuery) -> _Reading:
    def with_entry(session: Session) -> None:
        search_records(session, query=query, actor=_CLERK, at=datetime.now(UTC), purpose=_COUNTER)

    return _Reading(lambda session: matching_rows(session, query=query, actor=_CLERK), with_entry)


def _open(record_id: object) -> _Reading:
    def alone(session: Session) -> None:
        record, assignment = find_record(session, record_id=record_id, municipality_code=CITY)
        guard_may_look(session, actor=_SUPERVISOR, record=record)
        view_of(record, assignment, keyring(session))
        history_of(session, record_id=record_id)

    def with_entry(session: Session) -> None:
        known = {"record_id": record_id, "actor": _SUPERVISOR, "at": datetime.now(UTC), "purpose": _COUNTER}
        look_at_record(session, **known)
        record_history(session, **known)

    return _Reading(alone, with_entry)


def _part_of_name(rng: Random, record: ResidentRecord, shortest: int) -> str:
    """A word of a form, or some of its characters."""
    form = rng.choice(record.names.forms)
    words = [word for word in form.split() if len(search_key(word)) >= shortest] or [form]
    word = rng.choice(words)
    begin = rng.randrange(max(1, len(word) - 3))
    part = word if rng.random() < 0.5 else word[begin : begin + shortest + 1]
    return part if len(search_key(part)) >= shortest else record.names.main


def _part_of_address(rng: Random, record: ResidentRecord) -> str:
    """The town, or more of it."""
    address = record.address.partition("市")[2] or record.address
    part = rng.choice((address[:2], address[:4], address))
    return part if len(address_key(part)) >= 2 else record.address


def _p95(taken: list[float]) -> float:
    return _part(taken, 0.95)


def _part(taken: list[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * share))]
