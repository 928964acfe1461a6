"""What happens to a register: the worker, deaths in the middle of a step, a lost database put back from a backup."""

import io
import json
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.tables import TRANSIENT
from registry_core.codes.change_request import CodeChangeRequest
from registry_core.codes.pool import DesignatedCode
from registry_core.ledger import checkpoints_after, export_ledger, make_checkpoint, public_keys, seal_entries
from registry_core.ledger.seal import chain_head
from registry_core.outbox import OutboxKind, mark_delivered, take_due
from registry_core.outbox.message import OutboxMessage
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.correction_case import CorrectionCaseRow
from registry_core.register.resident_record import ResidentRecord
from registry_core.remaking import back_up, known_heads, restore
from registry_core.storage.keys import keyring
from tests.conftest import Register
from tests.invariants import broken_invariants
from tests.people.auditor import Auditor
from tests.registry_core.people import CITY, CLERK, SUPERVISOR, SYSTEM
from tests.registry_core.whole_core.case_steps import CaseSteps
from tests.registry_core.whole_core.model import Town
from tests.registry_core.whole_core.register_steps import SLOTS

MARGIN = 2  # codes given out, at most, between two checkpoints, and burned beyond the last known one
LOOKED_THROUGH_EVERY = 10


@dataclass
class Backup:
    """A file, what the town was when it was made, and how many entries of its ledger are sealed."""

    file: io.BytesIO
    town: Town
    sealed: int


