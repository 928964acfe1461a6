"""A crowd at many requests: 64 workers press "approve" a hundred times on each; one wins, all others are told who and when."""

import multiprocessing
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from registry_core.codes import approve_code_change
from registry_core.storage.engine import write
from registry_core.values.errors import RequestAlreadyDecided
from tests.faults.log_watch import listen, log_broke
from tests.faults.planted import plant
from tests.faults.town import clerk, opened

PROCESSES, THREADS = 4, 16
WORKERS = PROCESSES * THREADS
ATTEMPTS_EACH = 100  # on one request; the first 36 workers press twice


@dataclass
class Ends:
    """How the attempts at one request ended: who won, and what the others were told."""

    won: list[tuple[str, datetime]] = field(default_factory=list)
    told: set[tuple[str | None, datetime | None]] = field(default_factory=set)
    broke: set[str] = field(default_factory=set)
    attempts: int = 0

    def add(self, other: "Ends") -> None:
        self.won += other.won
        self.told |= other.told
        self.broke |= other.broke
        self.attempts += other.attempts

    def faults(self) -> list[str]:
        """What is wrong: each request has one winner, and one truth about it."""
        faults = [f"an attempt broke: {each}" for each in self.broke]
        if len(self.won) != 1:
            faults.append(f"{len(self.won)} winners")
        elif self.told - set(self.won):
            faults.append("a loser was told of somebody who has not won")
        if self.attempts != ATTEMPTS_EACH:
            faults.append(f"{self.attempts} attempts, and not {ATTEMPTS_EACH}")
        return faults


def crowd_at(url: str, keys_file: Path, requests: list[UUID], *, planted: str | None = None) -> tuple[int, list[str]]:
    """(attempts, faults) of all workers at all requests, in one order."""
    context = multiprocessing.get_context("forkserver")
    ends, children = [], []
    for process in range(PROCESSES):
        ours, theirs = context.Pipe(duplex=False)
        arguments = (url, keys_file, requests, process * THREADS, theirs, planted)
        children.append(context.Process(target=_press, args=arguments, daemon=True))
        children[-1].start()
        theirs.close()
        ends.append(ours)
    all_ends = {request_id: Ends() for request_id in requests}
    for end in ends:
        for request_id, each in end.recv().items():
            all_ends[request_id].add(each)
    for child in children:
        child.join()
    faults = [f"crowd: {fault}" for each in all_ends.values() for fault in each.faults()]
    return sum(each.attempts for each in all_ends.values()), faults


def _press(url: str, keys_file: Path, requests: list[UUID], first: int, answers: Any, planted: str | None) -> None:
    listen()
    plant(planted)
    results: list[dict[UUID, Ends]] = [{} for _ in range(THREADS)]
    with opened(url, keys_file) as (engine, ring):

        def walk(number: int) -> None:
            worker = first + number
            presses = 2 if worker < ATTEMPTS_EACH - WORKERS else 1
            for request_id in requests:
                ends = results[number][request_id] = Ends()
                for _ in range(presses):
                    _press_once(lambda: write(engine, ring), request_id, worker, ends)

        threads = [threading.Thread(target=walk, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    together = {request_id: Ends() for request_id in requests}
    for result in results:
        for request_id, each in result.items():
            together[request_id].add(each)
    answers.send(together)
    answers.close()


def _press_once(transaction: Any, request_id: UUID, worker: int, ends: Ends) -> None:
    at, actor = datetime.now(UTC), clerk(1 + worker)
    ends.attempts += 1
    try:
        with transaction() as session:
            approve_code_change(session, request_id=request_id, actor=actor, at=at)
    except RequestAlreadyDecided as refused:
        ends.told.add((refused.facts["by"], refused.facts["at"]))
    except Exception as broke:
        log_broke(broke)
        ends.broke.add(f"{type(broke).__name__}: {str(broke).splitlines()[0][:160]}")
    else:
        ends.won.append((actor.name, at))
