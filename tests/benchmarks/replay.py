"""What the driver alone can do: the statements of real approvals, recorded and sent again without any of our code.

Databases that are copies of one template are in the same state, so what was recorded on one copy runs on another with exactly
the same effect: the same rows, constraints, triggers and log, in transactions cut at the same places.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from registry_core.storage.engine import SQLITE_SETTINGS

_BEGIN = "BEGIN"


@dataclass(frozen=True)
class Statement:
    """One statement as the driver got it, with its parameters."""

    text: str
    parameters: Any
    many: bool


Transaction = tuple[Statement, ...]


class Driver(Protocol):
    """A connection of one of the two drivers, as far as it is needed here."""

    def run(self, transaction: Transaction) -> None:
        """Send the statements, fetch what they give, commit."""


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Statement]]:
    """Collect what this engine sends to its driver while the block lasts; begin and commit are the caller's to send."""
    sent: list[Statement] = []

    def note(_connection: Connection, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool) -> None:
        if not text.startswith(_BEGIN):
            sent.append(Statement(text, parameters, many))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def driver_on(url: str) -> Iterator[Driver]:
    """What sends transactions over a connection of its own."""
    with bare_connection(url) as connection:
        yield _Sqlite(connection) if isinstance(connection, sqlite3.Connection) else _Postgresql(connection)


@contextmanager
def bare_connection(url: str, *further: str) -> "Iterator[sqlite3.Connection | psycopg.Connection[Any]]":
    """The driver's own, SQLite's with the settings of `registry_core.storage.engine` and further ones."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parsed.database), isolation_level=None)) as connection:
            for pragma in (*SQLITE_SETTINGS, *further):
                connection.execute(f"PRAGMA {pragma}")
            yield connection
    else:
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(plain)) as connection:
            yield connection


@dataclass(frozen=True)
class _Sqlite:
    connection: sqlite3.Connection

    def run(self, transaction: Transaction) -> None:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for statement in transaction:
            if statement.many:
                cursor.executemany(statement.text, statement.parameters)
            else:
                cursor.execute(statement.text, statement.parameters).fetchall()
        self.connection.commit()


@dataclass(frozen=True)
class _Postgresql:
    connection: psycopg.Connection

    def run(self, transaction: Transaction) -> None:
        cursor = self.connection.cursor()
        for statement in transaction:
            if statement.many:
                cursor.executemany(statement.text, statement.parameters)
            else:
                cursor.execute(statement.text, statement.parameters)
                if cursor.description:
                    cursor.fetchall()
        self.connection.commit()
