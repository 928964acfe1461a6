"""Entries of the ledger verified a second, in the register and outside of it, against the bare driver's reading of the same rows.

Besides the clock's seconds, `..._a_cpu_second` counts those of this process alone: on a busy machine it is the steadier figure.
"""

import hashlib
import io
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from registry_core.ledger import (
    bound_entries,
    checkpoint_if_due,
    checkpoints_after,
    entry_values,
    export_ledger,
    public_keys,
    seal_entries,
    verify_ledger,
)
from registry_core.storage.bulk_insert import insert_rows
from registry_core.storage.engine import open_engine, read, write
from registry_core.storage.keys import Keyring, new_keyring_file, read_keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.legal_purpose import LegalPurpose
from tests.benchmarks.measurement import Figure, Pairs, say
from tests.databases import PostgresqlTemplate, SqliteTemplate, migrated, postgresql_server
from tests.people.auditor import Auditor

WANTED = 50_000
SIZES, QUICK_SIZES = (100_000, 1_200_000), (5_000, 20_000)
ROUNDS, QUICK_ROUNDS = 5, 3
_BEGINS = datetime(2026, 4, 1, tzinfo=UTC)
_AT_ONCE = 10_000
_READ_AT_ONCE = 2000
_ROWS = """
    SELECT s.sequence, s.digest, e.actor_account, e.action, e.at, CAST(e.facts AS TEXT), CAST(e.id AS TEXT), e.municipality_code,
           e.actor_person, e.purpose, CAST(e.record_id AS TEXT), CAST(e.request_id AS TEXT), e.actor_role
    FROM ledger_seal s JOIN ledger_entry e ON e.id = s.entry_id ORDER BY s.sequence
"""


def ledger_verify_sqlite(folder: Path, *, quick: bool) -> Figure:
    """SQLite in a file."""
    folder.mkdir()
    url = SqliteTemplate(folder / "sqlite", migrated).fresh()
    return _measured("ledger-verify-sqlite", url, folder, quick=quick)


def ledger_verify_postgresql(folder: Path, *, quick: bool) -> Figure:
    """A real PostgreSQL."""
    folder.mkdir()
    with postgresql_server("portal-benchmarks") as server:
        url = PostgresqlTemplate(server, "bench", migrated).fresh()
        return _measured("ledger-verify-postgresql", url, folder, quick=quick)


def _measured(name: str, url: str, folder: Path, *, quick: bool) -> Figure:
    new_keyring_file(folder / "data-keys.json")
    engine, ring = open_engine(url), read_keyring(folder / "data-keys.json")
    sizes, rounds = (QUICK_SIZES, QUICK_ROUNDS) if quick else (SIZES, ROUNDS)
    try:
        _filled(name, engine, ring, sizes[0])
        before = _pairs(name, engine, ring, url, rounds)
        sealed = _filled(name, engine, ring, sizes[1])
        pairs = _pairs(name, engine, ring, url, rounds)
        figures = _outside(engine, ring, folder / "ledger.jsonl") | {"value_a_cpu_second": _verified(engine, ring)[1]}
        say(f"  {name}: {figures}")
    finally:
        engine.dispose()
    return Figure(
        name=name,
        value=pairs.value,
        unit="entries/s",
        limit=pairs.limit,
        ratio=pairs.ratio,
        rounds=rounds,
        further={
            "wanted": WANTED,
            "ratio_between": pairs.ratio_between,
            **figures,
            "sealing": sealed,
            "entries": sizes[1],
            f"value_at_{sizes[0]}": round(before.value),
            "growth": round(pairs.value / before.value, 3),
        },
    )


def _filled(name: str, engine: Engine, ring: Keyring, until: int) -> int:
    """Entries up to so many, sealed and signed as the worker does; how many were sealed a second."""
    rng = Random(until)
    with read(engine, ring) as session:
        there = verify_ledger(session).sealed
    for first in range(there, until, _AT_ONCE):
        values = [_entry(rng, number) for number in range(first, min(until, first + _AT_ONCE))]
        with write(engine, ring) as session:
            for rows in bound_entries(values, dialect=engine.dialect):
                insert_rows(session, rows)
        if not first % 200_000:
            say(f"  {name}: {first:,} of {until:,} entries written")
    began, number = time.perf_counter(), 0
    while True:
        with write(engine, ring) as session:
            sealed = seal_entries(session, at=_BEGINS)
            checkpoint_if_due(session, at=_BEGINS)
        number += sealed
        if not sealed:
            break
    seconds = time.perf_counter() - began
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
    return round(number / seconds)


