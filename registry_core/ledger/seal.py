"""Sealing: the worker alone links entries, in the order it sees them, into a SHA-256 chain, and signs checkpoints.

What follows the last checkpoint that somebody outside holds is unproved: whoever can rewrite the database could rewrite it.
"""

import hashlib
import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, Uuid, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant
from registry_core.storage.engine import is_sqlite
from registry_core.storage.keys import keyring

GENESIS = bytes(32)
_ADVISORY_LOCK = 0x6C656467  # "ledg": one sealing worker at a time on PostgreSQL
_BATCH = 2000
_Sequence = BigInteger().with_variant(Integer, "sqlite")


class LedgerSeal(Base):
    """One link: digest = SHA-256(previous digest || canonical entry). Append-only."""

    __tablename__ = "ledger_seal"

    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_at: Mapped[datetime] = mapped_column(Instant)


class LedgerCheckpoint(Base):
    """A signed head of the chain, with the pool's position; outside holders keep copies. Append-only."""

    __tablename__ = "ledger_checkpoint"

    sequence: Mapped[int] = mapped_column(_Sequence, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    pool_position: Mapped[int] = mapped_column(_Sequence)
    made_at: Mapped[datetime] = mapped_column(Instant)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


def canonical(entry: LedgerEntry) -> bytes:
    """The bytes of an entry that the chain covers: compact JSON with sorted keys."""
    fields = {
        "id": str(entry.id),
        "at": entry.at.isoformat(timespec="microseconds"),
        "action": entry.action,
        "purpose": entry.purpose.value,
        "record": str(entry.record_id or ""),
        "request": str(entry.request_id or ""),
        "person": entry.actor_person,
        "account": entry.actor_account,
        "role": entry.actor_role.value,
        "municipality": entry.municipality_code,
        "facts": entry.facts,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, entry: LedgerEntry) -> bytes:
    """The next digest of the chain, 32 bytes."""
    return hashlib.sha256(previous + canonical(entry)).digest()


def seal_entries(session: Session, *, at: datetime) -> int:
    """Seal what is waiting, at most 2,000 entries; the number sealed. 0 when another worker holds the lock."""
    if not is_sqlite(session) and not session.scalar(select(func.pg_try_advisory_xact_lock(_ADVISORY_LOCK))):
        return 0
    waiting = select(LedgerEntry).join(LedgerTail, LedgerTail.entry_id == LedgerEntry.id)
    entries = session.scalars(waiting.order_by(LedgerTail.at, LedgerTail.entry_id).limit(_BATCH)).all()
    sequence, digest = chain_head(session)
    for entry in entries:
        sequence, digest = sequence + 1, link(digest, entry)
        session.add(LedgerSeal(sequence=sequence, entry_id=entry.id, digest=digest, sealed_at=at))
    session.flush()
    session.execute(delete(LedgerTail).where(LedgerTail.entry_id.in_([entry.id for entry in entries])))
    return len(entries)


def chain_head(session: Session) -> tuple[int, bytes]:
    """Sequence and digest of the last seal; (0, 32 zero bytes) of an empty ledger."""
    head = session.scalars(select(LedgerSeal).order_by(LedgerSeal.sequence.desc()).limit(1)).first()
    return (head.sequence, head.digest) if head else (0, GENESIS)


def checkpoint_message(sequence: int, digest: bytes, pool_position: int, made_at: datetime) -> bytes:
    """The bytes that are signed."""
    return f"checkpoint:{sequence}:{digest.hex()}:{pool_position}:{made_at.isoformat(timespec='microseconds')}".encode()


def make_checkpoint(session: Session, *, at: datetime) -> int | None:
    """Sign the head of the chain, once per head; its sequence, or None when nothing is new."""
    sequence, digest = chain_head(session)
    if sequence == 0 or session.get(LedgerCheckpoint, sequence) is not None:
        return None
    position = session.scalar(text("SELECT COALESCE(MAX(position), 0) FROM designated_code WHERE taken_at IS NOT NULL"))
    signature = keyring(session).checkpoint_key.sign(checkpoint_message(sequence, digest, position or 0, at))
    checkpoint = LedgerCheckpoint(
        sequence=sequence, digest=digest, pool_position=position or 0, made_at=at, signature=signature
    )
    session.add(checkpoint)
    session.flush()
    return sequence


def oldest_unsealed(session: Session) -> datetime | None:
    """When the oldest entry that is not sealed yet was written; None when all are."""
    return session.scalar(select(LedgerTail.at).order_by(LedgerTail.at).limit(1))
