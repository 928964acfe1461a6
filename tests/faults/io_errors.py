"""`io-errors-sqlite`: the disk fails at any call of an approval: a clean error, an approval whole or absent, and the next works.

EIO at one call: the medium failed once. ENOSPC from one call on: the disk is full until somebody makes room. "Clean" is the
error that the web answers with its page 503 in the reader's language (`portal/web/error_pages.py`).
"""

import multiprocessing
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from registry_core.storage.engine import open_engine, write
from registry_core.storage.keys import read_keyring
from tests.faults.injection import Fault, injected
from tests.faults.io_child import ALREADY, APPROVE, CHECKPOINT_EVERY, CLEAN, CLOSE, DONE, serve
from tests.faults.town import broken_in, fill_pool, opened, ready_requests
from tests.faults.verdict import Verdict, along, plant_each, say

CONTROLS = ["commit-in-the-middle", "error-swallowed", "connection-kept"]
_CALLS = {
    "pwrite64": ("EIO", "ENOSPC"),
    "pread64": ("EIO",),
    "fdatasync": ("EIO", "ENOSPC"),
    "openat": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
}
_PROCESSES = 2
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_OFTEN, _SELDOM = 10, 1000  # pages between checkpoints: within the approval's own commit, or only when all is closed


@dataclass(frozen=True)
class Family:
    """One kind of fault, at the first call, the second, and so on, of one step."""

    call: str
    error: str
    step: str

    def fault(self, number: int) -> Fault:
        return Fault(self.call, self.error, number, lasting=self.error == "ENOSPC")

    def __str__(self) -> str:
        return f"{self.call} {self.error} {self.step}"


@dataclass(frozen=True)
class Ready:
    """A register that is copied for every trial, and the request that waits in it."""

    database: Path
    request_id: UUID
    keys_file: Path


@dataclass
class Told:
    """Of one family: at how many calls it was tried, and what was wrong."""

    family: Family
    calls: int = 0
    clean: int = 0
    faults: list[str] = field(default_factory=list)


FAMILIES = [
    Family(call, error, step) for call, errors in _CALLS.items() for error in errors for step in (APPROVE, CLOSE)
]


def io_errors_on_sqlite(keys_file: Path, folder: Path) -> Verdict:
    """Every call of an approval of our code, then of builds with a fault, until it shows."""
    verdict = Verdict("io-errors-sqlite")
    ready = _ready(folder, keys_file)
    told = _tried(ready, FAMILIES, None)
    verdict.faults = [fault for each in told for fault in each.faults]
    verdict.attempts = sum(each.calls for each in told)
    verdict.figures = {
        "clean_errors": sum(each.clean for each in told),
        "calls": {str(each.family): each.calls for each in told if each.calls},
    }
    say(f"  {verdict.name}: {verdict.attempts} calls failed, {len(verdict.faults)} faults")

    def find(name: str) -> list[str]:
        families = [Family(call, "EIO", APPROVE) for call in ("fdatasync", "openat")]
        return [fault for each in _tried(ready, families, name) for fault in each.faults]

    plant_each(verdict, CONTROLS, find)
    return verdict


def _ready(folder: Path, keys_file: Path) -> Ready:
    from tests.databases import migrated

    database = folder / "io-errors.sqlite3"
    url = f"sqlite:///{database}"
    migrated(url)
    with opened(url, keys_file) as (engine, ring), write(engine, ring) as session:
        fill_pool(session, 5)
        (request_id,) = ready_requests(session, 1)
    return Ready(database, request_id, keys_file)


def _tried(ready: Ready, families: list[Family], planted: str | None) -> list[Told]:
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(_PROCESSES, mp_context=context) as pool:
        told = pool.map(_family, repeat(ready), families, repeat(planted))
        return list(along(told, of=len(families), what="kinds of failing calls"))


