"""`restore-sqlite`, `restore-postgresql`: a town is backed up while it works, goes on, is lost, and is restored by the commands.

Compared: every row with what the backup holds; what was acknowledged before the backup with what came back; what is told as
lost with what is; every code given out after the restore with every code that was ever given out in the lost town.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

from sqlalchemy import Engine, func, select, text

from portal.operator.doctor.database import RULES
from portal.operator.synthesis import fill
from portal.tables import TRANSIENT
from registry_core.codes import approve_code_change
from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.ledger import make_checkpoint, seal_entries, verify_ledger
from registry_core.ledger.entry import LedgerEntry
from registry_core.ledger.export import checkpoints_after
from registry_core.ledger.seal import chain_head
from registry_core.register.code_assignment import CodeAssignment
from registry_core.remaking import BackupFaulty, check_backup
from registry_core.remaking.backup_file import MAGIC, BackupReader
from registry_core.storage.engine import read, snapshot, write
from registry_core.storage.keys import Keyring
from registry_core.storage.rows import read_rows, tables_of
from registry_core.storage.sealed_file import SealedFileFaulty
from tests.databases import Template
from tests.faults.log_watch import CODES
from tests.faults.restore_planted import PLANTED, planted
from tests.faults.restore_steps import ByCommand, InProcess, Steps, Writer
from tests.faults.town import clerk, fill_pool, opened, ready_requests
from tests.faults.verdict import Verdict, plant_each, say
from tests.invariants import broken_invariants
from tests.registry_core.people import CITY

#: Quick: by the commands as well, but few; the drill of the tests, with 20,000, is of the same `make check`.
RESIDENTS, QUICK_RESIDENTS, SMALL_RESIDENTS = 1_000_000, 1000, 10
_AT_ONCE_IN_MEMORY = 20_000  # residents
REQUESTS, POOL, MARGIN = 60, 100, 10
#: Approvals: before the backup, after it, after the last checkpoint, in the restored town.
BEFORE, AFTER, UNKNOWN, AGAIN = 5, 8, 4, 12
SPOILED, QUICK_SPOILED = 2000, 20
#: What a restore itself writes in.
_TOUCHED = {"designated_code", "ledger_entry", "ledger_tail", "link_pin"}
_ONE_EACH = {
    "approved requests": "SELECT count(*) FROM code_change_request WHERE status = 'approved'",
    "codes taken": "SELECT count(*) FROM designated_code WHERE taken_for IS NOT NULL",
    "codes ended": "SELECT count(*) FROM code_assignment WHERE until IS NOT NULL",
    "rows of history": "SELECT count(*) FROM resident_record_history WHERE reason = 'code-change-request'",
    "slips": "SELECT count(*) FROM outbox_message WHERE kind = 'slip'",
    "change notices": "SELECT count(*) FROM outbox_message WHERE kind = 'change-notice'",
    "entries": "SELECT count(*) FROM ledger_entry WHERE action = 'code-change.approved'",
}


def restores_on(backend: str, template: Template, keys_file: Path, folder: Path, *, quick: bool) -> Verdict:
    """One drill by the commands; then a small one and spoiled copies of its backup, of this build and of builds with a fault."""
    verdict = Verdict(f"restore-{backend}")
    with drill_in(template, keys_file, folder, QUICK_RESIDENTS if quick else RESIDENTS) as drill:
        verdict.faults = drill.run(ByCommand(drill.url, drill.empty, keys_file, folder))
        verdict.figures = drill.figures
    say(f"  {verdict.name}: {verdict.figures}, {len(verdict.faults)} faults")
    spoiled = QUICK_SPOILED if quick else SPOILED

    ready: list[UUID] = []

    def settle(url: str) -> None:
        with opened(url, keys_file) as (engine, ring):
            ready.extend(settled(engine, ring, SMALL_RESIDENTS))

    town = template.derived(settle)

    def small(name: str | None, spoiled: int) -> list[str]:
        with planted(name), drill_in(template, keys_file, folder, SMALL_RESIDENTS, town=town) as drill:
            drill.ready = list(ready)
            found = drill.run(InProcess(drill.url, drill.empty, keys_file, folder))
            return found or believed_though_spoiled(drill.file, drill.ring, spoiled)

    verdict.faults += small(None, spoiled)
    verdict.attempts = 2 + spoiled
    plant_each(verdict, list(PLANTED), lambda name: small(name, QUICK_SPOILED))
    return verdict


@contextmanager
def drill_in(
    template: Template, keys_file: Path, folder: Path, residents: int, *, town: Template | None = None
) -> Iterator["Drill"]:
    """A town to be lost, a copy of a settled one where there is one, and an empty register for it."""
    url, empty = (town or template).fresh(), template.fresh()
    file = folder / "drill.backup"
    try:
        with opened(url, keys_file) as (engine, ring):
            yield Drill(url, empty, engine, ring, keys_file, file, residents)
    finally:
        file.unlink(missing_ok=True)
        template.dispose(url)
        template.dispose(empty)


@dataclass
class Drill:
    """One town and what becomes of it."""

    url: str
    empty: str
    engine: Engine
    ring: Keyring
    keys_file: Path
    file: Path
    residents: int
    figures: dict[str, object] = field(default_factory=dict)
    ready: list[UUID] = field(default_factory=list)

    def run(self, steps: Steps) -> list[str]:
        """Everything that is not as it must be, one sentence each."""
        if not self.ready:
            self.ready = settled(self.engine, self.ring, self.residents)
        before = self.approve(BEFORE)
        self.sealed()
        writer = Writer(lambda: self.approve(1))
        with writer:
            made = steps.backs_up(self.file, writer.takes_a_turn)
        self.approve(AFTER)
        holder = self.sealed()
        unknown = self.approve(UNKNOWN)
        try:
            report = steps.restores(self.file, holder, margin=MARGIN)
        except Exception as refused:  # a torn backup breaks a rule of the database
            return [f"the backup could not be restored: {type(refused).__name__}: {str(refused)[:200]}"]
        self.figures = {
            "residents": self.residents,
            **steps.figures,
            "approved_meanwhile": writer.turns,
            "lost_entries": report["lost_entries"],
            "lost_approvals_after_the_last_checkpoint": len(unknown),
            "burned": report["burned"],
        }
        with opened(self.empty, self.keys_file) as (engine, ring):
            restored = _Restored(engine, ring)
            return [
                *restored.differs_from(self.file, made),
                *restored.lacks(before),
                *restored.is_torn(),
                *self.miscounts(restored, holder, report["lost_entries"]),
                *restored.broken(whole=self.residents <= _AT_ONCE_IN_MEMORY),
                *restored.gives_again(self.codes()),
            ]

    def approve(self, number: int) -> list[UUID]:
        """So many people get another code; the requests, once that is committed."""
        return [_approve(self.engine, self.ring, self.ready.pop()) for _ in range(min(number, len(self.ready)))]

    def sealed(self) -> bytes:
        """The worker seals and signs; what a holder outside has then."""
        while True:
            with write(self.engine, self.ring) as session:
                if not seal_entries(session, at=datetime.now(UTC)):
                    make_checkpoint(session, at=datetime.now(UTC))
                    return b"".join(line for _, line in checkpoints_after(session, sequence=0, limit=10_000))

    def codes(self) -> set[str]:
        """Every code that an approval gave out in the lost town."""
        return _codes_given(self.engine, self.ring)

    def miscounts(self, restored: "_Restored", holder: bytes, told: int) -> Iterator[str]:
        """The number of lost entries is the number of entries that a checkpoint covers and that are not there."""
        with read(self.engine, self.ring) as session:
            sequence, _ = chain_head(session)
            ours = select(func.count()).select_from(LedgerEntry)
            waiting = (session.scalar(ours) or 0) - sequence
            lost = (session.scalar(ours) or 0) - waiting - restored.entries()
        if told != lost:
            yield f"{told} entries are told as lost, {lost} are"


def settled(engine: Engine, ring: Keyring, residents: int) -> list[UUID]:
    """People, a pool, requests that wait for the second person: the requests."""
    fill(engine, ring, residents, 7919, municipality_code=CITY, at=datetime.now(UTC))
    with write(engine, ring) as session:
        if residents <= _AT_ONCE_IN_MEMORY:
            CODES.update(each.code(ring).reveal() for each in session.scalars(select(CodeAssignment)))
        fill_pool(session, POOL, town=CITY)
        return list(ready_requests(session, REQUESTS, town=CITY))


@dataclass
class _Restored:
    """The town that came back."""

    engine: Engine
    ring: Keyring

    def differs_from(self, file: Path, rows: int) -> Iterator[str]:
        """Every row is as the backup has it, those aside in which the restore itself writes."""
        with file.open("rb") as source, snapshot(self.engine) as connection:
            reader, here = BackupReader(source, self.ring), {table.name: table for table in tables_of(connection)}
            for table, blocks in reader.tables():
                wanted, found = hashlib.sha256(), hashlib.sha256()
                for block in blocks:
                    wanted.update(block)
                for block in read_rows(connection, here[table.name]) if table.name not in _TOUCHED else ():
                    found.update(block)
                if table.name not in _TOUCHED and wanted.digest() != found.digest():
                    yield f"{table.name} is not as it was when the backup was made"
            if sum(reader.rows.values()) != rows:
                yield f"the backup says {rows} rows and holds {sum(reader.rows.values())}"
            left = [name for name in TRANSIENT if any(True for _ in read_rows(connection, here[name]))]
            yield from (f"{name} lives again" for name in left)

    def lacks(self, before: list[UUID]) -> Iterator[str]:
        """What somebody was told of before the backup began is there."""
        with read(self.engine, self.ring) as session:
            approved = set(
                session.scalars(select(CodeChangeRequest.id).where(CodeChangeRequest.status == RequestStatus.APPROVED))
            )
        yield from (
            f"request {each}: acknowledged before the backup, and lost" for each in before if each not in approved
        )

    def is_torn(self) -> Iterator[str]:
        """The backup is one moment: an approval is in it with all that belongs to it, or not at all."""
        with read(self.engine, self.ring) as session:
            counts = {what: session.scalar(text(query)) for what, query in _ONE_EACH.items()}
        if len(set(counts.values())) > 1:
            yield f"an approval is half there: {counts}"

    def broken(self, *, whole: bool) -> Iterator[str]:
        """The rules that must never break, and the ledger; all of them where all of it fits into memory."""
        with read(self.engine, self.ring) as session:
            for words, query in RULES.items():
                if number := session.scalar(text(query)):
                    yield f"{number} {words}"
            if whole:
                yield from broken_invariants(session)
            else:
                yield from (f"I10 ledger: {kind} at {where}" for kind, where in verify_ledger(session).faults)

    def gives_again(self, lost: set[str]) -> Iterator[str]:
        """Codes go on being given out, and none of them was ever somebody's in the lost town."""
        before = _codes_given(self.engine, self.ring)
        ready = select(CodeChangeRequest.id).where(CodeChangeRequest.status == RequestStatus.IDENTITY_CHECKED)
        with read(self.engine, self.ring) as session:
            waiting = list(session.scalars(ready.limit(AGAIN)))
        for request_id in waiting:
            _approve(self.engine, self.ring, request_id)
        again = (_codes_given(self.engine, self.ring) - before) & lost
        if again:
            yield f"{len(again)} codes of the lost town were given a second time"
        if len(waiting) < AGAIN:
            yield f"only {len(waiting)} requests wait after the restore"

    def entries(self) -> int:
        """Entries of the ledger, that of the restore aside."""
        with read(self.engine, self.ring) as session:
            return (session.scalar(select(func.count()).select_from(LedgerEntry)) or 0) - 1


