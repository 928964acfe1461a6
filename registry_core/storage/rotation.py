"""What a replacement of the keys does to the rows: small parts, each a transaction of the caller, each harmless to repeat.

Columns are found by their type (`Sealed`). Rows that somebody holds are passed by and come with the next pass, so that
nobody waits for more than a part, and this waits for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from registry_core.storage.column_types import Sealed
from registry_core.storage.engine import is_sqlite
from registry_core.storage.keys import SealBroken, keyring

_NEXT = "code_index_next"


@dataclass(frozen=True, slots=True)
class Part:
    """What one part did: the id of the `last` row it looked at (None: there was none), rows `changed`, rows that do not open."""

    last: UUID | None
    changed: int
    broken: tuple[UUID, ...] = ()


def sealed_columns(metadata: MetaData) -> list[Column[bytes]]:
    """Every sealed column, the codes first."""
    columns = [
        column for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, Sealed)
    ]
    return sorted(columns, key=lambda column: (not _sealed(column).is_code, str(column)))


def code_tables(metadata: MetaData) -> list[Table]:
    """The tables whose rows are found by the index of a code."""
    return [column.table for column in sealed_columns(metadata) if _sealed(column).is_code]


def rows_by_key(session: Session, *, column: Column[bytes], names: Sequence[str]) -> dict[str, int]:
    """How many rows each of these keys has sealed; under "" those of no key of these."""
    counted = [func.count().filter(_sealed_by(column, name)) for name in names]
    found = session.execute(select(func.count(column), *counted)).one()
    known = dict(zip(names, found[1:], strict=True))
    return known | {"": found[0] - sum(known.values())}


def codes_to_try(session: Session, *, table: Table, names: Sequence[str]) -> list[UUID]:
    """Some rows of codes that a ring of these keys opens and finds when it fits the register, and not when it does not.

    Where none has a next index all of them are sealed and found with one key: any will do. Else one that none of these keys
    has sealed, one of each that has, one that is still found by its old index; the whole table may be read for it.
    """
    key, sealed, following = _key(table), table.c.code_sealed, table.c[_NEXT]

    def one(*where: ColumnElement[bool]) -> UUID | None:
        return session.scalar(select(key).where(*where).limit(1))

    # In the order of its index, lest a planner that knows little of the table reads all of it to find none.
    query = select(key).where(following.is_not(None)).order_by(following).limit(1)
    if session.scalar(query) is None:
        found = [one()]
    else:
        by_name = [_sealed_by(sealed, name) for name in names]
        found = [one(~or_(*by_name)), *(one(each) for each in by_name), one(table.c.code_index != following)]
    return [each for each in found if each is not None]


def old_rows(session: Session, *, column: Column[bytes]) -> int:
    """How many rows the active key has not sealed, or have no next index while there should be one."""
    return session.scalar(select(func.count()).select_from(column.table).where(_is_old(session, column))) or 0


def seal_anew(session: Session, *, column: Column[bytes], after: UUID | None, limit: int) -> Part:
    """Seal rows with the active key, and give codes their next index, in the order of their ids."""
    ring, kind, key = keyring(session), _sealed(column), _key(column.table)
    query = select(key, column).where(_is_old(session, column))
    if after is not None:
        query = query.where(key > after)
    rows = session.execute(query.order_by(key).limit(limit).with_for_update(skip_locked=True, key_share=True)).all()
    changes: list[dict[str, Any]] = []
    broken = []
    for row_id, sealed in rows:
        try:
            plain = ring.open(sealed, bound_to=kind.bound_to(row_id))
        except SealBroken:
            broken.append(row_id)
            continue
        change = {"row_": row_id, column.name: ring.seal(plain, bound_to=kind.bound_to(row_id))}
        if kind.is_code:
            change[_NEXT] = ring.next_index(plain.decode())
        changes.append(change)
    if changes:
        values: dict[str, Any] = {name: bindparam(name) for name in changes[0] if name != "row_"}
        session.execute(update(column.table).where(key == bindparam("row_")).values(values), changes)
    return Part(rows[-1][0] if rows else None, len(changes), tuple(broken))


def index_anew(session: Session, *, table: Table, after: UUID | None, limit: int) -> Part:
    """The next index becomes the one that codes are found by."""
    found = table.c.code_index != table.c[_NEXT]
    return _set(session, table, found, {"code_index": table.c[_NEXT]}, after, limit)


def drop_next_index(session: Session, *, table: Table, after: UUID | None, limit: int) -> Part:
    """Empty the place of the next index."""
    return _set(session, table, table.c[_NEXT].is_not(None), {_NEXT: None}, after, limit)


def rows_to_index(session: Session, *, table: Table) -> int:
    """How many rows are not found by their next index yet."""
    return session.scalar(select(func.count()).select_from(table).where(table.c.code_index != table.c[_NEXT])) or 0


def rows_with_next_index(session: Session, *, table: Table) -> int:
    """How many rows have a next index."""
    return session.scalar(select(func.count(table.c[_NEXT]))) or 0


def mark_of_writers(session: Session) -> str:
    """A mark that comes after every transaction that has written and not ended."""
    if is_sqlite(session):
        session.connection()  # a writer has the whole database: when this begins, every other one has ended
        return ""
    return session.scalar(select(sql_cast(text("pg_current_xact_id()"), String))) or ""


def writers_have_ended(session: Session, *, before: str) -> bool:
    """Whether every transaction that had written when the mark was made has ended. In a transaction after that of the mark."""
    if is_sqlite(session):
        return True
    ended = text("SELECT pg_snapshot_xmin(pg_current_snapshot()) > CAST(:mark AS xid8)")
    return bool(session.scalar(ended, {"mark": before}))


def _set(
    session: Session,
    table: Table,
    found: ColumnElement[bool],
    values: dict[str, Any],
    after: UUID | None,
    limit: int,
) -> Part:
    key = _key(table)
    query = select(key).where(found)
    if after is not None:
        query = query.where(key > after)
    rows = session.scalars(query.order_by(key).limit(limit).with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(update(table).where(key.in_(rows)).values(values))
    return Part(rows[-1] if rows else None, len(rows))


def _is_old(session: Session, column: Column[bytes]) -> ColumnElement[bool]:
    ring = keyring(session)
    old = column.is_not(None) & ~_sealed_by(column, ring.active)
    if _sealed(column).is_code and ring.next_index_key is not None:
        return or_(old, column.table.c[_NEXT].is_(None))
    return old


def _sealed_by(column: Column[bytes], name: str) -> ColumnElement[bool]:
    head = f"{name}:".encode()
    return func.substr(type_coerce(column, LargeBinary), 1, len(head)) == literal(head, LargeBinary)


def _sealed(column: Column[bytes]) -> Sealed:
    return cast("Sealed", column.type)


def _key(table: Any) -> Column[UUID]:  # noqa: ANN401 -- a table, which SQLAlchemy types as what it may come from
    (key,) = table.primary_key.columns
    return cast("Column[UUID]", key)