def _family(ready: Ready, family: Family, planted: str | None) -> Told:
    told = Told(family)
    with _bench(ready, planted) as bench:
        for number in count(1):
            happened, ended, faults = bench.trial(family, family.fault(number))
            if not happened:
                break
            told.calls += 1
            told.clean += ended == CLEAN
            told.faults += [f"{family.fault(number)} of {family.step}: {fault}" for fault in faults]
            if planted and told.faults:
                break
    return told


def _not_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """Who looks at a copy has nothing to lose."""
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def _bench(ready: Ready, planted: str | None) -> Iterator["_Bench"]:
    ours, theirs = multiprocessing.Pipe()
    with TemporaryDirectory(prefix="faults-io-") as name:
        folder = Path(name).resolve()
        url = f"sqlite:///{folder / 'register.sqlite3'}"
        context = multiprocessing.get_context("fork")
        child = context.Process(target=serve, args=(url, ready.keys_file, theirs, planted))
        child.start()
        bench = _Bench(ready, folder, child.pid, ours)
        try:
            yield bench
        finally:
            ours.send(None)
            child.join()
            bench.restarted.dispose()


class _Bench:
    """A process that approves in a register of its own, and somebody who looks at what is on the disk."""

    def __init__(self, ready: Ready, folder: Path, process: int, orders: Any) -> None:
        self.ready, self.process, self.orders = ready, process, orders
        self.database, self.copy, self.log = folder / "register.sqlite3", folder / "copy.sqlite3", folder / "log"
        self.restarted, self.ring = open_engine(f"sqlite:///{self.copy}"), read_keyring(ready.keys_file)
        event.listen(self.restarted, "connect", _not_waiting_for_the_disk)

    def trial(self, family: Family, fault: Fault) -> tuple[bool, str, list[str]]:
        """(whether the fault was met, how the step ended, what was wrong)."""
        request, faults = self.ready.request_id, []
        self.begin_anew(_OFTEN if family.step == APPROVE else _SELDOM)
        if family.step == CLOSE:
            self.asked(APPROVE, request)
        files = [Path(f"{self.database}{suffix}") for suffix in _SUFFIXES]
        with injected(fault, into=self.process, log=self.log, files=files) as injection:
            ended = self.asked(family.step, request)
        if not injection.happened:
            self.asked(CLOSE)
            return False, ended, []
        if ended not in {DONE, CLEAN}:
            faults.append(ended)
        acknowledged = {request} if DONE in {ended, family.step == CLOSE and DONE} else set()
        faults += [f"after a restart: {each}" for each in self.broken(acknowledged)]
        again = self.asked(APPROVE, request)
        if again not in ({ALREADY} if acknowledged else {DONE, ALREADY}):
            faults.append(f"the next try: {again}")
        self.asked(CLOSE)
        faults += [f"after the next try: {each}" for each in self.broken({request})]
        return True, ended, faults

    def begin_anew(self, pages: int) -> None:
        for suffix in _SUFFIXES:
            Path(f"{self.database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self.ready.database, self.database)
        self.asked(CHECKPOINT_EVERY, pages)

    def asked(self, order: str, argument: object = None) -> str:
        self.orders.send((order, argument))
        return self.orders.recv()

    def broken(self, acknowledged: set[UUID]) -> list[str]:
        """What is wrong in a copy of the files, opened as after a restart: without the memory that its processes shared."""
        for suffix in _SUFFIXES:
            there, here = Path(f"{self.database}{suffix}"), Path(f"{self.copy}{suffix}")
            here.unlink(missing_ok=True)
            if there.exists() and suffix != "-shm":
                shutil.copyfile(there, here)
        try:
            with self.restarted.connect() as connection:
                answers = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            corrupt = [f"corrupt: {answer}" for answer in answers if answer != "ok"]
            return corrupt or broken_in(self.restarted, self.ring, acknowledged=acknowledged)
        except DBAPIError as broke:
            return [f"corrupt: {broke.orig}"]
        finally:
            self.restarted.dispose()
