"""A file of residents imported, both passes of it, against the bare driver's writing of the same rows into the same tables.

The driver's way is one transaction of `executemany` or COPY for a whole file, its rows bound beforehand: no parsing, no rules, no
keys, no batches that let others in. Memory is that of the command with the process it begins, by how many rows the file has.
"""

import csv
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from functools import lru_cache, partial
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, func, select, text
from sqlalchemy.engine import make_url

from portal.config import PROJECT_ROOT, Config
from portal.operator.findings import findings
from portal.operator.import_command import import_file
from portal.operator.resident_file import COLUMNS
from portal.operator.synthesis import fitting_residents, synthetic_residents
from portal.operator.twice_read import TwiceReadFile
from portal.registry import Registry
from registry_core.register import Newcomer, prepare_entries
from registry_core.register.search_index import SearchEntry
from registry_core.storage.bulk_insert import BoundRows
from registry_core.storage.engine import CACHE_FOR_MANY, open_engine
from registry_core.storage.keys import KeyFile
from registry_core.values.actor import system_actor
from tests.benchmarks.filled import AT, CITY, FILLED, KEYS, QUICK_SIZES, SIZES
from tests.benchmarks.measurement import Figure, Pairs, measured_pairs, say
from tests.benchmarks.replay import bare_connection
from tests.benchmarks.waiting import others_waiting
from tests.databases import Template, copy_of
from tests.peak_memory import watched

#: Rows a file has, and rounds; a file is a round, and as large as one transaction of the bare driver.
_ROWS, _QUICK_ROWS = 20_000, 1_000
_ROUNDS, _QUICK_ROUNDS = 5, 1
_MEMORY_ROWS, _QUICK_MEMORY_ROWS = (20_000, 200_000), (500, 3_000)
_seeds = count(1_000_000)


def import_sqlite(folder: Path, *, quick: bool) -> Figure:
    """SQLite as the portal runs it, and how long others wait for their turn meanwhile."""
    return _measured("sqlite", folder, quick=quick)


def import_postgresql(folder: Path, *, quick: bool) -> Figure:
    """A real PostgreSQL with fsync."""
    return _measured("postgresql", folder, quick=quick)


def bytes_per_record_sqlite(folder: Path, *, quick: bool) -> Figure:
    """The file, its log written back."""
    return _bytes_per_record("sqlite", folder, quick=quick)


def bytes_per_record_postgresql(folder: Path, *, quick: bool) -> Figure:
    """The database, its log aside."""
    return _bytes_per_record("postgresql", folder, quick=quick)


def _measured(backend: str, folder: Path, *, quick: bool) -> Figure:
    folder.mkdir()
    name, sizes = f"import-{backend}", QUICK_SIZES if quick else SIZES
    rows = _QUICK_ROWS if quick else _ROWS
    figures = [
        _pairs(f"{name} at {size:,}", FILLED.template(backend, size), folder, rows, quick=quick) for size in sizes
    ]
    pairs = figures[-1]
    memory = _memory(FILLED.template(backend, sizes[0]), folder, _QUICK_MEMORY_ROWS if quick else _MEMORY_ROWS)
    further: dict[str, Any] = {
        "ratio_between": pairs.ratio_between,
        "rows_a_file": rows,
        "peak_mb": max(memory.values()),
        "peak_mb_by_rows": memory,
        "growth": {
            "residents": sizes[0],
            "value": round(figures[0].value, 1),
            "limit": round(figures[0].limit, 1),
            "residents_grown": sizes[1],
            "value_grown": round(pairs.value, 1),
            "ratio": round(pairs.value / figures[0].value, 3),
        },
    }
    if backend == "sqlite":
        further["others_waited_ms"] = _waiting(FILLED.template(backend, sizes[-1]), folder, rows * 2)
    return Figure(name, pairs.value, "residents/s", pairs.limit, pairs.ratio, len(pairs.ours), further)


