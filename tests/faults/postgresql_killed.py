"""`postgresql-killed`: every process of the server is killed under 16 clients; what was told stays, what was not is found out.

Every other time the network goes first, some times: what is committed then is committed, and nobody is told. The server is
started again at once. Each client goes on by itself: its connections are found dead, and every outcome that it
was not told is resolved by its key (`town_clients`).
"""

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from registry_core.codes import pool_level
from registry_core.codes.change_request import CodeChangeRequest
from registry_core.storage.engine import read, write
from tests.databases import PostgresqlTemplate, Template
from tests.faults.broken_database import drop_unique
from tests.faults.own_postgresql import OwnServer
from tests.faults.planted import UNIQUE_DROPPED
from tests.faults.town import TOWN, broken_in, enter_residents, fill_pool, opened
from tests.faults.town_clients import CLIENTS, THREADS, Log, Signals, run_clients
from tests.faults.verdict import Verdict, along, plant_each, say

ROUNDS, KILLS_A_ROUND = 10, 10
QUICK_ROUNDS, QUICK_KILLS_A_ROUND = 1, 5
CONTROL_ROUNDS, CONTROL_KILLS = 20, 4
CONTROLS = ["commit-not-waited-for", "key-forgotten", "approved-again"]
_PEOPLE_A_CLIENT = 2
_STOCK = 400  # codes, at every kill
_CUTS, _CUT_FOR = (
    3,
    0.1,
)  # how often all connections break before every second kill; seconds, at most, from one to the next
_LONGEST_WORK = 0.5  # seconds of work between two kills
_PATIENCE = 60  # seconds until all clients are back
_BACK_WITHIN = 3.0  # seconds nobody is served, at the 95th percentile: told beside the figure; no clock fails a build


@dataclass
class Killed:
    """What happened in rounds of kills."""

    kills: int = 0
    processes: int = 0
    log: Log = field(default_factory=Log)
    back: list[float] = field(default_factory=list)
    all_back: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """Seconds from a kill until the first client, and until the last, was told something again."""
        return {
            "clients": CLIENTS,
            "processes_killed": self.processes,
            "acknowledged": len(self.log.approved) + len(self.log.asked),
            "unknown_outcomes": self.log.unknown,
            "of_these_done_before": self.log.done_before,
            "back_p95_seconds": _p95(self.back),
            "back_p95_limit": _BACK_WITHIN,
            "all_back_p95_seconds": _p95(self.all_back),
        }


def postgresql_killed(server: OwnServer, template: PostgresqlTemplate, keys_file: Path, *, quick: bool) -> Verdict:
    """Kills under our code, then under builds with a fault, until it shows."""
    verdict = Verdict("postgresql-killed")
    field = _Field(server, template, keys_file)
    rounds, kills = (QUICK_ROUNDS, QUICK_KILLS_A_ROUND) if quick else (ROUNDS, KILLS_A_ROUND)
    killed = field.rounds(rounds, kills)
    verdict.attempts, verdict.faults, verdict.figures = killed.kills, killed.faults, killed.figures()
    say(f"  {verdict.name}: {verdict.figures}, {len(verdict.faults)} faults")
    plant_each(verdict, CONTROLS, lambda name: field.rounds(CONTROL_ROUNDS, CONTROL_KILLS, planted=name).faults)
    return verdict


