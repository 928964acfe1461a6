"""`ledger-tampering`: eight ways to tamper, each found by the outside verifier with its row; and no alarm over clean ledgers."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from types import ModuleType

from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.ledger.export import checkpoints_after
from registry_core.storage.engine import open_engine, read, write
from registry_core.storage.key_set import KeySet
from registry_core.storage.keys import keyring_of
from tests.databases import PostgresqlTemplate, SqliteTemplate, Template
from tests.faults.ledger_attacks import ATTACKS, Tampered
from tests.faults.ledger_histories import (
    BEGINS,
    History,
    InMemory,
    OnPostgresql,
    Store,
    digests,
    grown,
    parts_at,
    write_entry,
)
from tests.faults.ledger_planted import PLANTED, planted
from tests.faults.verdict import Verdict, plant_each, say
from tests.intruder import disarm
from tests.people.auditor import Auditor, verifier

LEDGERS, QUICK_LEDGERS = 1000, 20
POSTGRESQL_LEDGERS, QUICK_POSTGRESQL_LEDGERS = 20, 1
CONCURRENT, QUICK_CONCURRENT = 10, 1
CONTROL_LEDGERS = 12
WRITERS, ENTRIES_A_WRITER = 4, 60


def ledger_tampering(sqlite: SqliteTemplate, postgresql: PostgresqlTemplate, *, quick: bool) -> Verdict:
    """Every attack on every ledger, on both databases; ledgers nobody tampered with; then verifiers with a fault in them."""
    verdict, program, done = Verdict("ledger-tampering"), verifier(), Counter()
    began = time.monotonic()
    for store, number in (
        (InMemory(sqlite), QUICK_LEDGERS if quick else LEDGERS),
        (OnPostgresql(postgresql), QUICK_POSTGRESQL_LEDGERS if quick else POSTGRESQL_LEDGERS),
    ):
        for seed in range(number):
            verdict.faults += examined(store, seed, program, done)
            if not (seed + 1) % 100:
                say(f"  {verdict.name}: {seed + 1} of {number} ledgers, {len(verdict.faults)} faults")
    for template in (sqlite, postgresql):
        for seed in range(QUICK_CONCURRENT if quick else CONCURRENT):
            verdict.faults += written_at_once(template, seed, program)
            done["clean, with concurrent writers"] += 1
    verdict.attempts = done.total()
    verdict.figures = {"of_each": dict(sorted(done.items())), "seconds": round(time.monotonic() - began, 1)}
    plant_each(verdict, list(PLANTED), lambda name: found_with(name, InMemory(sqlite)))
    return verdict


def found_with(name: str, store: Store) -> list[str]:
    """What the harness finds with a fault planted; it has to be something."""
    with planted(name) as program:
        for seed in range(CONTROL_LEDGERS):
            if faults := examined(store, seed, program, Counter()):
                return faults
    return []


def examined(store: Store, seed: int, program: ModuleType, done: Counter[str]) -> Iterator[str] | list[str]:
    """One ledger: clean first, then each attack on it; what went wrong, one sentence each."""
    history = grown(store, seed)
    auditor = Auditor(history.public_keys(), history.outside, program)
    faults = []
    try:
        faults += clean(history, auditor)
        done["clean"] += 1
        for name, attack in ATTACKS.items():
            with history.session() as session:
                disarm(session)
                tampered = attack(session, history)
                session.flush()
                session.expire_all()
                faults += judged(
                    replace(auditor, checkpoints=history.outside + tampered.outside), history.export(session), tampered
                )
            done[name] += 1
        faults += put_back(history, auditor)
        done["restored-old-database"] += 1
    finally:
        store.dropped(history.engine)
    return [f"{type(store).__name__} ledger {seed}: {fault}" for fault in faults]


def clean(history: History, auditor: Auditor) -> list[str]:
    """Nothing is found, and what is proved, unproved and waiting is counted right."""
    with history.session() as session:
        found = auditor.verifies(history.export(session))
        rows = len(digests(session))
    if found.faults:
        return [f"false alarm: {found.faults[0]}"]
    if (found.rows, found.proved) != (rows, history.signed[-1]):
        return [f"clean: {found.rows} rows, proved to {found.proved}; there are {rows}, signed to {history.signed[-1]}"]
    return []


def judged(auditor: Auditor, export: list[bytes], tampered: Tampered) -> list[str]:
    """Found, and the right row named before any other."""
    faults = auditor.verifies(export).faults
    if tampered.orphan is not None:
        is_named = [row for row, words in faults if str(tampered.orphan) in words] == [0] and len(faults) == 1
    else:
        named = {row for row, _ in faults}
        is_named = tampered.rows <= named and min(named - {0}, default=None) == min(tampered.rows)
    return [] if is_named else [f"{tampered.how}: rows {sorted(tampered.rows)}, and found was {faults[:3]}"]


def put_back(history: History, auditor: Auditor) -> list[str]:
    """An old copy of the database is put back, and the service goes on with it, or not."""
    with history.session() as session:
        before = digests(session)
    copy, ring = history.copy
    again = replace(history, engine=history.store.opened(copy), ring=ring, outside=[], signed=[])
    try:
        goes_on = history.rng.random() < 0.7
        if goes_on:
            again.grows(history.rng.randint(1, 5))
        with again.session() as session:
            row = parts_at(before, digests(session))
            holders = auditor.checkpoints + (again.outside if history.rng.random() < 0.5 else [])
            tampered = Tampered({row}, f"old database put back, {'and gone on with' if goes_on else 'as it was'}")
            return judged(replace(auditor, checkpoints=holders), again.export(session), tampered)
    finally:
        history.store.dropped(again.engine)


def written_at_once(template: Template, seed: int, program: ModuleType) -> list[str]:
    """Writers, the sealing worker and an auditor at the same time: no alarm, and in the end everything is proved."""
    url = template.fresh()
    engine, keys = open_engine(url), KeySet.new()
    ring, outside, faults, stopped = keyring_of(keys), [], [], threading.Event()

    def writes(number: int) -> None:
        rng = Random(f"{seed} {number}")
        for _ in range(ENTRIES_A_WRITER):
            with write(engine, ring) as session:
                write_entry(session, rng, BEGINS)

    def seals() -> None:
        rng = Random(seed)
        while not stopped.is_set():
            with write(engine, ring) as session:
                seal_entries(session, at=BEGINS)
                made = make_checkpoint(session, at=BEGINS) if rng.random() < 0.3 else None
            if made:
                with read(engine, ring) as session:
                    outside.extend(line for _, line in checkpoints_after(session, sequence=made - 1, limit=1))

    history = History(None, Random(seed), engine, ring, keys, outside=outside)
    writers = [threading.Thread(target=writes, args=(number,)) for number in range(WRITERS)]
    sealing = threading.Thread(target=seals)
    for thread in (*writers, sealing):
        thread.start()
    try:
        while any(thread.is_alive() for thread in writers) or len(outside) < 2:
            faults += asked(history, program)
        for thread in writers:
            thread.join()
    finally:
        stopped.set()
        sealing.join()
        history.seals()
        history.signs()
        faults += asked(history, program)
        with history.session() as session:
            rows = len(digests(session))
        engine.dispose()
        template.dispose(url)
    if rows < WRITERS * ENTRIES_A_WRITER:
        faults.append(f"{rows} rows sealed of {WRITERS * ENTRIES_A_WRITER}")
    return [f"concurrent writers {seed}: {fault}" for fault in faults]


def asked(history: History, program: ModuleType) -> list[str]:
    """An auditor takes the holder's file as it is, then an export."""
    held = list(history.outside)
    if not held:
        return []
    with read(history.engine, history.ring) as session:
        found = Auditor(history.public_keys(), held, program).verifies(history.export(session))
    return [f"false alarm: {found.faults[0]}"] if found.faults else []
