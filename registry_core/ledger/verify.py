"""Verifying the ledger: the chain is walked from its start and every checkpoint's signature is checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry_core.ledger.checkpoint import checkpoint_message
from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.ledger.seal import GENESIS, LedgerCheckpoint, LedgerSeal, chain_head, link, links
from registry_core.storage.keys import keyring

_TOLD_EVERY = 1000
_MOST_ORPHANS = 20


@dataclass(frozen=True, slots=True)
class LedgerVerdict:
    """What was found. `faults` are (kind, where) pairs; `unproved` entries follow the last checkpoint."""

    sealed: int
    unsealed: int
    checkpoints: int
    unproved: int
    faults: tuple[tuple[str, str], ...] = field(default=())

    @property
    def is_intact(self) -> bool:
        """No fault found."""
        return not self.faults


def verify_ledger(
    session: Session,
    *,
    known_head: tuple[int, bytes] | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> LedgerVerdict:
    """Walk the whole chain. `known_head` is a (sequence, digest) that an outside holder kept: truncation shows against it.

    `progress` is told the number of links walked since it was told last.
    """
    faults: list[tuple[str, str]] = []
    digests: dict[int, bytes] = {}
    checkpoints = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence)).all()
    wanted = {checkpoint.sequence for checkpoint in checkpoints} | ({known_head[0]} if known_head else set())
    sequence, digest = 0, GENESIS
    for number, seal, entry_id, entry in links(session, until=chain_head(session)[0]):
        sequence += 1
        if number != sequence:
            faults.append(("gap", f"{sequence}"))
            sequence = number
        if entry is None:
            faults.append(("entry-missing", f"{number}"))
        elif link(digest, entry) != seal:
            faults.append(("entry-altered", f"{number} {entry_id}"))
        digest = seal
        if sequence in wanted:
            digests[sequence] = seal
        if not sequence % _TOLD_EVERY:
            progress(_TOLD_EVERY)
    progress(sequence % _TOLD_EVERY)
    faults += _checkpoint_faults(session, checkpoints, digests)
    if known_head and digests.get(known_head[0]) != known_head[1]:
        faults.append(("known-head-differs", str(known_head[0])))
    faults += _orphans(session)
    last = checkpoints[-1].sequence if checkpoints else 0
    unsealed = session.scalar(select(func.count()).select_from(LedgerTail)) or 0
    return LedgerVerdict(sequence, unsealed, len(checkpoints), max(0, sequence - last), tuple(faults))


def _checkpoint_faults(
    session: Session, checkpoints: Sequence[LedgerCheckpoint], digests: dict[int, bytes]
) -> list[tuple[str, str]]:
    faults = []
    ring = keyring(session)
    for checkpoint in checkpoints:
        message = checkpoint_message(
            checkpoint.sequence, checkpoint.digest, checkpoint.pool_position, checkpoint.made_at
        )
        try:
            ring.signer_of(checkpoint.sequence).verify(checkpoint.signature, message)
        except InvalidSignature:
            faults.append(("checkpoint-signature", str(checkpoint.sequence)))
        if digests.get(checkpoint.sequence) != checkpoint.digest:
            faults.append(("checkpoint-differs", str(checkpoint.sequence)))
    return faults


def _orphans(session: Session) -> list[tuple[str, str]]:
    """Entries that are neither sealed nor waiting to be: somebody took them out of the worker's sight."""
    query = (
        select(LedgerEntry.id)
        .outerjoin(LedgerSeal, LedgerSeal.entry_id == LedgerEntry.id)
        .outerjoin(LedgerTail, LedgerTail.entry_id == LedgerEntry.id)
        .where(LedgerSeal.entry_id.is_(None), LedgerTail.entry_id.is_(None))
        .limit(_MOST_ORPHANS)
    )
    return [("entry-outside-the-chain", str(entry_id)) for entry_id in session.scalars(query)]
