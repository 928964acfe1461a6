"""`kills-sqlite`, `kills-postgresql`: kill -9 in the middle of approvals; what was acknowledged stays, the rest never half.

The process that approves is killed. On PostgreSQL every tenth time it is the server's process behind it instead: the server
then throws away what it had in memory, and recovers from its log.
"""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.storage.engine import read, write
from tests.databases import Template, copy_of
from tests.faults.kill_child import approve_until_killed
from tests.faults.town import broken_in, fill_pool, opened, ready_requests
from tests.faults.verdict import Verdict, along, plant_each, say

KILLS, QUICK_KILLS, CONTROL_KILLS = 10_000, 30, 150
_KILLS_A_FIELD = 100  # then a new register: what is looked at after each kill stays small
CONTROLS = ["slip-in-another-transaction", "acknowledged-before-the-commit", "ledger-skipped"]
_LONGEST_LIFE = 3  # approvals, from when all is warm
_SERVER_EVERY, _LEDGER_EVERY = 10, 25
_LOW, _STOCK = 40, 80
_PATIENCE = 60  # seconds for a child to begin, or a server to come back


def kills_on(backend: str, template: Template, keys_file: Path, *, quick: bool) -> Verdict:
    """Kills of our code, then of builds with a fault, until it shows."""
    verdict = Verdict(f"kills-{backend}")
    servers = _SERVER_EVERY if backend == "postgresql" else 0
    kills = QUICK_KILLS if quick else KILLS
    parts = [min(_KILLS_A_FIELD, kills - done) for done in range(0, kills, _KILLS_A_FIELD)]
    figures: Counter[str] = Counter()
    for part in along(parts, of=len(parts), what="registers with kills"):
        with _battlefield(template, keys_file) as field:
            verdict.faults += field.kill(part, servers_every=servers)
            verdict.attempts += field.kills
            figures.update(field.figures())
    verdict.figures = dict(figures)
    say(f"  {verdict.name}: {verdict.figures}, {len(verdict.faults)} faults")

    def find(name: str) -> list[str]:
        every = 1 if name == "commit-not-waited-for" else 0
        with _battlefield(template, keys_file, planted=name) as field:
            return field.kill(CONTROL_KILLS, servers_every=every, until_found=True)

    plant_each(verdict, [*CONTROLS, "commit-not-waited-for"] if servers else CONTROLS, find)
    return verdict


@contextmanager
def _battlefield(template: Template, keys_file: Path, planted: str | None = None) -> Iterator["_Battlefield"]:
    with copy_of(template) as url, TemporaryDirectory() as folder, opened(url, keys_file) as (engine, ring):
        field = _Battlefield(url, keys_file, Path(folder) / "acknowledged", planted)
        field.engine, field.ring = engine, ring
        yield field


class _Battlefield:
    """One register, and the process that approves in it and dies."""

    def __init__(self, url: str, keys_file: Path, told: Path, planted: str | None) -> None:
        self.url, self.keys_file, self.told, self.planted = url, keys_file, told, planted
        self.told.touch()
        self.kills = self.servers_killed = self.cut = 0
        self.rng = Random(20260401)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.faults.race_runner", "tests.faults.kill_child"])

    def kill(self, kills: int, *, servers_every: int, until_found: bool = False) -> list[str]:
        """Kill so many times; what was broken after any of them."""
        found: dict[str, None] = {}
        for number in range(1, kills + 1):
            self.stock_up()
            server_too = servers_every > 0 and number % servers_every == 0
            found |= dict.fromkeys(self.one_life(kill_server=server_too))
            self.kills += 1
            whole = number % _LEDGER_EVERY == 0 or number == kills
            found |= dict.fromkeys(broken_in(self.engine, self.ring, acknowledged=self.acknowledged(), seal=whole))
            if found and until_found:
                break
        return list(found)

    def one_life(self, *, kill_server: bool) -> list[str]:
        """Let a process begin, and kill it; what it broke by itself before that."""
        ours, theirs = self.context.Pipe(duplex=False)
        arguments = (self.url, self.keys_file, self.told, theirs, self.planted)
        before = len(self.acknowledged()), self.count(RequestStatus.APPROVED)
        child = self.context.Process(target=approve_until_killed, args=arguments, daemon=True)
        child.start()
        theirs.close()
        try:
            if not ours.poll(_PATIENCE):
                raise RuntimeError("the approving process does not begin")
            first_words = ours.recv()
            if isinstance(first_words, str):
                return [first_words]
            server_process, approval_seconds = first_words
            time.sleep(self.rng.uniform(0, _LONGEST_LIFE * approval_seconds))
            if kill_server:
                os.kill(server_process, signal.SIGKILL)
                self.servers_killed += 1
                child.join(_PATIENCE)
            child.kill()
            return [word for word in _left_in(ours) if isinstance(word, str)]
        finally:
            child.kill()
            child.join()
            ours.close()
            self.after_a_life(*before)

    def after_a_life(self, acknowledged: int, approved: int) -> None:
        self.wait_for_the_database()
        unanswered = (self.count(RequestStatus.APPROVED) - approved) - (len(self.acknowledged()) - acknowledged)
        self.cut += unanswered > 0

    def stock_up(self) -> None:
        """Enough requests that wait, and codes for them."""
        if self.count(RequestStatus.IDENTITY_CHECKED) < _LOW:
            with write(self.engine, self.ring) as session:
                fill_pool(session, _STOCK)
                ready_requests(session, _STOCK)

    def acknowledged(self) -> set[UUID]:
        """The requests whose approval was told; the last line may be cut off."""
        lines = self.told.read_bytes().split(b"\n")[:-1]
        return {UUID(line.decode()) for line in lines}

    def count(self, status: RequestStatus) -> int:
        query = select(func.count()).select_from(CodeChangeRequest).where(CodeChangeRequest.status == status)
        with read(self.engine, self.ring) as session:
            return session.scalar(query) or 0

    def wait_for_the_database(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with self.engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return

    def figures(self) -> dict[str, int]:
        """How much happened: a run in which nobody was cut off shows nothing."""
        told = {"acknowledged": len(self.acknowledged()), "approved_but_unanswered": self.cut}
        return told | ({"servers_killed": self.servers_killed} if self.servers_killed else {})


def _left_in(pipe: Connection) -> Iterator[object]:
    """What was sent and not yet read, to the end."""
    try:
        while pipe.poll(_PATIENCE):
            yield pipe.recv()
    except (EOFError, ConnectionError):
        return
