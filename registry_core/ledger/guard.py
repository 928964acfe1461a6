"""Whether what refuses changes of the ledger, in the database itself, is still there and switched on."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry_core.storage.engine import is_sqlite

_TABLES = ("ledger_entry", "ledger_seal", "ledger_checkpoint")
_MAY_CHANGE = text("SELECT has_table_privilege(:name, 'UPDATE, DELETE, TRUNCATE')")
_SQLITE, _POSTGRESQL = ("update", "delete", "replace"), ("change", "truncate")


def may_change_the_ledger(session: Session) -> bool:
    """The role that we come in as could write over the ledger, were it not for its triggers. Not asked of SQLite's file."""
    if is_sqlite(session):
        return False
    return any(session.scalar(_MAY_CHANGE, {"name": name}) for name in _TABLES)


def missing_guards(session: Session) -> list[str]:
    """The triggers that are gone or switched off, by name."""
    endings = _SQLITE if is_sqlite(session) else _POSTGRESQL
    on = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if is_sqlite(session)
        else "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND NOT tgisinternal"
    )
    there = set(session.scalars(text(on)))
    return [name for table in _TABLES for ending in endings if (name := f"{table}_no_{ending}") not in there]
