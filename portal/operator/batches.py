"""Entering many people in batches small enough that nobody else waits (`portal.pace`).

A batch is prepared outside its transaction, while SQLite's log is brought into its file; in a process of its own (`ahead`) also
while the one before is inserted.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Protocol

from sqlalchemy import Dialect, Engine
from sqlalchemy.orm import Session

from portal.pace import Pace
from registry_core.register import Newcomer, PreparedEntries, enter_prepared, enter_resident, prepare_entries
from registry_core.storage.keys import Keyring, KeysReplaced
from registry_core.values.actor import Actor
from registry_core.values.errors import CodeInUse


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody to enter, and the line or number they have where they come from; who comes back goes on with their record."""

    line: int
    newcomer: Newcomer
    comes_back: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Successive arrivals, how many and through which line, as somebody enters them at a moment."""

    through: int
    count: int
    actor: Actor
    at: datetime
    prepared: PreparedEntries
    back: tuple[Arrival, ...]
    #: Of the keys it was prepared with.
    generation: int


class BatchRefused(Exception):
    """A code or a card number of the batch is somebody's by now; nobody of it was entered."""

    def __init__(self, batch: Batch) -> None:
        """Keep who was refused."""
        super().__init__()
        self.batch = batch


class Preparing(Protocol):
    """Where batches come from."""

    def batch(self, rows: int, at: datetime) -> Batch | None:
        """The next arrivals, at most so many, entered at that moment or one before; None: there is nobody left."""

    def put_back(self) -> None:
        """The last batch given out was not entered: its arrivals come again, with the keys as they are then."""


class Preparation:
    """Prepares arrivals here and now, in their order."""

    _REMEMBERED = 2

    def __init__(self, arrivals: Iterable[Arrival], *, actor: Actor, keyring: Keyring, dialect: Dialect) -> None:
        """Nobody is read yet."""
        self._waiting = iter(arrivals)
        self._actor, self._keyring, self._dialect = actor, keyring, dialect
        self._given: deque[list[Arrival]] = deque(maxlen=self._REMEMBERED)

    def batch(self, rows: int, at: datetime) -> Batch | None:
        """The next arrivals, at most so many."""
        some = list(islice(self._waiting, rows))
        if not some:
            return None
        self._given.append(some)
        ring = self._keyring.renewed()
        new = [each.newcomer for each in some if not each.comes_back]
        return Batch(
            through=some[-1].line,
            count=len(some),
            actor=self._actor,
            at=at,
            prepared=prepare_entries(new, actor=self._actor, at=at, keyring=ring, dialect=self._dialect),
            back=tuple(each for each in some if each.comes_back),
            generation=ring.generation,
        )

    def put_back(self, batches: int = 1) -> None:
        """The last batches come again, two at most."""
        for _ in range(batches):
            self._waiting = chain(self._given.pop(), self._waiting)


#: What else is done in the transaction of a batch, first.
_Beside = Callable[[Session, Batch], None]


def enter_in_batches(
    engine: Engine,
    keyring: Keyring,
    preparing: Preparing,
    *,
    now: Callable[[], datetime],
    pace: Pace,
    beside: _Beside = lambda _session, _batch: None,
) -> Iterator[Batch]:
    """Enter them, each batch in a transaction of its own, and give each out once it is committed. Raises BatchRefused.

    `beside` is done in the same transaction, first. A power failure may take back the last batches, whole: whoever enters goes on
    where the register says it stands, and says that all is entered only after a transaction that lasts.
    """
    with pace.ended_with():
        while (batch := preparing.batch(pace.rows, now())) is not None:
            if _entered(engine, keyring.renewed(), batch, pace=pace, beside=beside):
                yield batch
            else:
                preparing.put_back()


def _entered(engine: Engine, keyring: Keyring, batch: Batch, *, pace: Pace, beside: _Beside) -> bool:
    """Enter a batch, written with the keys it was prepared with; False when these are not to be used any more."""
    if batch.generation != keyring.generation:
        return False
    try:
        with pace.turn(engine, keyring, batch.count) as session:
            beside(session, batch)
            enter_prepared(session, prepared=batch.prepared)
            _enter_again(session, batch)
            keyring.guard_current()
    except KeysReplaced:
        return False
    except CodeInUse as taken:
        raise BatchRefused(batch) from taken
    return True


def _enter_again(session: Session, batch: Batch) -> None:
    actor, at = batch.actor, batch.at
    for who in (each.newcomer for each in batch.back):
        enter_resident(session, items=who.items, code=who.code, reason=who.reason, on=who.on, actor=actor, at=at)
