"""Restoring a backup into an empty database, all or nothing: no register is ever there whose doubtful codes are not burned.

A backup is older than what was lost. Codes given out in between would be given a second time, so all up to the last position that
anybody outside knows, and a margin, are burned; the ledger says so, and what is missing is told.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from registry_core.remaking.backup import Progress
from registry_core.remaking.backup_file import BackupFault, BackupFaulty, BackupHeader, BackupReader
from registry_core.remaking.declaration import Restored, declare_restored
from registry_core.remaking.known_head import KnownHead
from registry_core.storage import migrate
from registry_core.storage.bare_tables import clothe, lay_bare
from registry_core.storage.engine import filling, session_within, snapshot
from registry_core.storage.keys import Keyring
from registry_core.storage.rows import Table, count_rows, tables_of, write_rows
from registry_core.values.actor import Actor


class DatabaseNotEmpty(Exception):
    """There are rows in `table`: a backup is restored into an empty database only."""

    def __init__(self, table: str) -> None:
        """Name the table."""
        super().__init__(table)
        self.table = table


@dataclass(frozen=True, slots=True)
class BackupSummary:
    """A backup that was read to its end and is whole."""

    header: BackupHeader
    rows: dict[str, int]


def check_backup(
    file: BinaryIO, keyring: Keyring, *, municipality_code: str, progress: Progress = lambda _done, _of: None
) -> BackupSummary:
    """Read all of a backup and believe nothing. Raises SealedFileFaulty, BackupFaulty; writes nothing."""
    size = file.seek(0, 2)
    file.seek(0)
    reader = BackupReader(file, keyring)
    if reader.header.municipality != municipality_code:
        raise BackupFaulty(BackupFault.OTHER_MUNICIPALITY, reader.header.municipality)
    if reader.header.revision not in migrate.revisions():
        raise BackupFaulty(BackupFault.NEWER_REVISION, reader.header.revision)
    for _table, blocks in reader.tables():
        for _block in blocks:
            progress(file.tell(), size)
    return BackupSummary(reader.header, reader.rows)


def restore(
    engine: Engine,
    keyring: Keyring,
    file: BinaryIO,
    *,
    known: Collection[KnownHead],
    known_position: int,
    margin: int,
    actor: Actor,
    at: datetime,
    closing: Callable[[Session], None],
    progress: Progress = lambda _done, _of: None,
) -> Restored:
    """Fill an empty database from a backup that `check_backup` found whole, and declare it restored, in one transaction.

    `closing` ends what must not live again in the rooms above (one-time PINs). Raises DatabaseNotEmpty, OtherHistory,
    SealedFileFaulty, BackupFaulty; then nothing was written.
    """
    with snapshot(engine) as connection:
        _guard_empty(connection)  # told before the database is taken away from whoever has it open
    size = file.seek(0, 2)
    file.seek(0)
    reader = BackupReader(file, keyring)
    with filling(engine) as connection:
        _guard_empty(connection)
        migrate.make_anew(connection, reader.header.revision)
        bare = lay_bare(connection)
        here = {table.name: table for table in tables_of(connection)}
        for table, blocks in reader.tables():
            _guard_same(table, here)
            write_rows(connection, table, _counted(blocks, lambda: progress(file.tell(), size)))
        clothe(connection, bare)
        for name, rows in reader.rows.items():
            if count_rows(connection, here[name]) != rows:
                raise BackupFaulty(BackupFault.ROWS_DIFFER, name)
        migrate.upgrade_within(connection)
        with session_within(connection, keyring) as session:
            closing(session)
            return declare_restored(
                session,
                as_of=reader.header.made_at,
                known=known,
                known_position=known_position,
                margin=margin,
                actor=actor,
                at=at,
            )


def _guard_empty(connection: Connection) -> None:
    for table in tables_of(connection):
        if count_rows(connection, table):
            raise DatabaseNotEmpty(table.name)


def _guard_same(table: Table, here: dict[str, Table]) -> None:
    """The table is one of this schema, with the same columns."""
    ours = here.get(table.name)
    if ours is None or dict(ours.columns) != dict(table.columns):
        raise BackupFaulty(BackupFault.FORM, table.name)


def _counted(blocks: Iterable[bytes], tell: Callable[[], None]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        tell()
