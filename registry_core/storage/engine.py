"""Opening the database: SQLite (WAL, FULL, writers take the lock at once) or PostgreSQL, behind one pair of blocks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from registry_core.storage.keys import Keyring

_BUSY_SECONDS = 20
_POOL = 8


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`; nothing is connected yet."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url, pool_size=_POOL, max_overflow=_POOL, pool_timeout=_BUSY_SECONDS, pool_pre_ping=True, hide_parameters=True
    )


@contextmanager
def write(engine: Engine, keyring: Keyring) -> Iterator[Session]:
    """One transaction that may write: committed when the block ends, rolled back when it raises.

    Raises KeysReplaced when the keys it began with may no longer be written with.
    """
    with Session(engine, expire_on_commit=False, info={"keyring": keyring}) as session, session.begin():
        yield session
        session.flush()  # what waits for its end (`wait_for_earlier_writers`) sees by its locks that it has not ended
        keyring.guard_current()


@contextmanager
def read(engine: Engine, keyring: Keyring) -> Iterator[Session]:
    """One transaction that only reads what is nobody's record (a look at a record writes its entry: use `write`)."""
    bound = engine.execution_options(read_only=True)
    with Session(bound, expire_on_commit=False, info={"keyring": keyring}) as session, session.begin():
        yield session
        session.rollback()


def is_sqlite(session: Session) -> bool:
    """Which of the two databases this is, for the few statements that differ."""
    return session.get_bind().dialect.name == "sqlite"


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below starts transactions, not the driver
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails with SQLITE_BUSY at once, whatever the timeout.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")
