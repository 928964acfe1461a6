"""Which of many values stand in a column: asked of the driver itself, since an import asks it of a million."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry_core.storage.engine import is_sqlite

_ASKED_AT_ONCE = 500


def present_values(session: Session, column: InstrumentedAttribute[Any], values: Iterable[Any]) -> set[Any]:
    """Those of the values, texts or bytes as they are stored, that some row has; the column has an index."""
    session.flush()
    asked = cast("Column[Any]", column.expression)
    select = f'SELECT "{asked.name}" FROM "{asked.table.name}" WHERE "{asked.name}"'  # noqa: S608 -- names of ours
    connection, waiting, found = session.connection(), iter(values), set[Any]()
    while part := list(islice(waiting, _ASKED_AT_ONCE)):
        if is_sqlite(session):
            rows = connection.exec_driver_sql(f"{select} IN ({', '.join('?' * len(part))})", tuple(part))
        else:
            rows = connection.exec_driver_sql(f"{select} = ANY(%s)", (part,))
        found.update(row[0] for row in rows)
    return found
