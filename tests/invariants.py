"""What must be true of a register at every moment, whoever raced, whatever was killed.

I1 each live resident has exactly one code; I2 no code ever had two residents; I3 a new code comes from the municipality's
own pool; I4 a request has at most one outcome; I5 outcome, register change, slip, change notice and ledger entry are one
each, and so are an erasure, its row of history, its notice and its ledger entry; I6 what was acknowledged stays; I7 what was
not is all or nothing; I8 versions only rise; I10 the ledger verifies; I11 nobody approves alone, or without a document shown
or, where the city began itself, its ground ascertained.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest, CodeGround, RequestStatus
from registry_core.codes.pool import DesignatedCode
from registry_core.ledger import verify_ledger
from registry_core.ledger.entry import LedgerEntry
from registry_core.outbox import OutboxKind
from registry_core.outbox.message import OutboxMessage
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.history import RecordHistory
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values.change_reason import CODE_REASONS, ERASURE_REASONS

OUTCOMES = {f"code-change.{status.value}": status for status in RequestStatus if not status.is_open}
ERASED = "record.erased"


def broken_invariants(session: Session, *, acknowledged: Collection[UUID] = (), ledger: bool = True) -> list[str]:
    """Everything that is not as it must be, one sentence each; empty when all is well.

    `acknowledged` are requests whose approval somebody was told of. `ledger=False` leaves out the walk along the chain.
    """
    state = _State.of(session)
    broken = [
        *_codes(state),
        *_pool(state),
        *_outcomes(state),
        *_changes(state),
        *_erasures(state),
        *_versions(state),
        *_two_persons(state),
    ]
    approved = {request.id for request in state.approved}
    broken += [f"I6 request {each}: acknowledged, and lost" for each in acknowledged if each not in approved]
    if ledger:
        broken += [f"I10 ledger: {kind} at {where}" for kind, where in verify_ledger(session).faults]
    return broken


@dataclass(frozen=True)
class _State:
    """Everything of a register that the invariants speak of, read in one transaction."""

    records: list[ResidentRecord]
    assignments: list[CodeAssignment]
    digits: dict[UUID, str]
    wrongly_indexed: list[UUID]
    taken: dict[str, DesignatedCode]
    requests: list[CodeChangeRequest]
    history: list[RecordHistory]
    slips: Counter[str]
    notices: Counter[str]
    erasure_notices: Counter[str]
    entries: list[LedgerEntry]

    @classmethod
    def of(cls, session: Session) -> "_State":
        ring = keyring(session)
        assignments = list(session.scalars(select(CodeAssignment)))
        digits = {each.id: each.code(ring).reveal() for each in assignments}
        entries = select(LedgerEntry).where(or_(LedgerEntry.request_id.is_not(None), LedgerEntry.action == ERASED))
        return cls(
            records=list(session.scalars(select(ResidentRecord))),
            assignments=assignments,
            digits=digits,
            wrongly_indexed=[each.id for each in assignments if each.code_index not in ring.indexes(digits[each.id])],
            taken={
                each.code(ring).reveal(): each
                for each in session.scalars(select(DesignatedCode).where(DesignatedCode.taken_at.is_not(None)))
            },
            requests=list(session.scalars(select(CodeChangeRequest))),
            history=list(session.scalars(select(RecordHistory))),
            slips=_queued(session, OutboxKind.SLIP),
            notices=_queued(session, OutboxKind.CHANGE_NOTICE),
            erasure_notices=_queued(session, OutboxKind.ERASURE_NOTICE),
            entries=list(session.scalars(entries)),
        )

    @property
    def approved(self) -> list[CodeChangeRequest]:
        return [request for request in self.requests if request.status is RequestStatus.APPROVED]


def _queued(session: Session, kind: OutboxKind) -> Counter[str]:
    query = select(OutboxMessage.dedupe_key).where(OutboxMessage.kind == kind)
    return Counter(session.scalars(query))


def _codes(state: _State) -> Iterator[str]:
    """I1, I2: one current code each; no code twice, by its digits and not by its index alone."""
    current = Counter(each.record_id for each in state.assignments if each.until is None)
    for record in state.records:
        if record.erased_on is None and current[record.id] != 1:
            yield f"I1 record {record.id}: {current[record.id]} current codes"
    uses = Counter(state.digits.values())
    for each in state.assignments:
        if uses[state.digits[each.id]] > 1:
            yield f"I2 record {each.record_id}: its code was given {uses[state.digits[each.id]]} times"
    yield from (f"I2 assignment {each}: index and code differ" for each in state.wrongly_indexed)


def _pool(state: _State) -> Iterator[str]:
    """I3: what was taken was taken for one approval, here, or burned for nobody; what was approved was taken."""
    used = set()
    for request in state.approved:
        digits = state.digits.get(request.new_assignment_id)
        code = state.taken.get(digits)
        if code is None or code.taken_for != request.record_id or code.municipality_code != request.municipality_code:
            yield f"I3 request {request.id}: its new code is not from the pool"
        else:
            used.add(digits)
    for digits, code in state.taken.items():
        if digits not in used and code.taken_for is not None:
            yield f"I7 pool position {code.position}: taken for no approval"


def _outcomes(state: _State) -> Iterator[str]:
    """I4: the request's state and its entries tell the same single end."""
    ends: dict[UUID, list[RequestStatus]] = {}
    for entry in state.entries:
        if entry.action in OUTCOMES:
            ends.setdefault(entry.request_id, []).append(OUTCOMES[entry.action])
    for request in state.requests:
        told = ends.get(request.id, [])
        if told != ([] if request.status.is_open else [request.status]):
            yield f"I4 request {request.id}: is {request.status}, its entries say {[str(each) for each in told]}"
        if request.status.is_open and (request.decided_at or request.ended_at or request.new_assignment_id):
            yield f"I4 request {request.id}: open, and decided"
    open_ones = Counter(request.record_id for request in state.requests if request.status.is_open)
    yield from (f"I4 record {record}: {number} open requests" for record, number in open_ones.items() if number > 1)


