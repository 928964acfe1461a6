"""Entering many people in batches small enough that nobody else waits: on SQLite one writer holds the lock of all.

A batch is prepared outside its transaction and the lock is left free as long as it was held. How many rows a batch has follows
from how long the one before it held the lock. SQLite's log is brought into its file meanwhile, beside the preparing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from time import monotonic, sleep

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry_core.register import Newcomer, enter_prepared, enter_resident, prepare_entries
from registry_core.storage.engine import write, write_back
from registry_core.storage.keys import Keyring, KeysReplaced
from registry_core.values.actor import Actor
from registry_core.values.errors import CodeInUse

_FIRST_BATCH, _FEWEST = 50, 5
#: One slow batch is mostly the machine's, and many small ones take longer than a few.
_GROWS_BY, _SHRINKS_BY = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody to enter, and the line or number they have where they come from; who comes back goes on with their record."""

    line: int
    newcomer: Newcomer
    comes_back: bool = False


class BatchRefused(Exception):
    """A code or a card number of the batch is somebody's by now; nobody of it was entered."""

    def __init__(self, batch: Sequence[Arrival]) -> None:
        """Keep who was refused."""
        super().__init__()
        self.batch = batch


#: What else is done in the transaction of a batch, first.
Beside = Callable[[Session, Sequence[Arrival]], None]


@dataclass
class Pace:
    """How many rows the next batch has, so that it takes `seconds`, at most `most` rows; `longest` is what one has taken."""

    seconds: float
    most: int
    rows: int = _FIRST_BATCH
    longest: float = 0.0
    gives_way: bool = False
    _free_until: float = 0.0
    _beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1), repr=False)
    _written_back: Future[None] | None = None

    @contextmanager
    def turn(self, engine: Engine, keyring: Keyring, rows: int) -> Iterator[Session]:
        """One transaction of so many rows, that does not last by itself, when others had theirs."""
        self.wait_for_others()
        with write(engine, keyring, lasting=False) as session:
            session.connection()  # takes SQLite's lock: waiting for it is not holding it
            begun = monotonic()
            yield session
        self.took(rows, monotonic() - begun)
        self._written_back = self._beside.submit(write_back, engine)

    def took(self, rows: int, seconds: float) -> None:
        """A batch of so many rows held the lock so long."""
        self.longest = max(self.longest, seconds)
        fitting = rows * min(max(self.seconds / max(seconds, 1e-6), _SHRINKS_BY), _GROWS_BY)
        self.rows = int(min(max(fitting, _FEWEST), self.most))
        self._free_until = monotonic() + seconds

    @contextmanager
    def ended_with(self) -> Iterator[None]:
        """Nothing goes on beside it when the block has ended."""
        try:
            yield
        finally:
            if self._written_back is not None:
                self._written_back.result()

    def wait_for_others(self) -> None:
        """Leave the lock free for a while to who waited for it; what was done meanwhile counts."""
        if self._written_back is not None:  # a commit beside it would take long
            self._written_back.result()
        if self.gives_way and (rest := self._free_until - monotonic()) > 0:
            sleep(rest)


def pace_for(engine: Engine) -> Pace:
    """SQLite has one writer at a time, who is not to keep others for 100 ms; on PostgreSQL nobody waits for new rows."""
    if engine.dialect.name == "sqlite":
        return Pace(seconds=0.04, most=2_000, gives_way=True)
    return Pace(seconds=0.5, most=2_000)


def enter_in_batches(
    engine: Engine,
    keyring: Keyring,
    arrivals: Iterable[Arrival],
    *,
    actor: Actor,
    now: Callable[[], datetime],
    pace: Pace,
    beside: Beside = lambda _session, _batch: None,
) -> Iterator[Sequence[Arrival]]:
    """Enter them, each batch in a transaction of its own, and give each out once it is committed. Raises BatchRefused.

    `beside` is done in the same transaction, first. A power failure may take back the last batches, whole: whoever enters goes on
    where the register says it stands, and says that all is entered only after a transaction that lasts.
    """
    waiting = iter(arrivals)
    with pace.ended_with():
        while batch := list(islice(waiting, pace.rows)):
            while not _entered(engine, keyring.renewed(), batch, actor=actor, at=now(), pace=pace, beside=beside):
                pass  # the keys were replaced meanwhile: it is prepared again, with the new ones
            yield batch


def _entered(
    engine: Engine,
    keyring: Keyring,
    batch: Sequence[Arrival],
    *,
    actor: Actor,
    at: datetime,
    pace: Pace,
    beside: Beside,
) -> bool:
    """Enter a batch, written with the keys it was prepared with; False when these are not to be used any more."""
    new = [each.newcomer for each in batch if not each.comes_back]
    prepared = prepare_entries(new, actor=actor, at=at, keyring=keyring, dialect=engine.dialect)
    try:
        with pace.turn(engine, keyring, len(batch)) as session:
            beside(session, batch)
            enter_prepared(session, prepared=prepared)
            _enter_again(session, batch, actor, at)
            keyring.guard_current()
    except KeysReplaced:
        return False
    except CodeInUse as taken:
        raise BatchRefused(batch) from taken
    return True


def _enter_again(session: Session, batch: Sequence[Arrival], actor: Actor, at: datetime) -> None:
    for each in batch:
        if each.comes_back:
            who = each.newcomer
            enter_resident(session, items=who.items, code=who.code, reason=who.reason, on=who.on, actor=actor, at=at)
