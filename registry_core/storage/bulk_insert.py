"""Many rows of one table at once, by the driver's own way: `executemany` of SQLite, COPY of PostgreSQL.

What takes processor time (binding values, JSON) is done by `bound_rows`, outside any transaction; `insert_rows` only sends, so
that on SQLite the lock of the one writer is held briefly.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Column, Dialect, LargeBinary, Table, inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry_core.storage.base import Base
from registry_core.storage.column_types import Sealed
from registry_core.storage.engine import is_sqlite

_Bind = Callable[[Any], Any]
_BEGINNING_BYTES, _REST_BYTES = 6, 10
_DRAWN_AT_ONCE = 200


class RowRefused(Exception):
    """A row stands against a rule of the database, as one that is unique; nothing of this table was written."""


@dataclass(frozen=True, slots=True)
class BoundRows:
    """Rows as the driver takes them: one tuple a row, in the order of `columns`."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def bound_rows(entity: type[Base], rows: Iterable[Mapping[str, Any]], *, dialect: Dialect) -> BoundRows:
    """Bind rows given by the names of the entity's attributes; one that is not given is NULL, never a default."""
    given = list(rows)
    columns = _columns(entity)
    binds = _binds(entity, dialect)
    by_column = [_bound([row.get(name) for row in given], bind) for (name, _), bind in zip(columns, binds, strict=True)]
    table = cast("Table", entity.__table__)
    return BoundRows(table.name, tuple(column.name for _, column in columns), list(zip(*by_column, strict=True)))


def _bound(values: list[Any], bind: _Bind | None) -> list[Any]:
    """A column; what is the very same in many rows, as the instant, the actor, a day, is bound once."""
    if bind is None:
        return values
    known = {id(value): value for value in values}
    bound = {key: bind(value) for key, value in known.items()}
    return [bound[id(value)] for value in values]


def neighbouring_ids() -> Iterator[UUID]:
    """Random ids for rows that are inserted together: they begin alike, so an index has them in one place; 74 bits are random.

    Ids with nothing in common would have a page of every index read, changed and logged for each row.
    """
    beginning = secrets.token_bytes(_BEGINNING_BYTES)
    while True:
        drawn = secrets.token_bytes(
            _REST_BYTES * _DRAWN_AT_ONCE
        )  # asking the system for each took longer than all else here
        for start in range(0, len(drawn), _REST_BYTES):
            yield UUID(bytes=beginning + drawn[start : start + _REST_BYTES], version=4)


def insert_rows(session: Session, bound: BoundRows) -> None:
    """Insert them in the session's transaction. Raises RowRefused: the transaction is then to be rolled back."""
    if not bound.rows:
        return
    connection = session.connection()
    try:
        if is_sqlite(session):
            connection.exec_driver_sql(_insert_of(bound), bound.rows)
        else:
            _copy(cast("psycopg.Connection[Any]", connection.connection.driver_connection), bound)
    except (IntegrityError, psycopg.IntegrityError) as refused:
        raise RowRefused from refused


def _copy(connection: "psycopg.Connection[Any]", bound: BoundRows) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(bound.table), sql.SQL(", ").join(map(sql.Identifier, bound.columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in bound.rows:
            copy.write_row(row)


def _insert_of(bound: BoundRows) -> str:
    names = ", ".join(f'"{name}"' for name in bound.columns)
    places = ", ".join("?" * len(bound.columns))
    return f'INSERT INTO "{bound.table}" ({names}) VALUES ({places})'  # noqa: S608 -- names of our own tables


@cache
def _columns(entity: type[Base]) -> tuple[tuple[str, Column[Any]], ...]:
    """Names of attributes with their columns."""
    attributes = inspect(entity).column_attrs
    return tuple((attribute.key, cast("Column[Any]", attribute.columns[0])) for attribute in attributes)


@cache
def _binds(entity: type[Base], dialect: Dialect) -> tuple[_Bind | None, ...]:
    """What turns a value of each column into the driver's."""
    # Both drivers take bytes as they are, and so does another process.
    return tuple(
        None
        if isinstance(column.type, LargeBinary | Sealed)
        else column.type.dialect_impl(dialect).bind_processor(dialect)
        for _, column in _columns(entity)
    )