def _changes(state: _State) -> Iterator[str]:
    """I5, I7: an approval is a changed code, a row of history, a slip and a notice; none of them is without the others."""
    approvals = Counter(request.record_id for request in state.approved)
    codes = Counter(each.record_id for each in state.assignments)
    rows = [row for row in state.history if row.reason in CODE_REASONS]
    changes = Counter(row.record_id for row in rows)
    for record in state.records:
        if codes[record.id] != 1 + approvals[record.id]:
            yield f"I5 record {record.id}: {approvals[record.id]} approvals, {codes[record.id]} codes"
        if changes[record.id] != approvals[record.id]:
            yield f"I5 record {record.id}: {approvals[record.id]} approvals, {changes[record.id]} rows of history"
    yield from _differ("slip", state.slips, Counter(str(request.id) for request in state.approved))
    yield from _differ("change notice", state.notices, Counter(f"{row.record_id}:{row.version}" for row in rows))
    until = {each.id: each.until for each in state.assignments}
    for request in state.approved:
        if until.get(request.old_assignment_id) is None:
            yield f"I5 request {request.id}: approved, and the old code lives"


def _erasures(state: _State) -> Iterator[str]:
    """I5: each erasure is a row of history, a notice and a ledger entry, and the record is erased until it is entered again."""
    rows = [row for row in state.history if row.reason in ERASURE_REASONS]
    yield from _differ(
        "notice of erasure", state.erasure_notices, Counter(f"{row.record_id}:{row.version}" for row in rows)
    )
    entries = Counter(str(entry.record_id) for entry in state.entries if entry.action == ERASED)
    yield from _differ("entry of erasure", entries, Counter(str(row.record_id) for row in rows))
    erasures = {(row.record_id, row.version) for row in rows}
    yield from (
        f"I5 record {record}: erased when it was" for record, version in erasures if (record, version - 1) in erasures
    )
    for record in state.records:
        if (record.erased_on is not None) != ((record.id, record.version) in erasures):
            yield f"I5 record {record.id}: erased {record.erased_on}, and its history says otherwise"


def _differ(thing: str, are: Counter[str], ought: Counter[str]) -> Iterator[str]:
    yield from (f"I5 {key}: {number} times no {thing}" for key, number in (ought - are).items())
    yield from (f"I5 {key}: {number} times a {thing} too many" for key, number in (are - ought).items())


def _versions(state: _State) -> Iterator[str]:
    """I8: the history of a record counts 1, 2, 3 to the record's version, in time."""
    rows: dict[UUID, list[RecordHistory]] = {}
    for row in state.history:
        rows.setdefault(row.record_id, []).append(row)
    for record in state.records:
        known = sorted(rows.get(record.id, []), key=lambda row: row.version)
        if [row.version for row in known] != list(range(1, record.version + 1)):
            yield f"I8 record {record.id}: version {record.version}, history {[row.version for row in known]}"


def _two_persons(state: _State) -> Iterator[str]:
    """I11: one person saw the document, or ascertained the city's own ground, another approved; both stand in the ledger."""
    checked = {
        (entry.request_id, entry.actor_person)
        for entry in state.entries
        if entry.action in {"code-change.identity-checked", "code-change.begun"}
    }
    decided = {(entry.request_id, entry.actor_person) for entry in state.entries if entry.action.endswith(".approved")}
    for request in state.approved:
        unshown = request.document is None and request.ground is CodeGround.REQUEST
        if unshown or request.identity_by_person in {None, request.decided_by_person}:
            yield f"I11 request {request.id}: approved by one person, or without what it needs"
        if (request.id, request.identity_by_person) not in checked:
            yield f"I11 request {request.id}: no entry of who checked it"
        if (request.id, request.decided_by_person) not in decided:
            yield f"I11 request {request.id}: no entry of the approval"