def _pairs(name: str, template: Template, folder: Path, rows: int, *, quick: bool) -> Pairs:
    rounds, seed = _QUICK_ROUNDS if quick else _ROUNDS, next(_seeds)

    with copy_of(template) as ours, copy_of(template) as limit, _opened(ours) as opened, _driver(limit) as driver:

        @lru_cache(1)  # both of a pair write the same people; all of them at once would fill the memory
        def people_of(number: int) -> list[Newcomer]:
            people = fitting_residents(opened.read, rows, seed=seed * 1_000 + number + 1, on=AT.date())
            return [each.who for each in people]

        work: tuple[Callable[[int, int], tuple[float, float]], ...] = (
            lambda number, _slice: _imported(opened, folder / "people.csv", people_of(number)),
            lambda number, _slice: driver.inserted(people_of(number)),
        )
        _imported(opened, folder / "people.csv", people_of(-1))
        driver.inserted(people_of(-1))
        return measured_pairs(name, *work, quick=quick, rounds=rounds, slices=1)


def _imported(opened: Registry, file: Path, people: list[Newcomer]) -> tuple[int, float]:
    """Import a file of these people; how many, and the seconds."""
    write_file(file, people)
    start = time.perf_counter()
    with findings() as found, redirect_stderr(StringIO()):
        figures = import_file(opened, TwiceReadFile(file), found)
    seconds = time.perf_counter() - start
    if figures["entered"] != len(people):
        raise AssertionError(figures)
    return len(people), seconds


