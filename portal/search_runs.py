"""Keeping searches quick: every record that comes leaves small runs of grams, and many small ones are made into one.

Who enters a great many at once does it at the end; what comes now and then is joined by the worker.
"""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Engine

from portal.operator.batches import Pace, pace_for
from registry_core.storage.engine import read
from registry_core.storage.gram_posting import SPAN, join_runs, scattered
from registry_core.storage.keys import Keyring

#: From so many records on, whoever entered them joins their runs: a span of numbers is full of them.
WORTH_JOINING = SPAN
_PLACES_AT_ONCE = 5_000


def joined_search_runs(engine: Engine, keyring: Keyring) -> Iterator[int]:
    """Join runs, some in each transaction, short ones on SQLite; how many each time. Nothing is left when it ends."""
    pace = pace_for(engine)
    with pace.ended_with():
        yield from _joined(engine, keyring, pace)


def _joined(engine: Engine, keyring: Keyring, pace: Pace) -> Iterator[int]:
    from_gram = None
    while True:
        with read(engine, keyring) as session:
            places = scattered(session, limit=_PLACES_AT_ONCE, from_gram=from_gram)
        if not places:
            return
        waiting = iter(places)
        while part := list(islice(waiting, pace.rows)):
            with pace.turn(engine, keyring, len(part)) as session:
                join_runs(session, places=part)
            yield len(part)
        from_gram = places[-1][0]