def believed_though_spoiled(file: Path, ring: Keyring, number: int) -> list[str]:
    """Copies that were cut, altered, lengthened, or whose chunks change places: those that are believed all the same."""
    content, rng, believed = file.read_bytes(), Random(1), []
    for place in range(number):
        how, spoiled = _spoiled(content, rng, place)
        try:
            check_backup(io.BytesIO(spoiled), ring, municipality_code=CITY)
        except (SealedFileFaulty, BackupFaulty):
            continue
        believed.append(f"a backup {how} is believed")
    return believed


def _spoiled(content: bytes, rng: Random, place: int) -> tuple[str, bytes]:
    starts = _chunks(content)
    at = rng.randrange(len(content))
    if place % 4 == 0:
        return "cut off in a chunk", content[:at]
    if place % 4 == 1:
        return "cut off between chunks", content[: rng.choice(starts[1:])]
    if place % 4 == 2:
        return "with an altered byte", content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]
    one = rng.randrange(1, len(starts) - 2)  # never the header, never the last
    first, second, third = starts[one], starts[one + 1], starts[one + 2]
    return "with chunks in another order", content[:first] + content[second:third] + content[first:second] + content[
        third:
    ]


def _chunks(content: bytes) -> list[int]:
    """Where each chunk begins, and the end."""
    place = len(MAGIC) + 2 + int.from_bytes(content[len(MAGIC) : len(MAGIC) + 2])
    starts = []
    while place < len(content):
        starts.append(place)
        place += 4 + int.from_bytes(content[place : place + 4])
    return starts


def _approve(engine: Engine, ring: Keyring, request_id: UUID) -> UUID:
    with write(engine, ring) as session:
        approve_code_change(session, request_id=request_id, actor=clerk(1, CITY), at=datetime.now(UTC))
    return request_id


def _codes_given(engine: Engine, ring: Keyring) -> set[str]:
    given = select(CodeAssignment).join(CodeChangeRequest, CodeChangeRequest.new_assignment_id == CodeAssignment.id)
    with read(engine, ring) as session:
        return {each.code(ring).reveal() for each in session.scalars(given)}
