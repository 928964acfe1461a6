r"""Rows of any table as lines of text, the same on both databases: PostgreSQL's COPY format, made by SQLite in SQL.

A line ends with "\n", fields are parted by "\t", NULL is `\N`, a backslash stands before what would be taken for one of these.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, inspect
from sqlalchemy.types import CHAR, JSON, Boolean, Date, Integer, LargeBinary, String, TypeEngine, Uuid

#: Blocks hold whole rows and are about this large.
BLOCK_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 500
_UUID_DIGITS: Final = 32
_NULL: Final = "\\N"
_ESCAPES: Final = {"\\": "\\", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r"}
_PLAIN: Final = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows know it. `columns` are (name, kind) pairs; kinds: uuid, bytes, boolean, number, text."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def quoted(self) -> str:
        """Name and columns, as they stand in statements."""
        columns = ", ".join(f'"{name}"' for name, _ in self.columns)
        return f'"{self.name}" ({columns})'


def tables_of(connection: Connection) -> list[Table]:
    """Every table but Alembic's, those that others refer to first."""
    inspector = inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name and name != "alembic_version"]
    return [_table(name, inspector.get_columns(name)) for name in names]


def read_rows(connection: Connection, table: Table) -> Iterator[bytes]:
    """All rows, in blocks, in the caller's transaction."""
    lines = _sqlite_lines if connection.dialect.name == "sqlite" else _postgresql_lines
    block, size = [], 0
    for part in lines(connection, table):
        block.append(part)
        size += len(part)
        if size >= BLOCK_BYTES:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


def write_rows(connection: Connection, table: Table, blocks: Iterable[bytes]) -> None:
    """Insert the rows of these blocks in the caller's transaction."""
    if connection.dialect.name == "sqlite":
        _cursor(connection).executemany(_insert(table), _sqlite_values(table, blocks))
        return
    with _cursor(connection).copy(f"COPY {table.quoted} FROM STDIN (ENCODING 'UTF8')") as copy:
        for block in blocks:
            copy.write(block)


def run_ddl(connection: Connection, statement: str) -> None:
    """Run a statement as it stands: no parameters, so no sign in it is one."""
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def count_rows(connection: Connection, table: Table) -> int:
    """How many rows there are."""
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"').scalar_one())  # noqa: S608 -- our tables


def _table(name: str, columns: Iterable[Any]) -> Table:
    return Table(name, tuple((column["name"], _kind(column["type"])) for column in columns))


def _kind(column_type: TypeEngine[Any]) -> str:
    if isinstance(column_type, CHAR) and column_type.length == _UUID_DIGITS:
        return "uuid"  # SQLite has no type for it
    for kind, types in _KINDS.items():
        if isinstance(column_type, types):
            return kind
    raise TypeError(f"rows of {column_type!r} cannot be written as text yet")


_KINDS: Final[dict[str, tuple[type[TypeEngine[Any]], ...]]] = {
    "uuid": (Uuid,),
    "bytes": (LargeBinary,),
    "boolean": (Boolean,),
    "number": (Integer,),
    "text": (String, Date, JSON),
}


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 -- of two drivers; COPY is in no interface that they share
    return connection.connection.cursor()


# ---------------------------------------------------------------- PostgreSQL


def _postgresql_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    cursor = _cursor(connection)
    cursor.execute("SET LOCAL datestyle = 'ISO'")
    with cursor.copy(f"COPY {table.quoted} TO STDOUT (ENCODING 'UTF8')") as copy:
        for line in copy:
            yield bytes(line)


# ---------------------------------------------------------------- SQLite


def _sqlite_lines(connection: Connection, table: Table) -> Iterator[bytes]:
    fields = " || char(9) || ".join(_as_field(f'"{name}"', kind) for name, kind in table.columns)
    cursor = _cursor(connection)
    cursor.execute(f'SELECT {fields} || char(10) FROM "{table.name}"')  # noqa: S608 -- names of our own tables
    while rows := cursor.fetchmany(_AT_ONCE):
        yield "".join([line for (line,) in rows]).encode()


def _as_field(column: str, kind: str) -> str:
    if kind == "uuid":
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        field = " || '-' || ".join(f"substr({column}, {first}, {length})" for first, length in parts)
    elif kind == "bytes":
        field = f"'\\\\x' || lower(hex({column}))"
        return f"CASE WHEN {column} IS NULL THEN '{_NULL}' ELSE {field} END"  # hex(NULL) is an empty text
    elif kind == "boolean":
        field = f"CASE {column} WHEN 1 THEN 't' WHEN 0 THEN 'f' END"
    elif kind == "number":
        field = column
    else:
        field = column
        for plain, escaped in _ESCAPES.items():
            field = f"replace({field}, char({ord(plain)}), '\\{escaped}')"
    return f"coalesce({field}, '{_NULL}')"


def _insert(table: Table) -> str:
    converted = {"uuid": "replace(?, '-', '')", "boolean": "? = 't'"}
    values = ", ".join(converted.get(kind, "?") for _, kind in table.columns)
    return f"INSERT INTO {table.quoted} VALUES ({values})"  # noqa: S608 -- names of our own tables


def _sqlite_values(table: Table, blocks: Iterable[bytes]) -> Iterator[list[Any]]:
    binary = [place for place, (_, kind) in enumerate(table.columns) if kind == "bytes"]
    for block in blocks:
        for line in block.decode().split("\n")[:-1]:
            fields: list[Any] = line.split("\t")
            if "\\" in line:
                for place in binary:
                    if fields[place] != _NULL:
                        fields[place] = bytes.fromhex(fields[place][3:])  # after `\\x`
                fields = [_plain(field) if isinstance(field, str) and "\\" in field else field for field in fields]
            yield fields


def _plain(field: str) -> str | None:
    return None if field == _NULL else _ESCAPED.sub(lambda found: _PLAIN[found[1]], field)