def _entry(rng: Random, number: int) -> dict:
    """One of the kinds of which a real ledger has most."""
    clerk = f"clerk-{rng.randint(1, 200)}"
    actor = Actor(clerk, f"https://login.city.example {clerk}", Role.CLERK, "990019")
    changes = rng.random() < 0.3
    return entry_values(
        action="record.corrected" if changes else "record.looked-at",
        actor=actor,
        at=_BEGINS + timedelta(seconds=number),
        purpose=LegalPurpose.COUNTER_SERVICE,
        record_id=UUID(int=rng.getrandbits(128)),
        facts={"reason": "moved-within", "on": "2026-04-01"} if changes else None,
    )


def _pairs(name: str, engine: Engine, ring: Keyring, url: str, rounds: int) -> Pairs:
    """Our walk and the bare one, in alternating order."""
    ours, limits = [], []

    for number in range(rounds):
        both = [(ours, lambda: _verified(engine, ring)[0]), (limits, lambda: _rates(lambda: _bare(url))[0])]
        for rates, work in both if number % 2 else both[::-1]:
            rates.append(work())
        say(f"  {name} round {number + 1}/{rounds}: {ours[-1]:,.0f} of {limits[-1]:,.0f} a second")
    return Pairs(tuple(ours), tuple(limits))


def _verified(engine: Engine, ring: Keyring) -> tuple[float, int]:
    """Our walk, by both clocks."""

    def walk() -> int:
        with read(engine, ring) as session:
            verdict = verify_ledger(session)
        if not verdict.is_intact:
            raise RuntimeError(f"the measured ledger is broken: {verdict.faults[:3]}")
        return verdict.sealed

    return _rates(walk)


def _outside(engine: Engine, ring: Keyring, file: Path) -> dict[str, int]:
    """The same ledger exported into a file, and proved from it by the program that an auditor has."""

    def export() -> int:
        with file.open("wb", buffering=io.DEFAULT_BUFFER_SIZE * 16) as out, read(engine, ring) as session:
            out.writelines(export_ledger(session, at=_BEGINS))
            out.flush()
            os.fsync(out.fileno())
        return rows

    def prove() -> int:
        with file.open("rb") as lines:
            found = auditor.verifies(lines)
        if found.faults or found.proved != rows:
            raise RuntimeError(f"the measured ledger is not proved: {found.faults[:3]}")
        return rows

    with read(engine, ring) as session:
        rows = verify_ledger(session).sealed
        held = [line for _, line in checkpoints_after(session, sequence=0, limit=rows)]
        auditor = Auditor(public_keys(session), held)
    exported, proved = _rates(export), _rates(prove)
    return {
        "export": round(exported[0]),
        "outside_verifier": round(proved[0]),
        "outside_verifier_a_cpu_second": proved[1],
    }


def _rates(work: Callable[[], int]) -> tuple[float, int]:
    """How many a second of the clock, and a second of this process."""
    began, busy = time.perf_counter(), time.process_time()
    number = work()
    return number / (time.perf_counter() - began), round(number / (time.process_time() - busy))


def _bare(url: str) -> int:
    """The same rows, each hashed with the digest before it: what no verifier can do without."""
    digest, number = b"", 0
    with _cursor(url) as rows:
        for number, (_, _, *texts) in enumerate(rows, start=1):  # noqa: B007 -- it is how many there were
            digest = hashlib.sha256(digest + "\n".join([text or "" for text in texts]).encode()).digest()
    return number


@contextmanager
def _cursor(url: str) -> Iterator[Iterator[tuple]]:
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(make_url(url).database)) as connection:
            yield connection.execute(_ROWS)
    else:
        with closing(psycopg.connect(url)) as connection, connection.cursor("rows") as cursor:
            cursor.itersize = _READ_AT_ONCE
            cursor.execute(_ROWS)
            yield iter(cursor)
