"""The form of a backup: one sealed file, the same from both databases, so that one can be restored into the other.

Chunks, each with a letter before it: H the header (JSON), then for each table T its name and columns (JSON) and R blocks of rows
(`storage.rows`), at the end E how many rows each table has and the SHA-256 of their lines (JSON).
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, BinaryIO, Final

from registry_core.remaking.key_proof import fits
from registry_core.storage.keys import Keyring
from registry_core.storage.rows import Table
from registry_core.storage.sealed_file import SealedWriter, read_sealed

MAGIC: Final = b"resident portal backup 1\n"


class BackupFault(StrEnum):
    """What can be wrong with a backup whose chunks are whole."""

    FORM = "form"
    ROWS_DIFFER = "rows-differ"
    NEWER_REVISION = "newer-revision"
    OTHER_MUNICIPALITY = "other-municipality"
    KEYS_REPLACED = "keys-replaced"


class BackupFaulty(Exception):
    """A sealed file that cannot be restored; `where` is a table, a revision, a municipality."""

    def __init__(self, fault: BackupFault, where: str = "") -> None:
        """Name the fault and where."""
        super().__init__(f"{fault} {where}".strip())
        self.fault = fault
        self.where = where


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """Of which register and moment. `pool_position`: the last code taken; `ledger_waiting`: entries not sealed yet.

    made_at: aware, UTC; ledger_digest: hex, of the last seal; left_out: tables whose rows are not in it; keys: their proofs.
    """

    municipality: str
    revision: str
    made_at: datetime
    pool_position: int
    ledger_sequence: int
    ledger_digest: str
    ledger_waiting: int
    left_out: tuple[str, ...]
    key_generation: int
    keys: tuple[str, ...]

    def as_json(self) -> bytes:
        """The bytes of chunk H."""
        return json.dumps(asdict(self) | {"made_at": self.made_at.isoformat()}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "BackupHeader":
        """Back from `as_json`. Raises KeyError, TypeError, ValueError."""
        fields = json.loads(content)
        lists = {name: tuple(fields[name]) for name in ("left_out", "keys")}
        return cls(**fields | lists | {"made_at": datetime.fromisoformat(fields["made_at"])})


class _Tally:
    """Rows and digest of one table, block by block."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = hashlib.sha256()

    def add(self, block: bytes) -> None:
        self.rows += block.count(b"\n")
        self._sum.update(block)

    @property
    def result(self) -> list[Any]:
        return [self.rows, self._sum.hexdigest()]


class BackupWriter:
    """Writes header, tables and end."""

    def __init__(self, file: BinaryIO, keyring: Keyring, header: BackupHeader) -> None:
        """Write the header."""
        self._sealed = SealedWriter(file, keyring, magic=MAGIC)
        self._tallies: dict[str, list[Any]] = {}
        self._sealed.write(b"H" + header.as_json())

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._sealed.size

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: tally[0] for name, tally in self._tallies.items()}

    def write_table(self, table: Table, blocks: Iterable[bytes], progress: Callable[[int], None]) -> None:
        """Write one table; `progress` is told how many rows each block had."""
        self._sealed.write(b"T" + json.dumps([table.name, table.columns]).encode())
        tally, before = _Tally(), 0
        for block in blocks:
            tally.add(block)
            self._sealed.write(b"R" + block)
            progress(tally.rows - before)
            before = tally.rows
        self._tallies[table.name] = tally.result

    def end(self) -> None:
        """Say that this is all."""
        self._sealed.write(b"E" + json.dumps(self._tallies).encode(), last=True)


class BackupReader:
    """Reads what a BackupWriter wrote. Raises SealedFileFaulty and BackupFaulty as soon as something is wrong."""

    def __init__(self, file: BinaryIO, keyring: Keyring) -> None:
        """Read the header."""
        self._chunks = ((chunk[:1], chunk[1:]) for chunk in read_sealed(file, keyring, magic=MAGIC))
        self._tallies: dict[str, list[Any]] = {}
        kind, content = next(self._chunks)
        try:
            self.header = BackupHeader.from_json(content)
        except (KeyError, TypeError, ValueError) as unknown:
            raise BackupFaulty(BackupFault.FORM, "header") from unknown
        if kind != b"H":
            raise BackupFaulty(BackupFault.FORM, "header")
        if not fits(keyring, generation=self.header.key_generation, proofs=self.header.keys):
            raise BackupFaulty(BackupFault.KEYS_REPLACED)
        self._next: tuple[bytes, bytes] = next(self._chunks)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table read so far."""
        return {name: tally[0] for name, tally in self._tallies.items()}

    def tables(self) -> Iterator[tuple[Table, Iterator[bytes]]]:
        """Each table with its blocks; when the last is read, all of it was as it was written."""
        while self._next[0] == b"T":
            name, columns = json.loads(self._next[1])
            table = Table(name, tuple((column, kind) for column, kind in columns))
            blocks = self._blocks(table)
            yield table, blocks
            for _rest in blocks:
                pass
        kind, content = self._next
        if kind != b"E":
            raise BackupFaulty(BackupFault.FORM, "end")
        written = json.loads(content)
        for name in written.keys() | self._tallies.keys():
            if written.get(name) != self._tallies.get(name):
                raise BackupFaulty(BackupFault.ROWS_DIFFER, name)
        if next(self._chunks, None) is not None:  # there is no more; but only now has the file been read to its end
            raise BackupFaulty(BackupFault.FORM, "end")

    def _blocks(self, table: Table) -> Iterator[bytes]:
        tally = _Tally()
        for kind, content in self._chunks:
            self._next = (kind, content)
            if kind != b"R":
                break
            tally.add(content)
            yield content
        self._tallies[table.name] = tally.result
