"""`crash-states`: the power fails at any moment of approvals on SQLite; the disk is never corrupt, nothing told is lost.

The system calls of a program that approves are recorded, then replayed up to any moment; of what was not yet synced then, some
is dropped and some torn (`disk`). What is left is opened as after a restart.
"""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry_core.storage.engine import open_engine, write
from registry_core.storage.keys import read_keyring
from tests.databases import SqliteTemplate
from tests.faults.disk import Disk
from tests.faults.system_calls import Call, Synced, Written, record
from tests.faults.town import broken_in, fill_pool, opened, ready_requests
from tests.faults.verdict import Verdict, along, plant_each, say

STATES, QUICK_STATES, CONTROL_STATES = 5000, 600, 600
APPROVALS, QUICK_APPROVALS = 25, 15
CONTROLS = ["synchronous-normal", "synchronous-off", "acknowledged-before-the-commit", "slip-in-another-transaction"]
_CORRUPTS = "synchronous-off"  # it has to lose not only what was told, but the database itself
_PROCESSES = 2
_TRIES = 3  # drawn states for each that is wanted, at most: two draws may give the same disk
_RAM = Path("/dev/shm")
_SEED = 20260401


@dataclass(frozen=True)
class Recording:
    """A disk as it was, and what was done to it; the acknowledgements stand between the calls."""

    database: str
    told: str
    files: dict[str, bytes]
    calls: list[Call]
    keys_file: Path


@dataclass(frozen=True)
class Found:
    """One state: which, and what is wrong with it."""

    digest: bytes
    corrupt: bool
    faults: list[str] = field(default_factory=list)


def crash_states(template: SqliteTemplate, keys_file: Path, *, quick: bool) -> Verdict:
    """States of our code's disk, then of builds that do not wait for the disk, or tell too early."""
    verdict = Verdict("crash-states")
    ready = template.derived(lambda url: _make_ready(url, keys_file, QUICK_APPROVALS if quick else APPROVALS))
    recording = _recorded(ready, keys_file, None)
    found = _looked_at(recording, QUICK_STATES if quick else STATES)
    verdict.faults = list(dict.fromkeys(chain.from_iterable(each.faults for each in found)))
    verdict.attempts = len(found)
    verdict.figures = _figures(recording)
    say(f"  {verdict.name}: {verdict.attempts} states of {verdict.figures}, {len(verdict.faults)} faults")

    def find(name: str) -> list[str]:
        recorded = _recorded(ready, keys_file, name)
        until = _is_found if name != _CORRUPTS else _is_corrupt
        states = _looked_at(recorded, CONTROL_STATES, until=until if quick else None)
        bad = [each for each in states if each.faults]
        told = {"states": len(states), "bad": len(bad), "corrupt": sum(each.corrupt for each in bad)}
        verdict.figures |= {} if quick else {name: told}
        return [fault for each in bad if name != _CORRUPTS or each.corrupt for fault in each.faults]

    plant_each(verdict, CONTROLS, find)
    return verdict


def _make_ready(url: str, keys_file: Path, approvals: int) -> None:
    with opened(url, keys_file) as (engine, ring), write(engine, ring) as session:
        fill_pool(session, approvals + 5)
        ready_requests(session, approvals)


def _recorded(ready: SqliteTemplate, keys_file: Path, planted: str | None) -> Recording:
    with TemporaryDirectory(prefix="faults-crash-") as name:
        folder = Path(name).resolve()
        (folder / "disk").mkdir()
        database, told = folder / "disk" / "register.sqlite3", folder / "told"
        database.write_bytes(ready.path.read_bytes())
        files = {str(database): database.read_bytes()}
        arguments = [f"sqlite:///{database}", str(keys_file), str(told), planted or ""]
        calls = record("tests.faults.crash_child", arguments, folder / "log", below=folder)
        return Recording(str(database), str(told), files, calls, keys_file)


def _figures(recording: Recording) -> dict[str, object]:
    calls = recording.calls
    checkpoints = sum(isinstance(call, Synced) and call.path == recording.database for call in calls)
    return {"calls": len(calls), "acknowledged": len(_told(recording, len(calls))), "checkpoints": checkpoints}


