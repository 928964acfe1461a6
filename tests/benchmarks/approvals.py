"""Approvals a second through the core, one durable transaction each, against their own statements sent raw by the driver."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import Engine, text

from registry_core.codes import approve_code_change
from registry_core.storage.engine import open_engine, write
from registry_core.storage.keys import Keyring, new_keyring_file, read_keyring
from tests.benchmarks.measurement import QUICK_ROUNDS, QUICK_SLICES, ROUNDS, SLICES, Figure, measured_pairs, say
from tests.benchmarks.replay import Driver, Transaction, driver_on, recorded
from tests.databases import PostgresqlTemplate, SqliteTemplate, Template, copy_of, migrated, postgresql_server
from tests.faults.town import clerk, enter_residents, fill_pool, ready_requests

_EACH_SLICE = 10
_MORE_RESIDENTS, _MORE_CODES = 4_000, 10_000
_RESIDENTS_AT_ONCE = 500
_SETTLED_SECONDS = 10


def approvals_sqlite(folder: Path, *, quick: bool) -> Figure:
    """SQLite as the portal runs it: write-ahead log, synchronous=FULL."""
    plan = _Plan.made(folder, quick=quick)
    return _measured("approvals-sqlite", SqliteTemplate(folder / "sqlite", plan.fill), plan)


def approvals_postgresql(folder: Path, *, quick: bool) -> Figure:
    """A real PostgreSQL with fsync, which the tests' server goes without."""
    plan = _Plan.made(folder, quick=quick)
    with postgresql_server("portal-benchmarks") as server:
        _make_durable(server.render_as_string(hide_password=False))
        return _measured("approvals-postgresql", PostgresqlTemplate(server, "bench", plan.fill), plan)


