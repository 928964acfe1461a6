"""Faults to plant in backups and restores, each in this process and only while the block lasts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from registry_core.remaking import backup, backup_file, declaration, restoration
from registry_core.storage import sealed_file
from registry_core.storage.engine import snapshot
from registry_core.storage.rows import read_rows


@contextmanager
def planted(name: str | None) -> Iterator[None]:
    """Break what `name` says, if anything."""
    with ExitStack() as stack:
        for where, what, instead in PLANTED[name]() if name else ():
            stack.enter_context(patch.object(where, what, instead))
        yield


def _each_table_at_its_own_moment(connection: Any, table: Any) -> Iterator[bytes]:
    with snapshot(connection.engine) as later:
        yield from read_rows(later, table)


def _no_code_burned(_session: Any, **_named: Any) -> int:
    return 0


def _margin_forgotten(session: Any, *, up_to: int, **named: Any) -> int:
    from tests.faults.restores import MARGIN

    return burn_codes(session, up_to=up_to - MARGIN, **named)


def _read_to_wherever_it_ends(file: Any, keyring: Any, *, magic: bytes) -> Iterator[bytes]:
    try:
        yield from read_sealed(file, keyring, magic=magic)
    except sealed_file.SealedFileFaulty as faulty:
        if faulty.fault is not sealed_file.FileFault.CUT_OFF or faulty.chunk < 2:
            raise
        yield b"T" + b'["cut off", []]'


def _tables_to_wherever_they_end(self: Any) -> Iterator[Any]:
    for table, blocks in tables(self):
        if table.name == "cut off":
            return
        yield table, blocks


def _numbers_not_in_the_nonce(_number: int, *, last: bool) -> bytes:
    return bytes(11) + bytes([last])


def _one_row_dropped(connection: Any, table: Any, blocks: Any) -> None:
    write_rows(
        connection, table, (block if index else block[block.index(b"\n") + 1 :] for index, block in enumerate(blocks))
    )


def _count_of_anything(connection: Any, table: Any) -> int:
    return _Anything(count_rows(connection, table))


class _Anything(int):
    """Equal to every number."""

    def __eq__(self, _other: object) -> bool:
        return True

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


read_sealed, tables = sealed_file.read_sealed, backup_file.BackupReader.tables
burn_codes, write_rows, count_rows = declaration.burn_codes, restoration.write_rows, restoration.count_rows

PLANTED: dict[str, Callable[[], list[tuple[Any, str, Any]]]] = {
    "backup-of-many-moments": lambda: [(backup, "read_rows", _each_table_at_its_own_moment)],
    "no-code-burned": lambda: [(declaration, "burn_codes", _no_code_burned)],
    "margin-forgotten": lambda: [(declaration, "burn_codes", _margin_forgotten)],
    "cut-off-backup-believed": lambda: [
        (backup_file, "read_sealed", _read_to_wherever_it_ends),
        (backup_file.BackupReader, "tables", _tables_to_wherever_they_end),
    ],
    "order-of-chunks-not-sealed": lambda: [(sealed_file, "_nonce", _numbers_not_in_the_nonce)],
    "a-row-dropped": lambda: [
        (restoration, "write_rows", _one_row_dropped),
        (restoration, "count_rows", _count_of_anything),
    ],
}
