"""Much writing in transactions small enough that nobody else waits: on SQLite one writer holds the lock of all.

The lock is left free as long as who waits for it may sleep before they look again; meanwhile SQLite's log is brought into its
file. How many rows a transaction has follows from how long the one before it held the lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry_core.storage.engine import write, write_back
from registry_core.storage.keys import Keyring

_FIRST_BATCH, _FEWEST = 200, 5
#: Seconds. SQLite looks for the lock after 1, 2, 5, 10, 15, 20, 25, 25 and 25 ms: nobody sleeps through a longer pause.
_PAUSE = 0.026
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
    #: Of the clock of the machine, which all its processes share: others have had their turn by then.
    free_until: float = 0.0

    def took(self, rows: int, seconds: float, until: float | None = None) -> None:
        """A batch of so many rows held the lock so long, until that moment or just now."""
        self.longest = max(self.longest, seconds)
        fitting = rows * min(max(self.seconds / max(seconds, 1e-6), _SHRINKS_BY), _GROWS_BY)
        self.rows = int(min(max(fitting, _FEWEST), self.most))
        if self.gives_way:
            self.free_until = (monotonic() if until is None else until) + _PAUSE

    def wait_for_others(self) -> None:
        """Leave the lock free for a while to who waited for it; what was done meanwhile counts."""
        sleep_until(self.free_until)


@dataclass
class Held:
    """How long a transaction held the lock of the one who writes, and until when."""

    seconds: float = 0.0
    until: float = 0.0

    @contextmanager
    def transaction(self, engine: Engine, keyring: Keyring) -> Iterator[Session]:
        """It does not last by itself. SQLite's log is brought into its file afterwards, while others have their turn."""
        with write(engine, keyring, lasting=False) as session:
            session.connection()  # takes SQLite's lock: waiting for it is not holding it
            begun = monotonic()
            yield session
        self.until = monotonic()
        self.seconds = self.until - begun
        write_back(engine)


def sleep_until(moment: float) -> None:
    """A moment of the machine's clock that may be over."""
    if (rest := moment - monotonic()) > 0:
        sleep(rest)


def pace_for(engine: Engine) -> Pace:
    """SQLite has one writer at a time, who is not to keep others for 100 ms; on PostgreSQL nobody waits for new rows."""
    if engine.dialect.name == "sqlite":
        return Pace(seconds=0.05, most=2_000, gives_way=True)
    return Pace(seconds=0.5, most=2_000)
