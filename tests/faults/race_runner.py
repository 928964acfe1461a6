"""Runs races: several processes with threads, all at the same request in the same moment."""

import multiprocessing
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from registry_core.codes import (
    DeclineReason,
    approve_code_change,
    decline_code_change,
    erase_resident,
    release_request,
    request_code_change,
    take_request,
    withdraw_request,
)
from registry_core.register import correct_record
from registry_core.storage.engine import write
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import RegistryError
from tests.faults.log_watch import listen, log_broke
from tests.faults.planted import plant
from tests.faults.town import clerk, opened, resident

PROCESSES, THREADS = 4, 2
RUNNERS = PROCESSES * THREADS
_LONGEST = 90  # seconds a runner waits for the others


@dataclass(frozen=True)
class Attempt:
    """What one runner does in one round. `number` is its person, or its idempotency key."""

    what: str
    number: int
    record_id: UUID
    request_id: UUID | None = None
    town: str = ""


@dataclass(frozen=True)
class Outcome:
    """How it ended: "done", "refused" (with the refusal's code and facts) or "broke"."""

    attempt: Attempt
    at: datetime
    end: str
    code: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def run_races(
    url: str, keys_file: Path, rounds: list[list[Attempt]], *, planted: str | None = None
) -> list[list[Outcome]]:
    """Every round is run by all runners at once; the outcomes, round by round."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.race_runner"])
    barrier = context.Barrier(RUNNERS)
    ends, children = [], []
    for process in range(PROCESSES):
        ours, theirs = context.Pipe(duplex=False)
        parts = [[attempts[process * THREADS + thread] for attempts in rounds] for thread in range(THREADS)]
        child = context.Process(target=_run, args=(url, keys_file, parts, barrier, theirs, planted), daemon=True)
        child.start()
        theirs.close()
        ends.append(ours)
        children.append(child)
    columns: list[list[Outcome]] = []
    for end in ends:
        columns += end.recv()
    for child in children:
        child.join()
    return [list(row) for row in zip(*columns, strict=True)]


def _run(
    url: str, keys_file: Path, parts: list[list[Attempt]], barrier: Any, answers: Any, planted: str | None
) -> None:
    listen()
    plant(planted)
    results: list[list[Outcome]] = [[] for _ in parts]
    with opened(url, keys_file) as (engine, ring):

        def race(number: int) -> None:
            for attempt in parts[number]:
                barrier.wait(_LONGEST)
                results[number].append(_tried(lambda: write(engine, ring), attempt))

        threads = [threading.Thread(target=race, args=(number,)) for number in range(len(parts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answers.send(results)
    answers.close()


def _tried(transaction: Callable[[], Any], attempt: Attempt) -> Outcome:
    at = datetime.now(UTC)
    try:
        with transaction() as session:
            facts = _DEEDS[attempt.what](session, attempt, at)
    except RegistryError as refusal:
        return Outcome(attempt, at, "refused", refusal.code, refusal.facts)
    except Exception as broke:
        log_broke(broke)
        where = traceback.extract_tb(broke.__traceback__)[-1].name
        return Outcome(attempt, at, "broke", f"{type(broke).__name__} in {where}: {str(broke).splitlines()[0][:160]}")
    return Outcome(attempt, at, "done", facts=facts)


# ---------------------------------------------------------------- what runners do


def _approve(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    changed = approve_code_change(session, request_id=it.request_id, actor=clerk(it.number, it.town), at=at)
    return {"version": changed.record_version}


def _decline(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    reason = DeclineReason.NOT_THE_PERSON
    decline_code_change(session, request_id=it.request_id, reason=reason, actor=clerk(it.number, it.town), at=at)
    return {}


def _withdraw(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    withdraw_request(session, request_id=it.request_id, actor=resident(it.record_id, it.town), at=at)
    return {}


def _take(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    take_request(session, request_id=it.request_id, actor=clerk(it.number, it.town), at=at)
    return {}


def _release(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    release_request(session, request_id=it.request_id, actor=clerk(it.number, it.town), at=at)
    return {}


def _ask(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    view = request_code_change(
        session,
        record_id=it.record_id,
        language="vi",
        email=None,
        idempotency_key=f"tap-{it.number}",
        actor=resident(it.record_id, it.town),
        at=at,
    )
    return {"reference": view.reference}


def _correct(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    version = correct_record(
        session,
        record_id=it.record_id,
        changes={"address": f"緑が丘市中央{it.number}丁目1番1号"},
        reason=ChangeReason.MOVED_WITHIN,
        on=at.date(),
        actor=clerk(it.number, it.town),
        at=at,
    )
    return {"version": version}


def _erase(session: Session, it: Attempt, at: datetime) -> dict[str, Any]:
    erase_resident(
        session,
        record_id=it.record_id,
        reason=ChangeReason.MOVED_OUT,
        on=at.date(),
        actor=clerk(it.number, it.town),
        at=at,
    )
    return {}


_DEEDS: dict[str, Callable[[Session, Attempt, datetime], dict[str, Any]]] = {
    "approve": _approve,
    "decline": _decline,
    "withdraw": _withdraw,
    "take": _take,
    "release": _release,
    "ask": _ask,
    "correct": _correct,
    "erase": _erase,
}
