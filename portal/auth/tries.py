"""Wrong tries with a PIN, counted for each sign-in: five within an hour, then none until the hour is over.

Counted in the database, so that they hold over all workers; by sign-in and not by network address, as phones share those.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.auth.link_tables import TRIES, LinkTries
from registry_core.storage.engine import is_sqlite

WINDOW = timedelta(hours=1)


def misses_left(session: Session, *, issuer: str, subject: str, at: datetime) -> int:
    """Return how many wrong tries this sign-in has left now (0 to 5), and hold its row until the block ends."""
    row = _held(session, issuer=issuer, subject=subject, at=at)
    if at - row.first_at >= WINDOW:
        row.missed, row.first_at = 0, at
    return max(0, TRIES - row.missed)


def count_miss(session: Session, *, issuer: str, subject: str, at: datetime) -> int:
    """Count one wrong try and return how many are left."""
    row = _held(session, issuer=issuer, subject=subject, at=at)
    if row.missed == 0:
        row.first_at = at
    row.missed += 1
    return max(0, TRIES - row.missed)


def forget_misses(session: Session, *, issuer: str, subject: str) -> None:
    """Start from five again, after a right try."""
    row = session.scalar(select(LinkTries).where(LinkTries.issuer == issuer, LinkTries.subject == subject))
    if row is not None:
        session.delete(row)


def _held(session: Session, *, issuer: str, subject: str, at: datetime) -> LinkTries:
    """Return the locked row of this sign-in, made when absent; two at once make one row."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    row = insert(LinkTries).values(id=uuid4(), issuer=issuer, subject=subject, missed=0, first_at=at)
    session.execute(row.on_conflict_do_nothing(index_elements=["issuer", "subject"]))
    query = select(LinkTries).where(LinkTries.issuer == issuer, LinkTries.subject == subject)
    return session.scalars(query.with_for_update()).one()