def _told(recording: Recording, moment: int) -> set[UUID]:
    """Whose approval had been told at a moment."""
    calls = recording.calls[:moment]
    words = b"".join(call.data for call in calls if isinstance(call, Written) and call.path == recording.told)
    return {UUID(line.decode()) for line in words.splitlines()}


# ---------------------------------------------------------------- looking at states


def _digest(state: dict[str, bytes]) -> bytes:
    digest = hashlib.sha256()
    for path, content in sorted(state.items()):
        digest.update(f"{path}:{len(content)}:".encode())
        digest.update(content)
    return digest.digest()


def _is_found(state: Found) -> bool:
    return bool(state.faults)


def _is_corrupt(state: Found) -> bool:
    return state.corrupt


def _looked_at(recording: Recording, wanted: int, *, until: Callable[[Found], bool] | None = None) -> list[Found]:
    """As many different states as wanted, at moments spread over the whole recording."""
    seen: dict[bytes, Found] = {}
    context = multiprocessing.get_context("fork")
    with (
        TemporaryDirectory(prefix="faults-states-", dir=_RAM if _RAM.is_dir() else None) as folder,
        context.Pool(_PROCESSES, _Looker.begin, (recording, folder)) as pool,
    ):
        found = pool.imap_unordered(_Looker.look, _moments(len(recording.calls), wanted), chunksize=4)
        for each in along(found, of=wanted, what="states of the disk"):
            seen.setdefault(each.digest, each)
            if len(seen) == wanted or (until and until(each)):
                break
    return list(seen.values())


def _moments(calls: int, wanted: int) -> Iterator[tuple[int, int]]:
    """(after how many calls, seed), in order of time within each pass."""
    for turn in range(_TRIES):
        for number in range(wanted):
            yield round(number * calls / wanted), _SEED + turn * wanted + number


class _Looker:
    """In a process of its own: keeps the disk of the moment and goes on with it."""

    here: "_Looker"

    def __init__(self, recording: Recording, folder: str) -> None:
        self.recording = recording
        self.database = Path(folder) / f"{multiprocessing.current_process().pid}.sqlite3"
        self.engine, self.ring = open_engine(f"sqlite:///{self.database}"), read_keyring(recording.keys_file)
        self.seen: set[bytes] = set()
        self.rewind()

    @classmethod
    def begin(cls, recording: Recording, folder: str) -> None:
        cls.here = cls(recording, folder)

    @staticmethod
    def look(moment: tuple[int, int]) -> Found:
        return _Looker.here.state_at(*moment)

    def rewind(self) -> None:
        self.done, self.disk = 0, Disk(str(Path(self.recording.database).parent), self.recording.files)

    def state_at(self, moment: int, seed: int) -> Found:
        if moment < self.done:
            self.rewind()
        for call in self.recording.calls[self.done : moment]:
            if call.path.startswith(self.disk.folder):
                self.disk.do(call)
        self.done = moment
        state = self.disk.after_a_crash(Random(seed))
        digest = _digest(state)
        if digest in self.seen:
            return Found(digest, corrupt=False)
        self.seen.add(digest)
        return self._restarted(state, digest, _told(self.recording, moment))

    def _restarted(self, state: dict[str, bytes], digest: bytes, told: set[UUID]) -> Found:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path = Path(f"{self.database}{suffix}")
            path.unlink(missing_ok=True)
            if f"{self.recording.database}{suffix}" in state:
                path.write_bytes(state[f"{self.recording.database}{suffix}"])
        try:
            with self.engine.connect() as connection:
                answers = connection.execute(text("PRAGMA integrity_check")).scalars().all()
            corrupt = [f"corrupt: {answer}" for answer in answers if answer != "ok"]
            return Found(digest, bool(corrupt), corrupt or broken_in(self.engine, self.ring, acknowledged=told))
        except DBAPIError as broke:
            return Found(digest, corrupt=True, faults=[f"corrupt: {broke.orig}"])
        finally:
            self.engine.dispose()
