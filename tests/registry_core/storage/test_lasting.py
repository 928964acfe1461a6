"""A transaction that need not last yet, and that every other one waits for the disk."""

from sqlalchemy import text

from registry_core.storage.engine import is_sqlite, write
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
