"""Making a backup: one moment of the register, read while others write, sealed with the register's own keys."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from registry_core.codes import pool_reach
from registry_core.ledger import record_entry
from registry_core.ledger.entry import REMAKING, LedgerEntry, LedgerTail
from registry_core.ledger.seal import chain_head
from registry_core.remaking.backup_file import BackupHeader, BackupWriter
from registry_core.remaking.key_proof import key_proofs
from registry_core.storage import migrate
from registry_core.storage.engine import session_within, snapshot
from registry_core.storage.keys import Keyring, keyring
from registry_core.storage.rows import count_rows, read_rows, tables_of
from registry_core.values.actor import Actor
from registry_core.values.legal_purpose import LegalPurpose

BACKED_UP: Final = "register.backed-up"
RESTORED: Final = "register.restored"
Progress = Callable[[int, int], None]
"""Told what was done, and of how much in all: rows of a backup, bytes of a file."""


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that is complete: its header, the rows of each table, its size in bytes."""

    header: BackupHeader
    rows: dict[str, int]
    size: int


def back_up(
    engine: Engine,
    ring: Keyring,
    file: BinaryIO,
    *,
    municipality_code: str,
    leave_out: Collection[str],
    at: datetime,
    progress: Progress = lambda _done, _of: None,
) -> BackupMade:
    """Write the whole register as it stands at one moment. `leave_out` names tables of what need not outlive a crash.

    Bounded memory. Writers go on; on SQLite the write-ahead log grows meanwhile by what they write.
    """
    with snapshot(engine) as connection:
        revision = migrate.revision_of(connection)  # the first statement: from here on nothing of what is read changes
        if revision is None:
            raise RuntimeError("a database without a schema has nothing to back up")
        ring = ring.renewed()  # whoever replaces the keys has not sealed anything here with later ones
        with session_within(connection, ring) as session:
            header = _header(session, revision, municipality_code, leave_out, at)
        tables = [table for table in tables_of(connection) if table.name not in leave_out]
        total, done = sum(count_rows(connection, table) for table in tables), 0

        def advance(rows: int) -> None:
            nonlocal done
            done += rows
            progress(done, total)

        writer = BackupWriter(file, ring, header)
        for table in tables:
            writer.write_table(table, read_rows(connection, table), advance)
        writer.end()
    return BackupMade(header, writer.rows, writer.size)


def record_backup(session: Session, *, made: BackupMade, actor: Actor, at: datetime) -> None:
    """Enter in the ledger that all records were read, and into what. The file is complete."""
    record_entry(
        session,
        action=BACKED_UP,
        actor=actor,
        at=at,
        purpose=LegalPurpose.SYSTEM_UPKEEP,
        facts={
            "made_at": made.header.made_at.isoformat(),
            "ledger_sequence": made.header.ledger_sequence,
            "pool_position": made.header.pool_position,
            "rows": sum(made.rows.values()),
            "bytes": made.size,
        },
    )


def last_backup_at(session: Session) -> datetime | None:
    """When the last backup was finished; None when there was none since the register began, or was restored."""
    latest = select(LedgerEntry.action, LedgerEntry.at).where(REMAKING).order_by(LedgerEntry.at.desc()).limit(1)
    last = session.execute(latest).first()
    return last.at if last and last.action == BACKED_UP else None


def _header(
    session: Session, revision: str, municipality_code: str, leave_out: Collection[str], at: datetime
) -> BackupHeader:
    sequence, digest = chain_head(session)
    return BackupHeader(
        municipality=municipality_code,
        revision=revision,
        made_at=at,
        pool_position=pool_reach(session, municipality_code=municipality_code).taken,
        ledger_sequence=sequence,
        ledger_digest=digest.hex(),
        ledger_waiting=session.scalar(select(func.count()).select_from(LedgerTail)) or 0,
        left_out=tuple(sorted(leave_out)),
        key_generation=keyring(session).generation,
        keys=key_proofs(keyring(session)),
    )