@dataclass
class _Plan:
    """The requests that wait for approval, a batch for each slice of each round; the last batch is for warming."""

    keyring: Keyring
    quick: bool
    batches: list[list[UUID]]

    @classmethod
    def made(cls, folder: Path, *, quick: bool) -> "_Plan":
        folder.mkdir()
        new_keyring_file(folder / "data-keys.json")
        return cls(read_keyring(folder / "data-keys.json"), quick, [])

    @property
    def slices(self) -> int:
        return QUICK_SLICES if self.quick else SLICES

    @property
    def size(self) -> int:
        rounds = QUICK_ROUNDS if self.quick else ROUNDS
        return (rounds * self.slices + 1) * _EACH_SLICE

    def batch(self, round_number: int, slice_number: int) -> int:
        """Which batch is for this slice."""
        return round_number * self.slices + slice_number

    def fill(self, url: str) -> None:
        """Make the template: migrated, with as many approvable requests and codes as the rounds need."""
        migrated(url)
        with _opened(url) as engine, write(engine, self.keyring) as session:
            fill_pool(session, self.size + 100)
            waiting = list(ready_requests(session, self.size))
        self.batches = [waiting[first : first + _EACH_SLICE] for first in range(0, self.size, _EACH_SLICE)]
        say(f"  {self.size} requests wait for approval")

    def grow(self, url: str) -> None:
        """Many more residents and designated codes, with all that is written when they come."""
        with _opened(url) as engine:
            for _ in range(_MORE_RESIDENTS // _RESIDENTS_AT_ONCE):
                with write(engine, self.keyring) as session:
                    enter_residents(session, _RESIDENTS_AT_ONCE)
            with write(engine, self.keyring) as session:
                fill_pool(session, _MORE_CODES)


@dataclass(frozen=True)
class _Recording:
    """What the approvals of each batch sent, and what encryption took of one, in milliseconds."""

    batches: list[list[Transaction]]
    encryption_ms: float

    @property
    def statements(self) -> int:
        """How many one approval sends."""
        return len(self.batches[0][-1])


class _TimedKeyring(Keyring):
    """A keyring that adds up the processor time spent in it, in seconds."""

    __slots__ = ("spent",)

    @classmethod
    def of(cls, ring: Keyring) -> "_TimedKeyring":
        timed = cls(**{field.name: getattr(ring, field.name) for field in fields(Keyring)} | {"source": None})
        object.__setattr__(timed, "spent", 0.0)
        return timed

    def seal(self, plain: bytes, *, bound_to: bytes) -> bytes:
        return self._timed(lambda: Keyring.seal(self, plain, bound_to=bound_to))

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        return self._timed(lambda: Keyring.open(self, sealed, bound_to=bound_to))

    def index(self, text: str) -> bytes:
        return self._timed(lambda: Keyring.index(self, text))

    def _timed(self, work: Callable[[], bytes]) -> bytes:
        start = time.thread_time()
        try:
            return work()
        finally:
            object.__setattr__(self, "spent", self.spent + time.thread_time() - start)


def _measured(name: str, template: Template, plan: _Plan) -> Figure:
    recording = _recorded_approvals(template, plan)
    with copy_of(template) as ours, copy_of(template) as limit, _opened(ours) as engine, driver_on(limit) as driver:
        durable = _durability(engine)
        _approve(engine, plan.keyring, plan.batches[-1])
        _replay(driver, recording.batches[-1])
        processor = time.thread_time()
        pairs = measured_pairs(
            name,
            lambda *numbers: _approve(engine, plan.keyring, plan.batches[plan.batch(*numbers)]),
            lambda *numbers: _replay(driver, recording.batches[plan.batch(*numbers)]),
            quick=plan.quick,
        )
        processor = time.thread_time() - processor
    further = {
        "ratio_between": pairs.ratio_between,
        "durable": durable,
        "statements": recording.statements,
        "ms": round(1000 / pairs.value, 2),
        "cpu_ms_of_both": round(processor * 1000 / (plan.size - _EACH_SLICE), 2),
        "encryption_ms": round(recording.encryption_ms, 3),
    }
    if not plan.quick:
        further["growth"] = _growth(name, template, plan)
    return Figure(name, pairs.value, "approvals/s", pairs.limit, pairs.ratio, len(pairs.ours), further)


def _recorded_approvals(template: Template, plan: _Plan) -> _Recording:
    """Approve everything once on a copy, untimed but for the keyring."""
    ring = _TimedKeyring.of(plan.keyring)
    batches: list[list[Transaction]] = []
    with copy_of(template) as url, _opened(url) as engine, recorded(engine) as sent:
        for batch in plan.batches:
            batches.append([])
            for request_id in batch:
                sent.clear()
                _approve(engine, ring, [request_id])
                batches[-1].append(tuple(sent))
    return _Recording(batches, ring.spent * 1000 / plan.size)


def _approve(engine: Engine, ring: Keyring, requests: list[UUID]) -> tuple[int, float]:
    """Approve them, one transaction each; how many, and the seconds."""
    actor, start = clerk(1), time.perf_counter()
    for request_id in requests:
        with write(engine, ring) as session:
            approve_code_change(session, request_id=request_id, actor=actor, at=datetime.now(UTC))
    return len(requests), time.perf_counter() - start


def _replay(driver: Driver, transactions: list[Transaction]) -> tuple[int, float]:
    """Send them; how many, and the seconds."""
    start = time.perf_counter()
    for transaction in transactions:
        driver.run(transaction)
    return len(transactions), time.perf_counter() - start


def _growth(name: str, template: Template, plan: _Plan) -> dict[str, float]:
    """The same approvals in a register of many more residents and codes, against the small register."""
    say(f"  growing by {_MORE_RESIDENTS} residents and {_MORE_CODES} codes")
    with copy_of(template) as many, copy_of(template) as few, _opened(few) as small:
        plan.grow(many)
        with _opened(many) as large:
            for engine in (small, large):
                _approve(engine, plan.keyring, plan.batches[-1])
            pairs = measured_pairs(
                f"{name} grown",
                lambda *numbers: _approve(large, plan.keyring, plan.batches[plan.batch(*numbers)]),
                lambda *numbers: _approve(small, plan.keyring, plan.batches[plan.batch(*numbers)]),
                quick=plan.quick,
            )
    return {
        "residents": plan.size,
        "value": round(pairs.limit, 1),
        "residents_grown": plan.size + _MORE_RESIDENTS,
        "value_grown": round(pairs.value, 1),
        "ratio": round(pairs.ratio, 3),
    }


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _durability(engine: Engine) -> str:
    """What the database says of it. Raises AssertionError when a committed approval could be lost."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            told = connection.scalar(text("PRAGMA synchronous")), connection.scalar(text("PRAGMA journal_mode"))
            wanted, words = (2, "wal"), "synchronous=FULL, WAL"
        else:
            told = connection.scalar(text("SHOW fsync")), connection.scalar(text("SHOW synchronous_commit"))
            wanted, words = ("on", "on"), "fsync=on, synchronous_commit=on"
    if told != wanted:
        raise AssertionError(f"the database is not durable: {told}")
    return words


def _make_durable(server: str) -> None:
    """Take back what the tests' server goes without, and wait until a new connection sees it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET fsync")
        connection.execute("SELECT pg_reload_conf()")
    end = time.monotonic() + _SETTLED_SECONDS
    while time.monotonic() < end:
        with psycopg.connect(server) as connection:
            if connection.execute("SHOW fsync").fetchone() == ("on",):
                return
        time.sleep(0.1)
    raise RuntimeError("the server would not turn fsync on")
