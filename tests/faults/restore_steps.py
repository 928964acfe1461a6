"""How a drill backs up and restores: by the commands, as an operator does, or in this process, where faults are planted."""

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self

from portal.config import PROJECT_ROOT
from portal.tables import TRANSIENT
from registry_core.remaking import back_up, check_backup, known_heads, restore
from tests.faults.log_watch import keep_words
from tests.faults.town import opened
from tests.peak_memory import watched
from tests.registry_core.people import CITY, SYSTEM

_MOST_TURNS = 15


class Steps(Protocol):
    """Both ways."""

    figures: dict[str, object]

    def backs_up(self, file: Path, meanwhile: Callable[[], None]) -> int:
        """Make it, while somebody works; how many rows it says it has."""

    def restores(self, file: Path, holder: bytes, *, margin: int) -> dict[str, object]:
        """What is told."""


class Writer:
    """Somebody who works while the backup is made: a thread, and whoever is asked to take a turn."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.work, self.turns = work, 0
        self.lock, self.stopped = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self._go_on, name="somebody works")

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_whatever: object) -> None:
        self.stopped.set()
        self.thread.join()

    def takes_a_turn(self) -> None:
        with self.lock:
            if self.turns < _MOST_TURNS:
                self.work()
                self.turns += 1

    def _go_on(self) -> None:
        while not self.stopped.wait(0.1):
            self.takes_a_turn()


class ByCommand:
    """`portal backup` and `portal restore`, each a process of its own, watched for its time and memory."""

    def __init__(self, url: str, empty: str, keys_file: Path, folder: Path) -> None:
        self.url, self.empty, self.folder = url, empty, folder
        self.figures: dict[str, object] = {}
        secret = folder / "secret-key"
        secret.write_bytes(b"known to the tests alone " * 2)
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT_ROOT),
            "PORTAL_ENV": "demo",
            "PORTAL_BASE_URL": "http://127.0.0.1:8000",
            "PORTAL_DATA_KEYS_FILE": str(keys_file),
            "PORTAL_SECRET_KEY_FILE": str(secret),
        }

    def backs_up(self, file: Path, meanwhile: Callable[[], None]) -> int:
        told = self._types("backup", self.url, "backup", str(file), "--json")
        self.figures["backup_bytes"] = told["bytes"]
        return told["rows"]

    def restores(self, file: Path, holder: bytes, *, margin: int) -> dict[str, object]:
        kept = self.folder / "holder.jsonl"
        kept.write_bytes(holder)
        self._types("check", self.empty, "restore", "--check", str(file), "--json")
        options = ("--checkpoint", str(kept), "--margin", str(margin), "--json")
        return self._types("restore", self.empty, "restore", str(file), *options)

    def _types(self, what: str, url: str, *words: str) -> dict[str, object]:
        began = time.monotonic()
        ended, peak = watched(*words, environment=self.environment | {"PORTAL_DATABASE_URL": url})
        self.figures[f"{what}_seconds"] = round(time.monotonic() - began, 1)
        keep_words(ended.stdout + ended.stderr)
        if ended.returncode:
            raise RuntimeError(f"portal {words[0]} ended with {ended.returncode}: {ended.stderr[:300]}")
        self.figures[f"{what}_peak_mb"] = peak
        return json.loads(ended.stdout)


class InProcess:
    """The functions behind the commands."""

    def __init__(self, url: str, empty: str, keys_file: Path, _folder: Path) -> None:
        self.url, self.empty, self.keys_file = url, empty, keys_file
        self.figures: dict[str, object] = {}

    def backs_up(self, file: Path, meanwhile: Callable[[], None]) -> int:
        with opened(self.url, self.keys_file) as (engine, ring), file.open("wb") as target:
            made = back_up(
                engine,
                ring,
                target,
                municipality_code=CITY,
                leave_out=TRANSIENT,
                at=datetime.now(UTC),
                progress=lambda _done, _of: meanwhile(),
            )
        return sum(made.rows.values())

    def restores(self, file: Path, holder: bytes, *, margin: int) -> dict[str, object]:
        with opened(self.empty, self.keys_file) as (engine, ring), file.open("rb") as source:
            check_backup(source, ring, municipality_code=CITY)
            known = known_heads(holder.splitlines(), ring).believed
            report = restore(
                engine,
                ring,
                source,
                known=known,
                known_position=0,
                margin=margin,
                actor=SYSTEM,
                at=datetime.now(UTC),
                closing=lambda _session: None,
            )
        return {"lost_entries": report.lost_entries, "burned": report.burned}
