"""Declaring a register restored: what is burned, what is lost, and the ledger's word for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry_core.codes import burn_codes, pool_level, pool_reach
from registry_core.ledger import record_entry
from registry_core.ledger.entry import REMAKING, LedgerEntry, LedgerTail
from registry_core.ledger.seal import LedgerSeal, chain_head
from registry_core.outbox import OutboxKind, waiting_count
from registry_core.remaking.backup import RESTORED
from registry_core.remaking.known_head import KnownHead
from registry_core.values.actor import Actor
from registry_core.values.legal_purpose import LegalPurpose

#: Codes burned beyond the last known position unless told otherwise. A checkpoint is signed every 1,000 entries at the
#: latest, and each code that is given out writes one: no more were given out since, unless the worker stood still.
MARGIN: Final = 1000
_HEX_GROUP = 2  # bytes: a whole digest could hold eleven digits in a row, which is what a code looks like


class OtherHistory(Exception):
    """A checkpoint kept outside and the restored ledger tell different things of the same number: another or a forged ledger."""

    def __init__(self, sequence: int) -> None:
        """Name the checkpoint's number."""
        super().__init__(str(sequence))
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a register. `lost_entries` of the ledger lie between what was restored and the last checkpoint known.

    lost_entries, known_sequence, known_at: None when no checkpoint was given. burned_up_to: a position of the pool.
    later_batches_untouched: no code designated after the backup can have been given out. waiting: messages that may have
    left before and leave again.
    """

    as_of: datetime
    sequence: int
    known_sequence: int | None
    known_at: datetime | None
    lost_entries: int | None
    burned: int
    burned_up_to: int
    pool_left: int
    later_batches_untouched: bool
    waiting: int


def declare_restored(
    session: Session,
    *,
    as_of: datetime,
    known: Collection[KnownHead],
    known_position: int,
    margin: int,
    actor: Actor,
    at: datetime,
) -> Restored:
    """Burn the codes in doubt, enter in the ledger what was restored and what is lost. Raises OtherHistory.

    `as_of` is the moment the restored register stands at; `known_position` 0 when nobody knows one beside `known`.
    """
    sequence, digest = chain_head(session)
    ours = [head for head in known if not _is_of_a_lost_branch(session, head)]
    for head in ours:
        _guard_same_history(session, head, sequence)
    last = max(ours, key=lambda head: head.sequence, default=None)
    waiting = session.scalar(select(func.count()).select_from(LedgerTail)) or 0
    lost = None if last is None else max(0, last.sequence - sequence - waiting)
    reach = pool_reach(session, municipality_code=actor.municipality)
    up_to = max(reach.taken, known_position, *(head.pool_position for head in known)) + margin
    burned = burn_codes(session, municipality_code=actor.municipality, up_to=up_to, at=at)
    record_entry(
        session,
        action=RESTORED,
        actor=actor,
        at=at,
        purpose=LegalPurpose.SYSTEM_UPKEEP,
        facts={
            "as_of": as_of.isoformat(),
            "ledger_sequence": sequence,
            "ledger_digest": digest.hex(":", _HEX_GROUP),
            "known_sequence": last.sequence if last else None,
            "known_digest": last.digest.hex(":", _HEX_GROUP) if last else None,
            "lost_entries": lost,
            "burned": burned,
            "burned_up_to": up_to,
        },
    )
    session.flush()
    return Restored(
        as_of=as_of,
        sequence=sequence,
        known_sequence=last.sequence if last else None,
        known_at=last.made_at if last else None,
        lost_entries=lost,
        burned=burned,
        burned_up_to=up_to,
        pool_left=pool_level(session, municipality_code=actor.municipality).left,
        later_batches_untouched=up_to <= reach.designated,
        waiting=sum(waiting_count(session, kind=kind) for kind in OutboxKind),
    )


def last_moment(session: Session) -> datetime | None:
    """When the register was written to last, as its ledger tells; None of an empty one."""
    sealed = session.scalar(select(LedgerSeal.sealed_at).order_by(LedgerSeal.sequence.desc()).limit(1))
    unsealed = session.scalar(select(func.max(LedgerTail.at)))
    return max((moment for moment in (sealed, unsealed) if moment), default=None)


def _is_of_a_lost_branch(session: Session, head: KnownHead) -> bool:
    """An earlier restore has declared this checkpoint's part of the ledger lost: its number was given again since."""
    restores = session.execute(
        select(LedgerEntry.at, LedgerEntry.facts).where(REMAKING, LedgerEntry.action == RESTORED)
    )
    return any(head.made_at < at and head.sequence > int(facts["ledger_sequence"] or 0) for at, facts in restores)


def _guard_same_history(session: Session, head: KnownHead, sequence: int) -> None:
    if head.sequence > sequence:
        return  # what is restored does not reach there
    if session.scalar(select(LedgerSeal.digest).where(LedgerSeal.sequence == head.sequence)) != head.digest:
        raise OtherHistory(head.sequence)