class WholeCore(CaseSteps):
    """All of it. A subclass gives `opened` and `bare`, which open a migrated and an empty database."""

    backup: Backup | None = None
    steps = restores = 0

    def bare(self) -> Register:
        raise NotImplementedError

    # ------------------------------------------------------------ the worker

    @rule()
    def the_ledger_is_sealed(self) -> None:
        """And signed; the holder outside gets the checkpoint."""

        def sealed(session: Session) -> list[bytes]:
            seal_entries(session, at=self.at)
            made = make_checkpoint(session, at=self.at)
            return [line for _, line in checkpoints_after(session, sequence=made - 1, limit=1)] if made else []

        def held(lines: list[bytes]) -> None:
            self.checkpoints += lines
            self.held += lines
            self.given_since = 0

        self.attempt("seal", sealed, may=True, then=held)

    @invariant()
    def the_worker_keeps_up(self) -> None:
        """No more codes than the margin are given out between two checkpoints."""
        if self.given_since >= MARGIN:
            self.dies_in = None
            self.the_ledger_is_sealed()

    @rule()
    def what_is_queued_leaves(self) -> None:
        def delivered(session: Session) -> None:
            kinds = [OutboxKind.MAIL, OutboxKind.SLIP]
            for item in take_due(session, kinds=kinds, at=self.at, lease=timedelta(minutes=2)):
                mark_delivered(session, item_id=item.id, at=self.at)

        self.attempt("deliver", delivered, may=True, then=lambda _done: None)

    # ------------------------------------------------------------ accidents

    @rule(statements=st.integers(0, 25))
    def the_next_step_is_died_in(self, statements: int) -> None:
        """The process is killed before that statement of it; a step that needs fewer gets through."""
        self.dies_in = statements

    @rule()
    def everything_is_started_again(self) -> None:
        self.register.engine.dispose()

    @precondition(lambda self: self.backup is None)
    @rule()
    def a_backup_is_made(self) -> None:
        file = io.BytesIO()
        made = back_up(
            self.register.engine,
            self.register.keyring,
            file,
            municipality_code=CITY,
            leave_out=TRANSIENT,
            at=self.at,
        )
        self.backup = Backup(file, deepcopy(self.town), made.header.ledger_sequence)

    @precondition(lambda self: self.backup is not None and self.restores == 0)
    @rule()
    def the_database_is_lost_and_restored(self) -> None:
        """What was acknowledged since the backup is lost and said to be; no code of those days is given again."""
        self.restores += 1
        self.taken["restore", "done"] += 1
        self.dies_in = None
        self.register.engine.dispose()
        self.register, heads = self.bare(), known_heads(self.held, self.register.keyring).believed
        told = restore(
            self.register.engine,
            self.register.keyring,
            self.backup.file,
            known=heads,
            known_position=0,
            margin=MARGIN,
            actor=SYSTEM,
            at=self.at,
            closing=lambda _session: None,
        )
        self.town = deepcopy(self.backup.town)
        before = len(self.town.gone)
        self.town.burns(max([self.town.taken_to, *(head.pool_position for head in heads)]) + MARGIN)
        assert told.burned == len(self.town.gone) - before
        self.acknowledged = self.town.approved()
        self.checkpoints = [line for line in self.checkpoints if known_row(line) <= self.backup.sealed]
        self.given_since = 0
        for slot in {slot for slot in self.ever.values() if slot not in self.town.people}:
            self.somebody_is_entered(slot=slot, by=SYSTEM)  # from the papers
        self.is_looked_through()

    @precondition(lambda self: self.restores == 0)
    @rule(slot=SLOTS, other=SLOTS, is_known=st.booleans(), chance=st.integers(0, 2))
    def a_day_is_lost(self, slot: int, other: int, is_known: bool, chance: int) -> None:
        """Codes are given out, the database is lost, and codes are given out again. Seldom: a restore takes its time."""
        if chance:
            return
        self.a_backup_is_made()
        self.somebody_goes_to_the_counter(slot=slot, checker=CLERK, approver=SUPERVISOR)
        if is_known:
            self.the_ledger_is_sealed()
        self.the_database_is_lost_and_restored()
        self.somebody_goes_to_the_counter(slot=other, checker=CLERK, approver=SUPERVISOR)

    # ------------------------------------------------------------ what must be true

    @invariant()
    def the_register_is_as_the_model_has_it(self) -> None:
        self.steps += 1
        with self.register.read() as session:
            assert seen(session) == self.town.as_seen()
        if not self.steps % LOOKED_THROUGH_EVERY:
            self.is_looked_through()

    def is_looked_through(self) -> None:
        """Every invariant of `SECURITY.md`; and the ledger against all that a holder outside was ever sent of it."""
        with self.register.read() as session:
            assert broken_invariants(session, acknowledged=self.acknowledged) == []
            if self.checkpoints:
                found = Auditor(public_keys(session), self.checkpoints).verifies(export_ledger(session, at=self.at))
                assert (found.faults, found.rows) == ([], chain_head(session)[0])

    def teardown(self) -> None:
        if hasattr(self, "register"):
            self.is_looked_through()
            self.register.engine.dispose()


def seen(session: Session) -> dict[str, object]:
    """What the model speaks of, read from the real tables."""
    ring = keyring(session)
    record, current, request = ResidentRecord, CodeAssignment, CodeChangeRequest
    records = select(record.id, record.version, record.erased_on, current.id, current.code_sealed)
    requests = select(request.id, request.status, request.identity_by_person, request.taken_by, request.record_version)
    notices = select(OutboxMessage.dedupe_key).where(OutboxMessage.kind == OutboxKind.ERASURE_NOTICE)
    case = CorrectionCaseRow
    cases = select(case.id, case.outcome, case.record_version, case.taken_by)
    return {
        "records": {
            each: (version, erased_on is not None, ring.open(sealed, bound_to=row.bytes).decode())
            for each, version, erased_on, row, sealed in session.execute(
                records.join(current, current.record_id == record.id).where(current.until.is_(None))
            )
        },
        "requests": {each: (status.value, *others) for each, status, *others in session.execute(requests)},
        "cases": {each: tuple(others) for each, *others in session.execute(cases)},
        "notices of erasures": sorted(session.scalars(notices)),
        "gone": set(session.scalars(select(DesignatedCode.position).where(DesignatedCode.taken_at.is_not(None)))),
    }


def known_row(line: bytes) -> int:
    """The number of the row that a checkpoint signs."""
    return json.loads(line)["checkpoint"]
