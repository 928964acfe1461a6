"""A process of its own that prepares the next batch while this one is inserted: a file is entered with two processors.

It ends with the one that began it, however that ends: its end of the pipe is the only one left then.
"""

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Protocol

from portal.operator.batches import Batch, Preparation
from portal.operator.twice_read import FileFault

_OBJECTS_BEFORE_COLLECTING = 100_000
_PATIENCE = 5.0  # seconds to end in


class AheadEnded(Exception):
    """The process that prepares came to an end by itself: killed, or out of memory."""


class Work(Protocol):
    """What is to be prepared, told to another process."""

    def preparation(self) -> Preparation:
        """Begin it there."""


class Ahead:
    """Batches of the work it was given last, one of them prepared already when it is asked for."""

    def __init__(self, pipe: Connection) -> None:
        """Nothing is asked yet."""
        self._pipe = pipe
        self._asked = False

    def begin(self, work: Work) -> "Ahead":
        """Prepare this from now on; what was prepared before is dropped."""
        self._drop()
        self._told("begin", work)
        return self

    def batch(self, rows: int, at: datetime) -> Batch | None:
        """The batch asked for at the call before, of as many arrivals as were wanted then. Raises FileFault, AheadEnded."""
        if not self._asked:
            self._ask("batch", rows, at)
        batch = self._answer()
        if batch is not None:
            self._ask("batch", rows, at)
        return batch

    def put_back(self) -> None:
        """The last batch comes again, and what was prepared after it."""
        self._told("put_back", 1 if self._drop() is None else 2)

    def _drop(self) -> Batch | None:
        """What was asked for and not given out, if anything."""
        return self._answer() if self._asked else None

    def _told(self, what: str, *given: object) -> None:
        self._ask(what, *given)
        self._answer()

    def _ask(self, what: str, *given: object) -> None:
        with _its_end_told():
            self._pipe.send((what, *given))
        self._asked = True

    def _answer(self) -> Batch | None:
        with _its_end_told():
            answer: Batch | FileFault | None = self._pipe.recv()
        self._asked = False
        if isinstance(answer, FileFault):
            raise answer
        return answer


@contextmanager
def ahead() -> Iterator[Ahead]:
    """Begin the process; it ends with the block."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_prepare, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Ahead(ours)
    finally:
        ours.close()
        process.join(_PATIENCE)
        process.kill()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Rows refer to nothing that refers to them: looking for such garbage after every few took a seventh of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _its_end_told() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError) as ended:
        raise AheadEnded from ended


# ---------------------------------------------------------------- in the process


def _prepare(pipe: Connection) -> None:
    """Answer each call of `Ahead`, until nobody calls any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the command: it says how far it came
    desk = _Desk()
    with suppress(EOFError, ConnectionError), rarely_collected():
        while True:
            what, *given = pipe.recv()
            try:
                pipe.send(getattr(desk, what)(*given))
            except FileFault as fault:
                pipe.send(fault)


class _Desk:
    def begin(self, work: Work) -> None:
        self._preparation = work.preparation()

    def batch(self, rows: int, at: datetime) -> Batch | None:
        return self._preparation.batch(rows, at)

    def put_back(self, batches: int) -> None:
        self._preparation.put_back(batches)
