"""Entering many people in batches small enough that nobody else waits: on SQLite one writer holds the lock of all.

A batch is prepared outside its transaction, so that the lock is free about as long as it is held. How many rows a batch has
follows from how long the one before it held the lock.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from time import monotonic

from sqlalchemy import Engine

from registry_core.register import Newcomer, enter_prepared, prepare_entries
from registry_core.storage.engine import write
from registry_core.storage.keys import Keyring
from registry_core.values.actor import Actor

_FIRST_BATCH, _FEWEST = 50, 5
_GROWS_BY, _SHRINKS_BY = 2.0, 0.25


@dataclass
class Pace:
    """How many rows the next batch has, so that it takes `seconds`, at most `most` rows; `longest` is what one has taken."""

    seconds: float
    most: int
    rows: int = _FIRST_BATCH
    longest: float = 0.0

    def took(self, rows: int, seconds: float) -> None:
        """A batch of so many rows took so long."""
        self.longest = max(self.longest, seconds)
        fitting = rows * min(max(self.seconds / max(seconds, 1e-6), _SHRINKS_BY), _GROWS_BY)
        self.rows = int(min(max(fitting, _FEWEST), self.most))


def pace_for(engine: Engine) -> Pace:
    """SQLite has one writer at a time, who is not to keep others for 100 ms; on PostgreSQL nobody waits for new rows."""
    if engine.dialect.name == "sqlite":
        return Pace(seconds=0.04, most=2_000)
    return Pace(seconds=0.5, most=2_000)


def enter_in_batches(
    engine: Engine,
    keyring: Keyring,
    newcomers: Iterable[Newcomer],
    *,
    actor: Actor,
    now: Callable[[], datetime],
    pace: Pace,
) -> Iterator[int]:
    """Enter them, each batch in a transaction of its own; how many each had. Raises CodeInUse: that batch was not entered."""
    waiting = iter(newcomers)
    while batch := list(islice(waiting, pace.rows)):
        ring = keyring.renewed()  # a batch is written with the keys it was prepared with
        prepared = prepare_entries(batch, actor=actor, at=now(), keyring=ring, dialect=engine.dialect)
        with write(engine, ring) as session:
            session.connection()  # takes SQLite's lock: waiting for it is not holding it
            begun = monotonic()
            enter_prepared(session, prepared=prepared)
        pace.took(len(batch), monotonic() - begun)
        yield len(batch)
