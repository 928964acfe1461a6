"""Opening the database: SQLite (WAL, FULL, writers take the lock at once) or PostgreSQL, behind one pair of blocks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from registry_core.storage.keys import Keyring, guard_keys_may_write

_BUSY_SECONDS = 20
_POOL = 8
#: What SQLite says of files that it cannot read or write as they should be.
_FAILING_DISK = frozenset(
    (
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    )
)
_PRIMARY_CODE = 0xFF  # the rest of SQLite's code tells which call it was
#: KiB, as SQLite counts them: the upper pages of every index. Many rows at once have their places all over the indexes.
_CACHE, CACHE_FOR_MANY = "cache_size=-16384", "cache_size=-65536"
_LARGE_CACHE = ("cache_size=-131072", _CACHE)
#: Pages of SQLite's log from which on a commit brings it into the file: its own default.
_LOG_PAGES = 1_000
#: What every connection to SQLite is told at its beginning.
SQLITE_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={_BUSY_SECONDS * 1000}",
    _CACHE,
)


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`; nothing is connected yet.

    A disk that is full or fails is an OperationalError on both, and so is a lost server; the next transaction begins on a
    connection that works, as soon as there can be one.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _give_up_connection)
        return engine
    return create_engine(
        url, pool_size=_POOL, max_overflow=_POOL, pool_timeout=_BUSY_SECONDS, pool_pre_ping=True, hide_parameters=True
    )


@contextmanager
def write(engine: Engine, keyring: Keyring, *, lasting: bool = True) -> Iterator[Session]:
    """One transaction that may write: committed when the block ends, rolled back when it raises.

    Not `lasting`: its commit does not wait for the disk, so a power failure may take it back, but never a part of it, nor what
    was committed before a later one that lasts. For work that goes on where the register says it stands, and tells nobody that
    it is done before such a one; it calls `write_back` now and then. Raises KeysReplaced when the keys it began with may no
    longer be written with.
    """
    bound = engine if lasting else engine.execution_options(lasting=False)
    with Session(bound, expire_on_commit=False, info={"keys": keyring}) as session, session.begin():
        if not lasting and not is_sqlite(session):
            session.execute(text("SET LOCAL synchronous_commit = off"))
        yield session
        session.flush()  # so that it holds its locks, and who waits for its end (`rotation`) sees that it has not ended
        guard_keys_may_write(session)


def write_back(engine: Engine) -> None:
    """Bring SQLite's log into its file, as far as nobody reads what was before: nobody waits. PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            _say(connection, ["wal_checkpoint(PASSIVE)"])


@contextmanager
def read(engine: Engine, keyring: Keyring) -> Iterator[Session]:
    """One transaction that only reads what is nobody's record (a look at a record writes its entry: use `write`)."""
    bound = engine.execution_options(read_only=True)
    with Session(bound, expire_on_commit=False, info={"keys": keyring}) as session, session.begin():
        yield session
        session.rollback()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One moment of the whole database, for as long as it is read, whoever writes meanwhile; nobody waits for it."""
    options: dict[str, object] = {"read_only": True}
    if engine.dialect.name != "sqlite":  # a read of SQLite's write-ahead log is such a moment by itself
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as connection, connection.execution_options(**options).begin():
        yield connection


@contextmanager
def unreferenced(engine: Engine, *also: tuple[str, str]) -> Iterator[Connection]:
    """One transaction that may rebuild tables: SQLite checks no references meanwhile.

    `also` are further settings of SQLite, (during, after). It listens to these only outside a transaction.
    """
    settings = [("foreign_keys=OFF", "foreign_keys=ON"), *also] if engine.dialect.name == "sqlite" else []
    with engine.connect() as connection:
        _say(connection, [during for during, _ in settings])
        try:
            with connection.begin():
                yield connection
        finally:
            _say(connection, [after for _, after in settings])


@contextmanager
def filling(engine: Engine) -> Iterator[Connection]:
    """One transaction that fills a database nobody else has open: all of it is there at the end, or none.

    A new page needs no journal, so SQLite writes each once instead of into the write-ahead log first.
    """
    engine.dispose()
    with unreferenced(engine, ("journal_mode=DELETE", "journal_mode=WAL"), _LARGE_CACHE) as connection:
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
        yield connection


@contextmanager
def session_within(connection: Connection, keyring: Keyring) -> Iterator[Session]:
    """A session in the transaction of a connection, which goes on when the block ends."""
    with (
        Session(connection, join_transaction_mode="rollback_only", info={"keyring": keyring}) as session,
        session.begin(),
    ):
        yield session


def is_sqlite(session: Session) -> bool:
    """Which of the two databases this is, for the few statements that differ."""
    return session.get_bind().dialect.name == "sqlite"


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below starts transactions, not the driver
    cursor = connection.cursor()
    for pragma in SQLITE_SETTINGS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _say(connection: Connection, pragmas: list[str]) -> None:
    """Tell the driver, before SQLAlchemy begins a transaction."""
    cursor = connection.connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    lasting = options.get("lasting", True)
    if (
        connection.info.get("lasting", True) != lasting
    ):  # a pooled connection, whose last transaction was of the other kind
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
        connection.exec_driver_sql(f"PRAGMA {_CACHE if lasting else CACHE_FOR_MANY}")
        # What brings the log into the file waits for the disk: not within a commit, where others would wait too.
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={_LOG_PAGES if lasting else 0}")
        connection.info["lasting"] = lasting
    # A deferred transaction that reads and then writes fails with SQLITE_BUSY at once, whatever the timeout.
    connection.exec_driver_sql("BEGIN DEFERRED" if options.get("read_only", False) else "BEGIN IMMEDIATE")


def _give_up_connection(context: ExceptionContext) -> OperationalError | None:
    """After a failing disk: not this connection again, once its transaction is rolled back (or its lock would stay).

    SQLite opens for reading what it could not open for writing, and stays so; it calls a schema that it could not read
    "malformed", with an error of a class that stands for nothing.
    """
    code = getattr(context.original_exception, "sqlite_errorcode", 0) & _PRIMARY_CODE
    if code not in _FAILING_DISK:
        return None
    if context.connection is not None:
        context.connection.connection.invalidate(soft=True)
    return OperationalError(context.statement, None, context.original_exception, hide_parameters=True)
