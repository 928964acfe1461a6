"""While a file is entered people go on signing in: SQLite's lock is never held for long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from tests.benchmarks.waiting import others_waiting
from tests.portal.operator.conftest import Operator, rows

LONGEST_HOLD = 0.1


@dataclass
class Holds:
    """How long the lock was held each time, in seconds of the clock and of this thread's own work."""

    clock: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)


@contextmanager
def holds_of_the_lock() -> Iterator[Holds]:
    """From the moment a transaction of this process has the lock until its connection is given back."""
    holds, began = Holds(), dict[int, tuple[float, float]]()

    def begins(_connection, _cursor, statement, _parameters, context, _many) -> None:
        if statement == "BEGIN IMMEDIATE":
            began[id(context.root_connection.connection.dbapi_connection)] = time.monotonic(), time.thread_time()

    def ends(connection, _record) -> None:
        if (begun := began.pop(id(connection), None)) is not None:
            holds.clock.append(time.monotonic() - begun[0])
            holds.work.append(time.thread_time() - begun[1])

    event.listen(Engine, "after_cursor_execute", begins)
    event.listen(Pool, "checkin", ends)
    try:
        yield holds
    finally:
        event.remove(Engine, "after_cursor_execute", begins)
        event.remove(Pool, "checkin", ends)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lock_is_never_held_for_long(operator: Operator) -> None:
    """How long the clock says depends on how busy the machine is, so the longest is told by the work done under the lock."""
    people = rows(3_000)
    with holds_of_the_lock() as holds:
        assert operator.imports(people).exit_code == 0
    assert len(holds.work) > 6
    assert max(holds.work) < LONGEST_HOLD
    assert median(holds.clock) < LONGEST_HOLD


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_writes_a_little_now_and_then_gets_a_turn(operator: Operator) -> None:
    people = rows(3_000)
    with others_waiting(operator.environment["PORTAL_DATABASE_URL"]) as waited:
        assert operator.imports(people).exit_code == 0
    assert len(waited) > 10
    assert median(waited) < LONGEST_HOLD
