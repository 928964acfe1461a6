"""What the first pass over a file finds, kept in a temporary file: memory does not grow with the number of rows.

The file holds lines, reasons and keyed digests, never a value of a row; it is private to its owner and goes away with the pass.
"""

import hashlib
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.operator.bad_rows import BadRow

CODE, CARD, PERSON = range(3)
#: A kind of these, a digest, and the line.
Mark = tuple[int, bytes, int]
_DIGEST_BYTES, _KEY_BYTES = 16, 32
_WRITTEN_AT_ONCE = 2_000
_CACHE_KIB = 16_000

_TABLES = """
CREATE TABLE mark (kind INTEGER, digest BLOB, line INTEGER);
CREATE TABLE bad (line INTEGER PRIMARY KEY, why TEXT);
CREATE TABLE note (line INTEGER, why TEXT);
CREATE TABLE same (line INTEGER, why TEXT);
CREATE TABLE back (line INTEGER PRIMARY KEY);
"""
_REPEATED = """
CREATE TABLE repeated AS
SELECT kind, digest, min(line) AS first FROM mark GROUP BY kind, digest HAVING min(line) < max(line)
"""
#: A row that is refused already is not told again.
_AGAIN = """
INSERT INTO {table} (line, why)
SELECT mark.line, printf(?, min(first)) FROM mark JOIN repeated USING (kind, digest)
WHERE mark.kind = ? AND mark.line > first AND NOT EXISTS (SELECT 1 FROM bad WHERE bad.line = mark.line)
GROUP BY mark.line
"""
_AGAIN_IN = (
    (CODE, "bad", "its code stands on line %d too"),
    (CARD, "bad", "its card number stands on line %d too"),
    (PERSON, "same", "birth date, sex and a form of the name are those of line %d: one person with two codes?"),
)


class Marking:
    """Digests of what must be told where it stands twice, under a key of one pass alone."""

    def __init__(self) -> None:
        """Draw the key."""
        self._key = secrets.token_bytes(_KEY_BYTES)

    def digest(self, text: str) -> bytes:
        """16 bytes."""
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=_DIGEST_BYTES).digest()


class Findings:
    """Lines that cannot be entered, lines to think about, and whose lines return to a record of theirs."""

    def __init__(self, file: Path) -> None:
        """Make the file, which must not be there yet."""
        self._db = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)
        self._marks: list[Mark] = []

    def close(self) -> None:
        """Nothing can be asked afterwards."""
        self._db.close()

    def mark(self, marks: Iterable[Mark]) -> None:
        """Say what must be told where it stands twice: kind, digest and line."""
        self._marks.extend(marks)
        if len(self._marks) >= _WRITTEN_AT_ONCE:
            self._write()

    def bad(self, rows: Sequence[BadRow]) -> None:
        """Rows that cannot be entered; the first reason given for a line stays."""
        self._many("INSERT OR IGNORE INTO bad VALUES (?, ?)", [(row.line, row.why) for row in rows])

    def note(self, rows: Sequence[BadRow]) -> None:
        """Rows that can be entered, and are to be looked at."""
        self._many("INSERT INTO note VALUES (?, ?)", [(row.line, row.why) for row in rows])

    def same_person(self, rows: Sequence[BadRow]) -> None:
        """Rows of people who seem to be in the register with another code; they can be entered."""
        self._many("INSERT INTO same VALUES (?, ?)", [(row.line, row.why) for row in rows])

    def comes_back(self, lines: Sequence[int]) -> None:
        """Rows of people who were erased here: their record goes on."""
        self._many("INSERT OR IGNORE INTO back VALUES (?)", [(line,) for line in lines])

    def settle(self) -> None:
        """Find what stands twice in the file: a code and a card number are bad rows, a person is a note."""
        self._write()
        self._db.execute(_REPEATED)
        self._db.execute("CREATE INDEX by_digest ON repeated (kind, digest)")
        for kind, table, words in _AGAIN_IN:
            self._db.execute(_AGAIN.format(table=table), (words, kind))

    @property
    def bad_rows(self) -> int:
        """How many cannot be entered."""
        return self._count("bad")

    @property
    def same_people(self) -> int:
        """How many rows seem to be of somebody who stands elsewhere too, with another code."""
        return self._count("same")

    @property
    def notes(self) -> int:
        """How many notes there are, those of the same people with them."""
        return self._count("note") + self._count("same")

    def first_bad(self, most: int) -> list[BadRow]:
        """In the order of the file."""
        return [BadRow(*row) for row in self._db.execute("SELECT * FROM bad ORDER BY line LIMIT ?", (most,))]

    def first_notes(self, most: int) -> list[BadRow]:
        """In the order of the file."""
        query = "SELECT * FROM note UNION ALL SELECT * FROM same ORDER BY 1 LIMIT ?"
        return [BadRow(*row) for row in self._db.execute(query, (most,))]

    def bad_lines(self, lines: tuple[int, int]) -> set[int]:
        """The bad ones from the first to the last of these lines."""
        return self._lines("bad", lines)

    def lines_back(self, lines: tuple[int, int]) -> set[int]:
        """The ones who come back, from the first to the last of these lines."""
        return self._lines("back", lines)

    def _lines(self, table: str, lines: tuple[int, int]) -> set[int]:
        query = f"SELECT line FROM {table} WHERE line BETWEEN ? AND ?"  # noqa: S608 -- one of two tables of ours
        return {line for (line,) in self._db.execute(query, lines)}

    def _count(self, table: str) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- as above

    def _write(self) -> None:
        self._many("INSERT INTO mark VALUES (?, ?, ?)", self._marks)
        self._marks = []

    def _many(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._db.execute("BEGIN")
            self._db.executemany(statement, rows)
            self._db.execute("COMMIT")


@contextmanager
def findings() -> Iterator[Findings]:
    """Findings in a private folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="portal-import-") as folder:
        found = Findings(Path(folder) / "findings.sqlite3")
        try:
            yield found
        finally:
            found.close()
