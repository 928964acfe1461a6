"""`races-sqlite`, `races-postgresql`: many at one request in one moment; one wins, the others are told who and when."""

import time
from collections import Counter
from pathlib import Path

from registry_core.storage.engine import write
from tests.databases import Template
from tests.faults.broken_database import drop_unique
from tests.faults.planted import UNIQUE_DROPPED
from tests.faults.race_rounds import Race, races
from tests.faults.race_runner import RUNNERS, run_races
from tests.faults.town import broken_in, opened
from tests.faults.verdict import Verdict, plant_each, say

APPROVAL_ATTEMPTS, QUICK_APPROVAL_ATTEMPTS = 2000, 200
OTHER_ROUNDS, QUICK_OTHER_ROUNDS = 15, 2

CONTROLS = {
    "sqlite": ["begin-deferred", "guard-skipped", "loser-not-told", "take-guard-skipped", "open-request-unseen"],
    "postgresql": ["lock-removed", "pool-lock-removed", "loser-not-told", "take-guard-skipped", "open-request-unseen"],
}
CONTROLS_OF_BOTH = ["pool-forgets", "ledger-skipped", "history-skipped", "slip-skipped"]


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

    def find(name: str) -> list[str]:
        return _raced(template, keys_file, approvals=6, others=2, planted=name)[0]

    plant_each(verdict, CONTROLS[backend] + CONTROLS_OF_BOTH, find)
    return verdict


def _raced(
    template: Template, keys_file: Path, *, approvals: int, others: int, planted: str | None = None
) -> tuple[list[str], Counter[str]]:
    url = template.fresh()
    try:
        with opened(url, keys_file) as (engine, ring):
            with write(engine, ring) as session:
                rounds = races(session, approvals=approvals, others=others)
            if planted in UNIQUE_DROPPED:
                drop_unique(url, *UNIQUE_DROPPED[planted])
            outcomes = run_races(url, keys_file, [each.attempts for each in rounds], planted=planted)
            faults = [fault for race, ends in zip(rounds, outcomes, strict=True) for fault in _told(race, ends)]
            return faults + broken_in(engine, ring), Counter(race.name for race in rounds)
    finally:
        template.dispose(url)


def _told(race: Race, outcomes: list) -> list[str]:
    return [f"{race.name}: {fault}" for fault in race.judge(outcomes)]
