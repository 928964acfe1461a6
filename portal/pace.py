"""Much writing in transactions small enough that nobody else waits: on SQLite one writer holds the lock of all.

The lock is left free as long as it was held. How many rows a transaction has follows from how long the one before it held the
lock. SQLite's log is brought into its file between them, beside whatever is prepared then.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry_core.storage.engine import write, write_back
from registry_core.storage.keys import Keyring

_FIRST_BATCH, _FEWEST = 50, 5
#: One slow batch is mostly the machine's, and many small ones take longer than a few.
_GROWS_BY, _SHRINKS_BY = 2.0, 0.5


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
