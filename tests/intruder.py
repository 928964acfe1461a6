"""What somebody with the database's own rights can do, whatever our program refuses."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry_core.storage.engine import is_sqlite


def disarm(session: Session) -> None:
    """Take away what refuses changes of the ledger."""
    if is_sqlite(session):
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in ("ledger_entry", "ledger_seal", "ledger_checkpoint"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