class _Field:
    """A server, and registers on it."""

    def __init__(self, server: OwnServer, template: Template, keys_file: Path) -> None:
        self.server, self.template, self.keys_file = server, template, keys_file
        self.rng = Random(20260401)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.faults.race_runner", "tests.faults.town_clients"])

    def rounds(self, rounds: int, kills: int, *, planted: str | None = None) -> Killed:
        """So many rounds of so many kills, each round on a register of its own; with a fault planted only until it shows."""
        killed = Killed()
        for _ in along(range(rounds), of=rounds, what="rounds of kills"):
            self.round(killed, kills, planted)
            if planted and killed.faults:
                break
        return killed

    def round(self, killed: Killed, kills: int, planted: str | None) -> None:
        url = self.template.fresh()
        try:
            with opened(url, self.keys_file) as (engine, ring):
                with write(engine, ring) as session:
                    fill_pool(session, _STOCK)
                    people = enter_residents(session, CLIENTS * _PEOPLE_A_CLIENT)
                if planted in UNIQUE_DROPPED:
                    drop_unique(url, *UNIQUE_DROPPED[planted])
                log = Log()
                with self.clients(url, people, log, planted) as signals:
                    for number in range(kills):
                        self.kill(killed, signals, cuts=number % 2 * _CUTS)
                        with write(engine, ring) as session:
                            fill_pool(session, _STOCK - pool_level(session, municipality_code=TOWN).left)
                killed.log.add(log)
                killed.faults += [*log.faults, *_asked_and_lost(engine, ring, log)]
                killed.faults += broken_in(engine, ring, acknowledged=log.approved)
        finally:
            self.template.dispose(url)

    @contextmanager
    def clients(self, url: str, people: list, log: Log, planted: str | None) -> Iterator[Signals]:
        """All clients at work while the block runs; at its end their logs are added up."""
        alive, stopped = self.context.Array("d", CLIENTS, lock=False), self.context.Event()
        signals = Signals(alive, stopped, self.context.Value("i", 0, lock=False))
        ends, children = [], []
        for first in range(0, CLIENTS, THREADS):
            ours, answers = self.context.Pipe(duplex=False)
            theirs = {number: people[number::CLIENTS] for number in range(first, first + THREADS)}
            arguments = (url, self.keys_file, theirs, signals, answers, planted)
            children.append(self.context.Process(target=run_clients, args=arguments, daemon=True))
            children[-1].start()
            answers.close()
            ends.append(ours)
        try:
            yield signals
            stopped.set()
            for end in ends:
                log.add(end.recv())
        finally:
            for child in children:
                child.kill() if not stopped.is_set() else child.join()

    def kill(self, killed: Killed, signals: Signals, *, cuts: int) -> None:
        alive = signals.alive
        self.wait_until(alive, all, since=time.monotonic())
        time.sleep(self.rng.uniform(0, _LONGEST_WORK))
        for _ in range(cuts):
            signals.cuts.value += 1
            time.sleep(self.rng.uniform(0, _CUT_FOR))
        began = time.monotonic()
        killed.processes += self.server.kill()
        gone = time.monotonic()
        self.server.start()
        killed.back.append(self.wait_until(alive, any, since=gone) - began)
        killed.all_back.append(self.wait_until(alive, all, since=gone) - began)
        killed.kills += 1
        self.server.wait_until_it_answers()  # where a planted fault has made every client give up, nobody has waited for it

    def wait_until(self, alive: Any, enough: Any, *, since: float) -> float:
        """The moment at which enough clients (any, all) had been told something since a moment."""
        deadline = time.monotonic() + _PATIENCE
        while not enough(moment > since for moment in alive):
            if time.monotonic() > deadline:
                silent = sum(moment <= since for moment in alive)
                raise RuntimeError(f"{silent} clients do not come back; the server: {self.server.last_words()}")
            time.sleep(0.005)
        return min(moment for moment in alive if moment > since) if enough is any else max(alive)


def _asked_and_lost(engine, ring, log: Log) -> list[str]:
    """Each key has the one request that its client was told of."""
    query = select(CodeChangeRequest.record_id, CodeChangeRequest.idempotency_key, CodeChangeRequest.id)
    there: dict[tuple, list] = {}
    with read(engine, ring) as session:
        for record_id, key, request_id in session.execute(query):
            there.setdefault((record_id, key), []).append(request_id)
    return [
        f"I6 key {key[1]}: its client was told of {told}, there are {there.get(key, [])}"
        for key, told in log.asked.items()
        if there.get(key) != [told]
    ]


def _p95(seconds: list[float]) -> float:
    return round(statistics.quantiles(seconds, n=20, method="inclusive")[-1], 2) if len(seconds) > 1 else 0.0
