"""Writing a row whether or not it is there already, without a moment in between in which somebody else writes it."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from registry_core.storage.base import Base
from registry_core.storage.engine import is_sqlite


def put_row(session: Session, entity: type[Base], *, key: str, **values: Any) -> None:
    """Insert a row, or put these values into the one with the same unique `key`; two at once leave one row, and none fails."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = insert(entity).values(**values)
    others = {name: row.excluded[name] for name in values if name != key}
    session.execute(row.on_conflict_do_update(index_elements=[key], set_=others))
