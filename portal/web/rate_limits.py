"""Limits of tries that hold over all workers and hosts, because they are counted in the database.

    FOLLOW = RateLimit("follow-request", limit=5, per=timedelta(minutes=15))
    FOLLOW.take(reference)        # raises TooManyTries, which becomes a page of 429

The window slides: in no stretch of `per` are there more than `limit` tries of one key. A try that is refused does not count, so
nobody can keep a person out for ever by trying on. Keys are what is tried (a reference, a sign-in), not the network address
alone: phones share those. Only their keyed index is stored.

Each try is a transaction of its own, so that a refusal later in the request does not undo it: call it outside of
`registry().write()`.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Index, LargeBinary, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from portal.registry import registry
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.storage.engine import is_sqlite
from registry_core.storage.keys import keyring

_INDEX_BYTES: Final = 32


class CountedTries(Base):
    """The tries of one key within its window: `tries` is a JSON list of seconds since 1970, at most `limit` of them."""

    __tablename__ = "counted_tries"
    __table_args__ = (Index("ix_counted_tries_ends_at", "ends_at"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_index: Mapped[bytes] = mapped_column(LargeBinary(_INDEX_BYTES), primary_key=True)
    tries: Mapped[str] = mapped_column(String(2000))
    ends_at: Mapped[datetime] = mapped_column(Instant)


class TooManyTries(TooManyRequests):
    """No try is left now; `retry_after` is in whole seconds and becomes the header."""

    def __init__(self, retry_after: int) -> None:
        """Say how long to wait."""
        super().__init__(retry_after=retry_after)
        self.seconds = retry_after


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` tries (up to 100) for each key in any stretch of `per`."""

    name: str
    limit: int
    per: timedelta

    def take(self, key: str) -> int:
        """Count one try and return how many are left. Raises TooManyTries."""
        with registry().write() as session:
            wait, left = self._counted(session, key, registry().now())
        if wait:
            raise TooManyTries(wait)
        return left

    def forget(self, key: str) -> None:
        """Give back all tries, after a right one."""
        with registry().write() as session:
            index = keyring(session).mark(f"tries:{self.name}:{key}")
            session.execute(delete(CountedTries).where(CountedTries.name == self.name, CountedTries.key_index == index))

    def _counted(self, session: Session, key: str, at: datetime) -> tuple[int, int]:
        """How many seconds to wait (0: the try was counted), and how many tries are left."""
        row = self._held(session, key, at)
        now, stretch = at.timestamp(), self.per.total_seconds()
        recent = [each for each in json.loads(row.tries) if now - stretch < each <= now + stretch]
        if len(recent) >= self.limit:
            return max(1, math.ceil(min(recent) + stretch - now)), 0
        row.tries = json.dumps([*recent, round(now, 3)])
        row.ends_at = at + self.per
        return 0, self.limit - len(recent) - 1

    def _held(self, session: Session, key: str, at: datetime) -> CountedTries:
        """The locked row of a key, made when absent; two at once make one row."""
        index = keyring(session).mark(f"tries:{self.name}:{key}")  # new keys forget the tries, once
        insert = sqlite.insert if is_sqlite(session) else postgresql.insert
        row = insert(CountedTries).values(name=self.name, key_index=index, tries="[]", ends_at=at + self.per)
        # A row that is there is written too, without a change: so it is held, and not purged before it is read.
        held = row.on_conflict_do_update(index_elements=["name", "key_index"], set_={"name": self.name})
        session.execute(held)
        query = select(CountedTries).where(CountedTries.name == self.name, CountedTries.key_index == index)
        return session.scalars(query.with_for_update()).one()


def take_a_try(name: str, key: str, *, tries: int, minutes: int) -> bool:
    """Count one try; False when none is left. For views that tell it on their own page."""
    try:
        RateLimit(name, limit=tries, per=timedelta(minutes=minutes)).take(key)
    except TooManyTries:
        return False
    return True


def purge_tries(session: Session, *, at: datetime) -> int:
    """Delete what limits nobody any more; the worker calls this. Returns how many."""
    return len(
        session.scalars(delete(CountedTries).where(CountedTries.ends_at < at).returning(CountedTries.name)).all()
    )
