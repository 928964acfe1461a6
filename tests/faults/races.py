"""`races-sqlite`, `races-postgresql`: many at one request in one moment; one wins, the others are told who and when."""

import time
from collections import Counter
from pathlib import Path

from registry_core.storage.engine import write
from tests.databases import Template, copy_of
from tests.faults.broken_database import drop_unique
from tests.faults.log_watch import codes_in_logs
from tests.faults.planted import UNIQUE_DROPPED
from tests.faults.race_crowd import ATTEMPTS_EACH, WORKERS, crowd_at
from tests.faults.race_rounds import Race, races
from tests.faults.race_runner import RUNNERS, run_races
from tests.faults.town import broken_in, fill_pool, opened, ready_requests
from tests.faults.verdict import Verdict, along, plant_each, say

APPROVAL_ATTEMPTS, QUICK_APPROVAL_ATTEMPTS = 2000, 200
CROWDED, QUICK_CROWDED = 10_000, 200  # requests with a crowd at each: 1,000,000 attempts, and 20,000
_AT_ONCE = 500  # requests of a crowd, between two looks at everything
_IN_A_CONTROL = 4  # requests of the crowd on a planted fault
OTHER_ROUNDS, QUICK_OTHER_ROUNDS = 15, 2

CONTROLS = {
    "sqlite": ["begin-deferred", "guard-skipped", "loser-not-told", "take-guard-skipped", "open-request-unseen"],
    "postgresql": ["lock-removed", "pool-lock-removed", "loser-not-told", "take-guard-skipped", "open-request-unseen"],
}
CONTROLS_OF_LOGS = ["code-in-the-log", "code-in-an-error"]
CONTROLS_OF_THE_CROWD = ["guard-skipped", "loser-not-told"]
CONTROLS_OF_BOTH = ["pool-forgets", "ledger-skipped", "history-skipped", "slip-skipped", "erasure-notice-skipped"]


def races_on(backend: str, template: Template, keys_file: Path, *, quick: bool) -> Verdict:
    """All races on our code, then on each planted fault."""
    verdict = Verdict(f"races-{backend}")
    approvals = (QUICK_APPROVAL_ATTEMPTS if quick else APPROVAL_ATTEMPTS) // RUNNERS
    others = QUICK_OTHER_ROUNDS if quick else OTHER_ROUNDS
    began = time.monotonic()
    verdict.faults, rounds = _raced(template, keys_file, approvals=approvals, others=others)
    verdict.attempts = sum(rounds.values()) * RUNNERS
    verdict.figures = {"approval_attempts": approvals * RUNNERS, "seconds": round(time.monotonic() - began, 1)}
    say(f"  {verdict.name}: {dict(rounds)} rounds of {RUNNERS}, {len(verdict.faults)} faults")
    attempts, seconds, faults = _crowds(template, keys_file, QUICK_CROWDED if quick else CROWDED)
    verdict.attempts += attempts
    verdict.faults += faults
    verdict.figures |= {
        "workers": WORKERS,
        "crowd_attempts": attempts,
        "crowd_per_second": round(attempts / seconds, 1),
    }
    say(f"  {verdict.name}: {attempts} attempts of {WORKERS} workers, {len(faults)} faults")

    def find(name: str) -> list[str]:
        return _raced(template, keys_file, approvals=6, others=2, planted=name)[0]

    def find_in_a_crowd(name: str) -> list[str]:
        return _crowded(template, keys_file, _IN_A_CONTROL, planted=name)[2]

    def find_in_logs(name: str) -> list[str]:
        codes_in_logs()  # of the builds before
        _raced(template, keys_file, approvals=1, others=0, planted=name)
        return codes_in_logs()[1]

    verdict.look_into(codes_in_logs())
    plant_each(verdict, CONTROLS_OF_LOGS, find_in_logs)
    plant_each(verdict, CONTROLS[backend] + CONTROLS_OF_BOTH, find)
    plant_each(verdict, CONTROLS_OF_THE_CROWD, find_in_a_crowd, where="in a crowd: ")
    return verdict


def _raced(
    template: Template, keys_file: Path, *, approvals: int, others: int, planted: str | None = None
) -> tuple[list[str], Counter[str]]:
    with copy_of(template) as url, opened(url, keys_file) as (engine, ring):
        with write(engine, ring) as session:
            rounds = races(session, approvals=approvals, others=others)
        if planted in UNIQUE_DROPPED:
            drop_unique(url, *UNIQUE_DROPPED[planted])
        outcomes = run_races(url, keys_file, [each.attempts for each in rounds], planted=planted)
        faults = [fault for race, ends in zip(rounds, outcomes, strict=True) for fault in _told(race, ends)]
        return faults + broken_in(engine, ring), Counter(race.name for race in rounds)


def _crowds(template: Template, keys_file: Path, requests: int) -> tuple[int, float, list[str]]:
    """(attempts, the seconds they took, faults); a register of its own for every `_AT_ONCE` requests."""
    attempts, seconds, faults = 0, 0.0, []
    parts = [min(_AT_ONCE, requests - done) for done in range(0, requests, _AT_ONCE)]
    for part in along(parts, of=len(parts), what="crowds"):
        made, took, found, broken = _crowded(template, keys_file, part)
        attempts += made
        seconds += took
        faults += found + broken
    return attempts, seconds, faults


def _crowded(
    template: Template, keys_file: Path, requests: int, *, planted: str | None = None
) -> tuple[int, float, list[str], list[str]]:
    """(attempts, the seconds they took, what its own judge found, what is broken in the register)."""
    with copy_of(template) as url, opened(url, keys_file) as (engine, ring):
        with write(engine, ring) as session:
            ready = list(ready_requests(session, requests))
            fill_pool(session, requests * (ATTEMPTS_EACH if planted else 1))
        began = time.monotonic()
        attempts, found = crowd_at(url, keys_file, ready, planted=planted)
        return attempts, time.monotonic() - began, found, broken_in(engine, ring)


def _told(race: Race, outcomes: list) -> list[str]:
    return [f"{race.name}: {fault}" for fault in race.judge(outcomes)]
