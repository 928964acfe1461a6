"""Outside holders of checkpoints: what each has, what it is sent next, since when it takes nothing.

A holder gets every checkpoint, in order. The register remembers how far each one has come; whoever hands them over tells it how
that went, so that what a holder missed is sent when it answers again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Integer, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger.export import checkpoints_after
from registry_core.ledger.seal import LedgerCheckpoint
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant

#: A holder that has still not taken a checkpoint so long after it was made is told as late.
LATE_AFTER = timedelta(minutes=10)
_SENT_AT_ONCE = 50
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
_ERROR_LENGTH = 300


class CheckpointHolder(Base):
    """How far one holder has come. Its address may hold a secret: the key is the SHA-256 of it, in hex."""

    __tablename__ = "checkpoint_holder"

    address_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(_ERROR_LENGTH))

    def took(self, sequence: int) -> None:
        """It has every checkpoint up to this one."""
        self.sequence = max(self.sequence, sequence)
        self.next_try_at = self.failing_since = self.last_error = None
        self.tries = 0

    def failed(self, *, at: datetime, error: str) -> None:
        """Try again later: in 30 seconds, 1, 2, 4 ... minutes, 15 at most."""
        self.next_try_at = at + min(_FIRST_WAIT * 2 ** min(self.tries, 10), _LONGEST_WAIT)
        self.failing_since = self.failing_since or at
        self.tries += 1
        self.last_error = error[:_ERROR_LENGTH]


@dataclass(frozen=True, slots=True)
class HolderState:
    """One holder as operators see it. `missing`: checkpoints it has not; `is_late` when one of them is ten minutes old."""

    address: str
    sequence: int
    missing: int
    is_late: bool
    failing_since: datetime | None
    last_error: str | None


def checkpoints_for(session: Session, *, address: str, at: datetime) -> list[tuple[int, bytes]]:
    """What a holder is sent now, 50 checkpoints at most: (sequence, line). Nothing before its next try is due."""
    holder = _holder(session, address)
    if holder is not None and holder.next_try_at is not None and at < holder.next_try_at:
        return []
    return checkpoints_after(session, sequence=holder.sequence if holder else 0, limit=_SENT_AT_ONCE)


def holder_took(session: Session, *, address: str, sequence: int) -> None:
    """A holder has every checkpoint up to this one."""
    _holder_or_new(session, address).took(sequence)


def holder_failed(session: Session, *, address: str, error: str, at: datetime) -> None:
    """A holder did not take what it was sent. `error` names the kind of failure alone."""
    _holder_or_new(session, address).failed(at=at, error=error)


def holder_states(session: Session, *, addresses: Sequence[str], at: datetime) -> list[HolderState]:
    """How far each of these holders has come, in their order."""
    states = []
    for address in addresses:
        holder = _holder(session, address)
        sequence = holder.sequence if holder else 0
        missing = LedgerCheckpoint.sequence > sequence
        oldest = session.scalar(select(func.min(LedgerCheckpoint.made_at)).where(missing))
        states.append(
            HolderState(
                address=address,
                sequence=sequence,
                missing=session.scalar(select(func.count()).select_from(LedgerCheckpoint).where(missing)) or 0,
                is_late=oldest is not None and at - oldest > LATE_AFTER,
                failing_since=holder.failing_since if holder else None,
                last_error=holder.last_error if holder else None,
            )
        )
    return states


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _holder(session: Session, address: str) -> CheckpointHolder | None:
    return session.get(CheckpointHolder, _digest(address))


def _holder_or_new(session: Session, address: str) -> CheckpointHolder:
    holder = _holder(session, address)
    if holder is None:
        holder = CheckpointHolder(address_digest=_digest(address), sequence=0, tries=0)
        session.add(holder)
    return holder
