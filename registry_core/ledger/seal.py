"""Sealing: the worker alone links entries, in the order it sees them, into a SHA-256 chain."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, Text, Uuid, cast, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger.canonical import ENTRY_COLUMNS, canonical, dashed
from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.storage.engine import is_sqlite

GENESIS = bytes(32)
#: At most so many entries lie between two checkpoints, and so many are sealed in one transaction: it is a short one.
CHECKPOINT_ENTRIES = 1000
_ADVISORY_LOCK = 0x6C656467  # "ledg": one sealing worker at a time on PostgreSQL
_READ_AT_ONCE = 2000
_Number = BigInteger().with_variant(Integer, "sqlite")

#: One link of the chain: its number from 1, its seal, the entry's id and canonical bytes; None for an entry that is not there.
Link = tuple[int, bytes, str, bytes | None]


class LedgerSeal(Base):
    """One link: digest = SHA-256(previous digest || canonical entry). Append-only."""

    __tablename__ = "ledger_seal"

    sequence: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime] = mapped_column(Instant)


class LedgerCheckpoint(Base):
    """A signed head of the chain, with the pool's position; outside holders keep copies. Append-only."""

    __tablename__ = "ledger_checkpoint"

    sequence: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    pool_position: Mapped[int] = mapped_column(_Number)
    made_at: Mapped[datetime] = mapped_column(Instant)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


def seal_entries(session: Session, *, at: datetime) -> int:
    """Seal what is waiting, up to where the next checkpoint is due, 1,000 entries at most; the number sealed.

    0 when nothing waits, or when another worker holds the chain.
    """
    if not holds_the_chain(session):
        return 0
    sequence, digest = chain_head(session)
    room = CHECKPOINT_ENTRIES - (sequence - last_checkpointed(session)) % CHECKPOINT_ENTRIES
    waiting = select(LedgerTail.entry_id, *ENTRY_COLUMNS).join(LedgerEntry, LedgerEntry.id == LedgerTail.entry_id)
    rows = session.execute(waiting.order_by(LedgerTail.at, LedgerTail.entry_id).limit(room)).all()
    seals = []
    for entry_id, *entry in rows:
        sequence, digest = sequence + 1, link(digest, canonical(entry))
        seals.append({"sequence": sequence, "entry_id": entry_id, "digest": digest, "sealed_at": at})
    if seals:
        session.execute(insert(LedgerSeal), seals)
        session.execute(delete(LedgerTail).where(LedgerTail.entry_id.in_([seal["entry_id"] for seal in seals])))
    return len(seals)


def holds_the_chain(session: Session) -> bool:
    """This transaction is the only one that lengthens the chain; another one that does has to end first."""
    return is_sqlite(session) or bool(session.scalar(select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))))


def link(previous: bytes, entry: bytes) -> bytes:
    """The next digest of the chain, 32 bytes."""
    return hashlib.sha256(previous + entry).digest()


def chain_head(session: Session) -> tuple[int, bytes]:
    """Sequence and digest of the last seal; (0, 32 zero bytes) of an empty ledger."""
    query = select(LedgerSeal.sequence, LedgerSeal.digest).order_by(LedgerSeal.sequence.desc()).limit(1)
    head = session.execute(query).first()
    return (head.sequence, head.digest) if head else (0, GENESIS)


def last_checkpointed(session: Session) -> int:
    """The last number that a checkpoint covers; 0 before the first."""
    return session.scalar(select(func.max(LedgerCheckpoint.sequence))) or 0


def links(session: Session, *, until: int) -> Iterator[Link]:
    """The chain from its start to the link of number `until`, streamed."""
    query = select(LedgerSeal.sequence, LedgerSeal.digest, cast(LedgerSeal.entry_id, Text), *ENTRY_COLUMNS)
    query = query.outerjoin(LedgerEntry, LedgerEntry.id == LedgerSeal.entry_id).where(LedgerSeal.sequence <= until)
    rows = session.execute(query.order_by(LedgerSeal.sequence), execution_options={"yield_per": _READ_AT_ONCE})
    for sequence, digest, entry_id, *entry in rows:
        yield sequence, digest, dashed(entry_id), None if entry[0] is None else canonical(entry)


def oldest_unsealed(session: Session) -> datetime | None:
    """When the oldest entry that is not sealed yet was written; None when all are."""
    return session.scalar(select(LedgerTail.at).order_by(LedgerTail.at).limit(1))
