"""Keeping searches quick: every record that comes leaves small runs of grams, and many small ones are made into one.

Who enters a great many at once does it at the end; what comes now and then is joined by the worker.
"""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Engine

from portal.pace import Pace, pace_for
from registry_core.storage.engine import read
from registry_core.storage.gram_posting import SPAN, join_runs, scattered
from registry_core.storage.keys import Keyring

#: From so many records on, whoever entered them joins their runs: a span of numbers is full of them.
WORTH_JOINING = SPAN
#: As many as the worker joins in a row.
PLACES_AT_ONCE = 5_000


def joined_search_runs(engine: Engine, keyring: Keyring) -> Iterator[int]:
    """Join runs, some in each transaction, short ones on SQLite; how many each time.

    It goes through the table once. What is left when it ends are runs that came meanwhile, and those that somebody else joins.
    """
    pace = pace_for(engine)
    with pace.ended_with():
        yield from _joined(engine, keyring, pace)


def _joined(engine: Engine, keyring: Keyring, pace: Pace) -> Iterator[int]:
    after = None
    while True:
        with read(engine, keyring) as session:
            places = scattered(session, limit=PLACES_AT_ONCE, after=after)
        if not places:
            return
        waiting = iter(places)
        while part := list(islice(waiting, pace.rows)):
            with pace.turn(engine, keyring, len(part)) as session:
                join_runs(session, places=part)
            yield len(part)
        after = places[-1]
