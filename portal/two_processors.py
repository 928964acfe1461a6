"""A long work in parts, done with two processors: one process more, forked from this one, which ends with it.

It opens connections of its own to the database. Where both write, they take turns.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Engine

from portal.pace import Held, Pace

P = TypeVar("P")
T = TypeVar("T")
PartIn_contra = TypeVar("PartIn_contra", contravariant=True)
R = TypeVar("R")
_Work = Callable[[Any], object]

#: Parts the other process has at once, in work or waiting; and parts there are at once, done and not done.
_GIVEN, _MOST = 2, 4
_works: tuple[_Work, ...] = ()  # in the other process, what it can do


class OtherProcess:
    """The process beside this one, and what it can do."""

    def __init__(self, executor: ProcessPoolExecutor, works: tuple[_Work, ...]) -> None:
        """It runs already."""
        self._executor = executor
        self._works = works

    def begin(self, work: Callable[[P], R], part: P) -> "Future[R]":
        """Have a part done there. The result raises BrokenProcessPool when the process came to an end by itself."""
        return cast("Future[R]", self._executor.submit(_done, self._works.index(work), part))


@contextmanager
def other_process(engine: Engine, *works: _Work) -> Iterator[OtherProcess]:
    """Fork it, to do these works; it ends with the block."""
    engine.dispose()  # a connection is one process's
    gc.freeze()  # memory that is not looked through stays shared
    try:
        with ProcessPoolExecutor(1, get_context("fork"), initializer=_begin, initargs=(works,)) as executor:
            executor.submit(os.getpid).result()  # it is forked at the first call, and has to be now
            yield OtherProcess(executor, works)
    finally:
        gc.unfreeze()


def in_order(work: Callable[[P], R], parts: Iterable[P], other: OtherProcess | None) -> Iterator[tuple[P, R]]:
    """Each part with what comes of it, in the order of the parts. A few are done ahead: here what the other has no time for."""
    if other is None:
        yield from ((part, work(part)) for part in parts)
        return
    coming, waiting = iter(parts), deque[tuple[P, Future[R]]]()
    more = True
    while more or waiting:
        if more and sum(not result.done() for _, result in waiting) < _GIVEN:
            more = _taken(coming, waiting, lambda part: other.begin(work, part))
        elif more and len(waiting) < _MOST and not waiting[0][1].done():
            more = _taken(coming, waiting, lambda part: _result(work(part)))
        else:
            part, result = waiting.popleft()
            yield part, result.result()


def _taken(coming: Iterator[P], waiting: "deque[tuple[P, Future[R]]]", begin: Callable[[P], "Future[R]"]) -> bool:
    for part in coming:
        waiting.append((part, begin(part)))
        return True
    return False


def _result(value: R) -> "Future[R]":
    done: Future[R] = Future()
    done.set_result(value)
    return done


class Desk(Protocol[PartIn_contra]):
    """Where parts are written, each in a transaction of its own; a process that writes has one."""

    def prepare(self, part: PartIn_contra, /) -> None:
        """Do what can be done before the transaction."""

    def enter(self, not_before: float) -> Held | None:
        """Write the part that is prepared, once that moment of the machine's clock has come; None: it was refused, whole."""


def in_turns(
    desk: Desk[T], parts: Iterator[T], pace: Pace, other: OtherProcess | None, *, rows: Callable[[T], int]
) -> Iterator[tuple[T, bool]]:
    """Write the parts in order, a process preparing its next one while the other writes; each, and whether it is written."""
    mine = next(parts, None)
    if mine is not None:
        desk.prepare(mine)
    while mine is not None:
        theirs = next(parts, None) if other else None
        preparing = other.begin(desk.prepare, theirs) if other and theirs is not None else None
        yield mine, _took(pace, rows(mine), desk.enter(pace.free_until))
        entering = other.begin(desk.enter, pace.free_until) if other and preparing else None
        try:
            mine = next(parts, None)
            if mine is not None:
                desk.prepare(mine)
        finally:  # nothing goes on behind the back of whoever is told that this failed
            wait([entering] if entering else [])
        if theirs is not None and preparing and entering:
            preparing.result()
            yield theirs, _took(pace, rows(theirs), entering.result())


def _took(pace: Pace, rows: int, held: Held | None) -> bool:
    if held is None:
        return False
    pace.took(rows, held.seconds, held.until)
    return True


# ---------------------------------------------------------------- in the other process


def _begin(works: tuple[_Work, ...]) -> None:
    global _works  # noqa: PLW0603 -- of a process that does nothing else
    _works = works
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the command: it says how far it came
    Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    """However that ends: nobody else would tell this one."""
    if (first := parent_process()) is not None:
        first.join()
    os._exit(1)


def _done(number: int, part: object) -> object:
    return _works[number](part)
