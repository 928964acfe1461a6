"""Checkpoints: signed heads of the chain that outside holders keep (Ed25519).

What follows the last checkpoint that somebody outside holds is unproved: whoever can rewrite the database could rewrite it.
"""

from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry_core.ledger.seal import (
    CHECKPOINT_ENTRIES,
    LedgerCheckpoint,
    chain_head,
    holds_the_chain,
    last_checkpointed,
)
from registry_core.storage.keys import keyring

#: A checkpoint is due so long after the last one, once anything was sealed since.
CHECKPOINT_EVERY = timedelta(minutes=5)


def checkpoint_message(sequence: int, digest: bytes, pool_position: int, made_at: datetime) -> bytes:
    """The bytes that are signed."""
    return f"checkpoint:{sequence}:{digest.hex()}:{pool_position}:{made_at.isoformat(timespec='microseconds')}".encode()


def checkpoint_if_due(session: Session, *, at: datetime) -> LedgerCheckpoint | None:
    """Sign the head when 1,000 entries or 5 minutes lie behind the last checkpoint, and anything was sealed since."""
    last = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence.desc()).limit(1)).first()
    sequence, _ = chain_head(session)
    is_due = (
        last is None or sequence - last.sequence >= CHECKPOINT_ENTRIES or abs(at - last.made_at) >= CHECKPOINT_EVERY
    )
    made = make_checkpoint(session, at=at) if is_due else None
    return session.get_one(LedgerCheckpoint, made) if made is not None else None


def make_checkpoint(session: Session, *, at: datetime) -> int | None:
    """Sign the head of the chain, once per head; its sequence, or None when nothing is new."""
    if not holds_the_chain(session):
        return None
    sequence, digest = chain_head(session)
    if sequence == 0 or session.get(LedgerCheckpoint, sequence) is not None:
        return None
    position = _pool_position(session)
    # Who holds the chain may change the signer: it is whoever the file names now, not when this transaction began.
    signature = keyring(session).renewed().checkpoint_key.sign(checkpoint_message(sequence, digest, position, at))
    checkpoint = LedgerCheckpoint(
        sequence=sequence, digest=digest, pool_position=position, made_at=at, signature=signature
    )
    session.add(checkpoint)
    session.flush()
    return sequence


def first_signed_with(session: Session, public_key: bytes) -> int:
    """From which sequence on checkpoints are this key's, when it signs from now on: the next one, or where it began before."""
    first = last_checkpointed(session) + 1
    while (checkpoint := _before(session, first)) is not None and _is_signed(checkpoint, public_key):
        first = checkpoint.sequence
    return checkpoint.sequence + 1 if checkpoint is not None else 1


def _before(session: Session, sequence: int) -> LedgerCheckpoint | None:
    query = select(LedgerCheckpoint).where(LedgerCheckpoint.sequence < sequence)
    return session.scalars(query.order_by(LedgerCheckpoint.sequence.desc()).limit(1)).first()


def _is_signed(checkpoint: LedgerCheckpoint, public_key: bytes) -> bool:
    signed = checkpoint_message(checkpoint.sequence, checkpoint.digest, checkpoint.pool_position, checkpoint.made_at)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(checkpoint.signature, signed)
    except InvalidSignature:
        return False
    return True


def _pool_position(session: Session) -> int:
    """How far the pool of designated codes is taken: what was given out after a backup is known by it."""
    taken = "SELECT COALESCE(MAX(position), 0) FROM designated_code WHERE taken_at IS NOT NULL"
    return session.scalar(text(taken)) or 0
