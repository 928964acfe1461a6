"""Entering many people in batches small enough that nobody else waits (`portal.pace`).

A batch is prepared outside its transaction, while SQLite's log is brought into its file.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.pace import Pace
from registry_core.register import Newcomer, enter_prepared, enter_resident, prepare_entries
from registry_core.storage.keys import Keyring, KeysReplaced
from registry_core.values.actor import Actor
from registry_core.values.errors import CodeInUse


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
_Beside = Callable[[Session, Sequence[Arrival]], None]


def enter_in_batches(
    engine: Engine,
    keyring: Keyring,
    arrivals: Iterable[Arrival],
    *,
    actor: Actor,
    now: Callable[[], datetime],
    pace: Pace,
    beside: _Beside = lambda _session, _batch: None,
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
    beside: _Beside,
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