def write_file(file: Path, people: Iterator[Newcomer] | list[Newcomer]) -> None:
    """A CSV file of these people."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, COLUMNS)
        writer.writeheader()
        for each in people:
            items = each.items.as_text()
            writer.writerow(items | {"code": each.code.reveal(), "reason": each.reason.value, "on": str(each.on)})


@contextmanager
def _opened(url: str) -> Iterator[Registry]:
    engine = open_engine(url)
    try:
        yield Registry(Config.from_environment(_environment(url)), engine, KeyFile(FILLED.folder / KEYS))
    finally:
        engine.dispose()


def _environment(url: str) -> dict[str, str]:
    """Of a demonstration in this municipality."""
    secret = FILLED.folder / "secret"
    secret.write_bytes(b"known to the benchmarks alone " * 2)
    return {
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": "http://127.0.0.1:8000",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_DATA_KEYS_FILE": str(FILLED.folder / KEYS),
        "PORTAL_SECRET_KEY_FILE": str(secret),
    }


# ---------------------------------------------------------------- the bare driver


@dataclass
class _Driver:
    """Writes rows that are bound already, one transaction for all."""

    engine: Engine
    write: Callable[[list[BoundRows]], None]
    first: int

    def inserted(self, people: list[Newcomer]) -> tuple[int, float]:
        """Write the rows of these people; how many people, and the seconds."""
        prepared = prepare_entries(
            people, actor=system_actor(CITY), at=AT, keyring=FILLED.keyring, dialect=self.engine.dialect
        )
        tables = [*prepared.tables, *prepared.search.tables(self.first)]
        self.first += len(people)
        start = time.perf_counter()
        self.write(tables)
        return len(people), time.perf_counter() - start


@contextmanager
def _driver(url: str) -> Iterator[_Driver]:
    engine = open_engine(url)
    with engine.connect() as connection:
        first = (connection.scalar(select(func.max(SearchEntry.number))) or 0) + 1
    try:
        with bare_connection(url, CACHE_FOR_MANY) as connection:
            if isinstance(connection, sqlite3.Connection):
                yield _Driver(engine, partial(_executemany, connection), first)
            else:
                yield _Driver(engine, partial(_copied, connection), first)
    finally:
        engine.dispose()


def _executemany(connection: sqlite3.Connection, tables: list[BoundRows]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for bound in tables:
        names, places = ", ".join(f'"{name}"' for name in bound.columns), ", ".join("?" * len(bound.columns))
        connection.executemany(f'INSERT INTO "{bound.table}" ({names}) VALUES ({places})', bound.rows)
    connection.execute("COMMIT")


def _copied(connection: "psycopg.Connection[Any]", tables: list[BoundRows]) -> None:
    for bound in tables:
        names = sql.SQL(", ").join(map(sql.Identifier, bound.columns))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(bound.table), names)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in bound.rows:
                copy.write_row(row)
    connection.commit()


# ---------------------------------------------------------------- memory, and others


def _memory(template: Template, folder: Path, sizes: tuple[int, ...]) -> dict[int, float]:
    """Rows of the file -> megabytes of memory the command had at its highest."""
    return {size: _peak(template, folder / "many.csv", size) for size in sizes}


def _peak(template: Template, file: Path, size: int) -> float:
    write_file(file, synthetic_residents(size, seed=next(_seeds)))
    with copy_of(template) as url:
        environment = _environment(url) | {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT_ROOT)}
        ended, peak = watched("registry", "import", str(file), "--skip-bad", environment=environment)
        if ended.returncode not in {0, 1}:  # 1: a code was drawn that somebody has, and that row left out
            raise subprocess.CalledProcessError(ended.returncode, ended.args, stderr=ended.stderr)
    file.unlink()
    say(f"  a file of {size:,} rows was imported in {peak:.0f} MB")
    return peak


def _waiting(template: Template, folder: Path, rows: int) -> dict[str, float]:
    """What somebody who writes a little now and then waits for, while a file is imported."""
    with copy_of(template) as url, _opened(url) as opened:
        arrivals = fitting_residents(opened.read, rows, seed=next(_seeds), on=AT.date())
        people = [each.who for each in arrivals]
        with others_waiting(url) as waited:
            _imported(opened, folder / "people.csv", people)
    waits = sorted(waited)
    return {
        "half": round(waits[len(waits) // 2] * 1000, 1),
        "99_of_100": round(waits[len(waits) * 99 // 100] * 1000, 1),
        "longest": round(waits[-1] * 1000, 1),
        "tries": len(waits),
    }


# ---------------------------------------------------------------- bytes


def _bytes_per_record(backend: str, folder: Path, *, quick: bool) -> Figure:
    folder.mkdir()
    sizes = QUICK_SIZES if quick else SIZES
    empty = _stored(FILLED.template(backend, 0))
    stored = {size: (_stored(FILLED.template(backend, size)) - empty) / size for size in sizes}
    values = _bytes_of_values()
    say(f"  {stored}, of which values {values:.0f}")
    few, many = (stored[size] for size in sizes)
    growth = {
        "residents": sizes[0],
        "value": round(few, 1),
        "residents_grown": sizes[1],
        "value_grown": round(many, 1),
        "ratio": round(few / many, 3),
    }
    return Figure(f"bytes-per-record-{backend}", many, "bytes", values, values / many, 1, {"growth": growth})


def _stored(template: Template) -> int:
    with copy_of(template) as url:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return Path(str(parsed.database)).stat().st_size
        engine = open_engine(url)
        try:
            with engine.connect() as connection:
                return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        finally:
            engine.dispose()


def _bytes_of_values() -> float:
    """What the values of a record's rows take as text, without any table around them."""
    number = 2_000
    prepared = prepare_entries(
        synthetic_residents(number, seed=next(_seeds)),
        actor=system_actor(CITY),
        at=AT,
        keyring=FILLED.keyring,
        dialect=open_engine("sqlite://").dialect,
    )
    tables = [*prepared.tables, *prepared.search.tables(1)]
    return sum(_length(value) for bound in tables for row in bound.rows for value in row) / number


def _length(value: Any) -> int:
    return len(value if isinstance(value, bytes) else str(value).encode()) if value is not None else 0
