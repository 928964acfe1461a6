"""Entering many people in batches small enough that nobody else waits (`portal.pace`).

A batch is prepared outside its transaction. With a process beside this one (`two_processors`) the two take turns: each prepares
its next batch while the other enters.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.pace import Held, Pace, sleep_until
from portal.two_processors import OtherProcess, in_turns
from registry_core.register import (
    Newcomer,
    PreparedEntries,
    enter_prepared,
    enter_resident,
    go_on_with_import,
    prepare_entries,
)
from registry_core.storage.keys import Keyring, KeysReplaced
from registry_core.values.actor import Actor
from registry_core.values.errors import CodeInUse

W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Arrival(Generic[W]):
    """Somebody to enter, and the line or number they have where they come from; who comes back goes on with their record."""

    line: int
    who: W
    comes_back: bool = False


@dataclass(frozen=True, slots=True)
class Batch(Generic[W]):
    """Who is entered in one transaction, new ones and those who come back; after and through which line, when, of which run."""

    new: list[W]
    back: list[W]
    after: int
    through: int
    at: datetime
    run: UUID | None

    @property
    def count(self) -> int:
        """How many people."""
        return len(self.new) + len(self.back)


class BatchRefused(Exception):
    """A code or a card number of the batch is somebody's by now; nobody of it was entered."""

    def __init__(self, batch: Batch[Any]) -> None:
        """Keep who was refused."""
        super().__init__()
        self.batch = batch


@dataclass
class BatchDesk(Generic[W]):
    """Where batches are entered, one after another: as whom, and how who arrives is read."""

    engine: Engine
    keyring: Keyring
    actor: Actor
    newcomer: Callable[[W], Newcomer]
    _batch: Batch[W] | None = field(default=None, init=False)
    _prepared: tuple[PreparedEntries, int] | None = field(default=None, init=False)

    def prepare(self, batch: Batch[W]) -> None:
        """The next batch, with the keys as they are now."""
        ring = self.keyring.renewed()
        new = map(self.newcomer, batch.new)
        entries = prepare_entries(new, actor=self.actor, at=batch.at, keyring=ring, dialect=self.engine.dialect)
        self._batch, self._prepared = batch, (entries, ring.generation)

    def enter(self, not_before: float) -> Held | None:
        """Enter the batch that is prepared, when others had their turn; None: a code or a card number is somebody's by now."""
        while (batch := self._batch) is not None:
            sleep_until(not_before)
            try:
                held = self._entered(batch)
            except CodeInUse:
                return None
            if held is not None:
                self._batch = self._prepared = None
                return held
            self.prepare(batch)  # the keys were replaced meanwhile: again, with the new ones
        raise ValueError("no batch is prepared")

    def _entered(self, batch: Batch[W]) -> Held | None:
        """None when the keys it was prepared with are not to be used any more."""
        ring = self.keyring.renewed()
        if self._prepared is None or self._prepared[1] != ring.generation:
            return None
        held = Held()
        try:
            with held.transaction(self.engine, ring) as session:
                if batch.run:
                    _go_on(session, batch.run, batch)
                enter_prepared(session, prepared=self._prepared[0])
                for who in map(self.newcomer, batch.back):
                    _enter_again(session, who, self.actor, batch.at)
                ring.guard_current()
        except KeysReplaced:
            return None
        return held


def enter_in_batches(
    desk: BatchDesk[W],
    arrivals: Iterable[Arrival[W]],
    *,
    now: Callable[[], datetime],
    pace: Pace,
    run: UUID | None = None,
    after: int = 0,
    other: OtherProcess | None = None,
) -> Iterator[Batch[W]]:
    """Enter them, each batch in a transaction of its own, and give each out once it is committed.

    `run` is the import that they are of, which stands at the line `after`; it goes on in the same transactions. A power failure
    may take back the last batches, whole: whoever enters goes on where the register says it stands, and says that all is entered
    only after a transaction that lasts. Raises BatchRefused, ImportMovedOn.
    """
    for batch, entered in in_turns(
        desk, _batches(arrivals, pace, now, run, after), pace, other, rows=lambda each: each.count
    ):
        if not entered:
            raise BatchRefused(batch)
        yield batch


def _batches(
    arrivals: Iterable[Arrival[W]], pace: Pace, now: Callable[[], datetime], run: UUID | None, after: int
) -> Iterator[Batch[W]]:
    waiting = iter(arrivals)
    while some := list(islice(waiting, pace.rows)):
        new = [each.who for each in some if not each.comes_back]
        back = [each.who for each in some if each.comes_back]
        yield Batch(new, back, after, some[-1].line, now(), run)
        after = some[-1].line


def _go_on(session: Session, run: UUID, batch: Batch[W]) -> None:
    go_on_with_import(session, import_id=run, after=batch.after, through=batch.through, entered=batch.count)


def _enter_again(session: Session, who: Newcomer, actor: Actor, at: datetime) -> None:
    enter_resident(session, items=who.items, code=who.code, reason=who.reason, on=who.on, actor=actor, at=at)
