"""Replacing the keys while the register serves: one run of `portal keys rotate`, which goes on where an earlier one stopped.

What has been done is read from the key file and from the rows, so it may be killed at any moment. After each change of the
file every process uses it with its next transaction; then who began before is refused at the commit (`KeySet.fenced`), and who
is already committing is waited for. From there on all rows that will ever be are as this step wants them.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from portal.registry import Registry
from portal.tables import metadata
from registry_core.ledger import record_entry
from registry_core.ledger.checkpoint import first_signed_with
from registry_core.ledger.seal import holds_the_chain, last_checkpointed
from registry_core.storage.key_set import KeySet, RotationStep, read_key_set, write_key_set
from registry_core.storage.rotation import (
    Part,
    code_tables,
    drop_next_index,
    index_anew,
    mark_of_writers,
    old_rows,
    rows_to_index,
    rows_with_next_index,
    seal_anew,
    sealed_columns,
    writers_have_ended,
)
from registry_core.values.actor import system_actor
from registry_core.values.legal_purpose import LegalPurpose

_AT_ONCE = 500
_A_MOMENT = 0.5  # seconds: longer than a request that began before takes as a rule
_PATIENCE = 60.0  # seconds until those are refused who began before, and have not ended
_LOOK_AGAIN = 0.05


class RotationStuck(Exception):
    """Rows do not open with any key: the old keys stay. The message says which."""


class RotationRuns(Exception):
    """Another process is replacing these keys."""


class Progress(Protocol):
    """Where the replacement tells how far it has come."""

    def begin(self, what: str, total: int) -> None: ...
    def advance(self, rows: int) -> None: ...


class Rotation:
    """`copied(path)` is asked each time the file has changed: True when every copy that is needed was made."""

    def __init__(self, opened: Registry, progress: Progress, copied: Callable[[KeySet], bool]) -> None:
        """Hold the register and whom to ask."""
        self.opened = opened
        self.path = opened.config.data_keys_file
        self.progress = progress
        self.copied = copied

    def run(self) -> bool:
        """Replace all keys; False when it was told to stop. Raises RotationStuck, RotationRuns, KeysUnusable, OSError."""
        steps = {
            RotationStep.KNOWN: self._begin_sealing,
            RotationStep.SEALING: self._seal,
            RotationStep.INDEXING: self._index,
            RotationStep.CLEARING: self._clear,
        }
        with _alone(self.path):
            if self._keys().step is None:
                self._tell("keys.replacement-begun")
                self._change(KeySet.begun)
            while (step := self._keys().step) is not None:
                if not self.copied(self._keys()):
                    return False
                self._settle()
                steps[step]()
        return self.copied(self._keys())

    def _begin_sealing(self) -> None:
        """The new keys take over. No checkpoint is signed meanwhile, so the first of the new signer is known.

        It is an earlier one where the file came back from the safe, and the register had gone on with the new keys.
        """
        signer = self._keys().next_signer
        while True:
            with self.opened.write() as session:
                if holds_the_chain(session):
                    first = first_signed_with(session, signer) if signer else last_checkpointed(session) + 1
                    self._change(partial(KeySet.sealing_anew, first_sequence=first))
                    return
            time.sleep(_LOOK_AGAIN)

    def _seal(self) -> None:
        for column in sealed_columns(metadata):
            while left := self._count(partial(old_rows, column=column)):
                self.progress.begin(f"Sealing {column} anew", left)
                broken = self._parts(partial(seal_anew, column=column, limit=_AT_ONCE))
                if broken:
                    raise RotationStuck(
                        f"{len(broken)} rows of {column} do not open, the first is {broken[0]}: they were altered, or sealed"
                        " with a key that is gone. The old keys stay. Find out what they are, then run this again."
                    )
        self._change(KeySet.indexing_anew)

    def _index(self) -> None:
        for table in code_tables(metadata):
            while left := self._count(partial(rows_to_index, table=table)):
                self.progress.begin(f"Indexing {table} anew", left)
                self._parts(partial(index_anew, table=table, limit=_AT_ONCE))
        self._change(KeySet.without_old)

    def _clear(self) -> None:
        for table in code_tables(metadata):
            while left := self._count(partial(rows_with_next_index, table=table)):
                self.progress.begin(f"Clearing {table}", left)
                self._parts(partial(drop_next_index, table=table, limit=_AT_ONCE))
        self._tell("keys.replaced")
        self._change(KeySet.done)

    def _parts(self, part_of: Callable[..., Part]) -> list[UUID]:
        """One pass over a table; the rows that do not open."""
        after: UUID | None = None
        broken: list[UUID] = []
        while True:
            with self._turn(), self.opened.write() as session:
                part = part_of(session, after=after)
            broken += part.broken
            self.progress.advance(part.changed)
            if part.last is None:
                return broken
            after = part.last

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite a writer keeps all others waiting: leave them as much time as was taken."""
        begun = time.monotonic()
        yield
        if self.opened.engine.dialect.name == "sqlite":
            time.sleep(time.monotonic() - begun)

    def _settle(self) -> None:
        """From here on nobody writes any more as before the last change of the file."""
        keys = self._keys()
        if keys.oldest < keys.generation:
            time.sleep(_A_MOMENT)
            self._wait_for_writers(_PATIENCE)
            write_key_set(self.path, keys.fenced())
        self._wait_for_writers(None)

    def _wait_for_writers(self, patience: float | None) -> None:
        with self.opened.write() as session:
            mark = mark_of_writers(session)
        until = time.monotonic() + (patience or 0)
        while patience is None or time.monotonic() < until:
            with self.opened.read() as session:
                if writers_have_ended(session, before=mark):
                    return
            time.sleep(_LOOK_AGAIN)

    def _change(self, step: Callable[[KeySet], KeySet]) -> None:
        write_key_set(self.path, step(self._keys()))

    def _keys(self) -> KeySet:
        return read_key_set(self.path)

    def _count(self, count: Callable[[Session], int]) -> int:
        with self.opened.read() as session:
            return count(session)

    def _tell(self, action: str) -> None:
        """An entry of the ledger: the keys have changed, nobody's record has."""
        actor = system_actor(self.opened.config.municipality.code)
        with self.opened.write() as session:
            record_entry(
                session,
                action=action,
                actor=actor,
                at=self.opened.now(),
                purpose=LegalPurpose.REGISTER_MAINTENANCE,
                facts={"sealing": self._keys().sealing.active},
            )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time: the folder of the file is locked, since the file itself is replaced. Raises RotationRuns."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as runs:
        raise RotationRuns from runs
    finally:
        os.close(folder)
