"""Keeping searches quick: every record that comes leaves small runs of grams, and many small ones are made into one.

Who enters a great many at once does it at the end; what comes now and then is joined by the worker.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Engine

from portal.pace import Held, Pace, pace_for, sleep_until
from portal.two_processors import OtherProcess, in_turns
from registry_core.storage.engine import read
from registry_core.storage.gram_posting import SPAN, Merged, join_runs, merged_runs, scattered
from registry_core.storage.keys import Keyring, KeysReplaced

#: From so many records on, whoever entered them joins their runs: a span of numbers is full of them.
WORTH_JOINING = SPAN
#: As many as the worker joins in a row.
PLACES_AT_ONCE = 5_000
#: Grams and spans.
Places = list[tuple[int, int]]


@dataclass
class RunDesk:
    """Where runs are joined: what they become is worked out before the transaction."""

    engine: Engine
    keyring: Keyring
    _places: Places = field(default_factory=list, init=False)
    _merged: Merged = field(default_factory=dict, init=False)

    def prepare(self, places: Places) -> None:
        """Work out what these places become, if nobody changes them meanwhile."""
        with read(self.engine, self.keyring) as session:
            self._places, self._merged = places, merged_runs(session, places=places)

    def enter(self, not_before: float) -> Held:
        """Join them, when others had their turn."""
        while True:
            sleep_until(not_before)
            held = Held()
            with suppress(KeysReplaced), held.transaction(self.engine, self.keyring.renewed()) as session:
                join_runs(session, places=self._places, merged=self._merged)
            if held.until:
                return held


def joined_search_runs(desk: RunDesk, other: OtherProcess | None = None) -> Iterator[int]:
    """Join runs, some in each transaction, short ones on SQLite; how many each time.

    It goes through the table once. What is left when it ends are runs that came meanwhile, and those that somebody else joins.
    """
    pace = pace_for(desk.engine)
    for places, _ in in_turns(desk, _places(desk, pace), pace, other, rows=len):
        yield len(places)


def _places(desk: RunDesk, pace: Pace) -> Iterator[Places]:
    after = None
    while True:
        with read(desk.engine, desk.keyring) as session:
            places = scattered(session, limit=PLACES_AT_ONCE, after=after)
        if not places:
            return
        waiting = iter(places)
        while part := list(islice(waiting, pace.rows)):
            yield part
        after = places[-1]
