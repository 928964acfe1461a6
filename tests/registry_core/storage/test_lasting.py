"""A transaction that need not last yet, and that every other one waits for the disk."""

from pathlib import Path

from sqlalchemy import text

from registry_core.storage.engine import is_sqlite, write, write_back
from tests.conftest import Register


def durability(session) -> str:
    """What the database does at the commit of this transaction."""
    if is_sqlite(session):
        return {1: "normal", 2: "full"}[session.scalar(text("PRAGMA synchronous"))]
    return {"off": "normal", "on": "full"}[session.scalar(text("SHOW synchronous_commit"))]


def test_only_the_transaction_that_says_so_may_be_taken_back(register: Register) -> None:
    seen = []
    for lasting in (True, False, False, True, True):
        with write(register.engine, register.keyring, lasting=lasting) as session:
            seen.append(durability(session))
    with register.read() as session:
        seen.append(durability(session))
    assert seen == ["full", "normal", "normal", "full", "full", "full"]


def test_log_of_what_does_not_last_comes_into_the_file_when_it_is_written_back(register: Register) -> None:
    sizes = []
    with write(register.engine, register.keyring, lasting=False) as session:
        session.execute(text("CREATE TABLE large AS SELECT CAST(:large AS TEXT) AS large"), {"large": "x" * 8_000_000})
    sizes.append(_size(register))
    write_back(register.engine)
    sizes.append(_size(register))
    with register.read() as session:
        assert session.scalar(text("SELECT length(large) FROM large")) == 8_000_000
        if is_sqlite(session):
            assert sizes[0] < 8_000_000 < sizes[1]


def _size(register: Register) -> int:
    database = register.engine.url.database or ""
    return Path(database).stat().st_size if register.engine.dialect.name == "sqlite" else 0
