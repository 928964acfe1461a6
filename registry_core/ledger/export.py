"""The ledger as JSON Lines for somebody outside, who proves it with `docs/verify_ledger.py` and needs nothing of ours.

A first line; the sealed entries in the order of the chain, each checkpoint after its row; the entries that have no seal yet; a
last line, so that a file that was cut short is known from a ledger that was. The line of an entry is
`{"number":N,"seal":"HEX",` and then its canonical bytes without their first brace: with that brace they are what is sealed.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.ledger.canonical import ENTRY_COLUMNS, canonical
from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.ledger.seal import LedgerCheckpoint, LedgerSeal, chain_head, links
from registry_core.storage.keys import keyring

#: Bytes of each seal that a checkpoint's trail repeats: enough to name a row, the checkpoint's digest is the proof.
TRAIL_BYTES = 4


def export_ledger(session: Session, *, at: datetime) -> Iterator[bytes]:
    """The lines, each with its line feed. Entries that are sealed while it runs may be missing at its end, none in between."""
    head, _ = chain_head(session)
    query = select(LedgerCheckpoint).where(LedgerCheckpoint.sequence <= head).order_by(LedgerCheckpoint.sequence)
    checkpoints = list(session.scalars(query))[::-1]
    yield _line({"ledger_export": 1, "made_at": at.isoformat(timespec="microseconds"), "rows": head})
    number = 0
    for number, seal, entry_id, entry in links(session, until=head):
        rest = b'"missing":"%s"}' % entry_id.encode() if entry is None else entry[1:]
        yield b'{"number":%d,"seal":"%s",%s\n' % (number, seal.hex().encode(), rest)
        while checkpoints and checkpoints[-1].sequence <= number:
            yield _line(checkpoint_fields(checkpoints.pop()))
    yield from (_line(checkpoint_fields(left)) for left in reversed(checkpoints))
    yield from _unsealed(session)
    yield _line({"end": number})


def checkpoints_after(session: Session, *, sequence: int, limit: int) -> list[tuple[int, bytes]]:
    """What an outside holder is sent next: (sequence, line) of the checkpoints after the one it has, in order.

    A line is JSON with its line feed: checkpoint, digest, pool_position, made_at, signature, and the trail: the first bytes
    of every seal since the checkpoint before, which name the row where somebody rebuilt the chain.
    """
    query = select(LedgerCheckpoint).where(LedgerCheckpoint.sequence > sequence)
    checkpoints = session.scalars(query.order_by(LedgerCheckpoint.sequence).limit(limit)).all()
    before = select(LedgerCheckpoint.sequence).where(LedgerCheckpoint.sequence <= sequence)
    start = session.scalar(before.order_by(LedgerCheckpoint.sequence.desc()).limit(1)) or 0
    lines = []
    for checkpoint in checkpoints:
        between = (LedgerSeal.sequence > start, LedgerSeal.sequence <= checkpoint.sequence)
        seals = session.scalars(select(LedgerSeal.digest).where(*between).order_by(LedgerSeal.sequence))
        trail = b"".join(digest[:TRAIL_BYTES] for digest in seals)
        lines.append((checkpoint.sequence, _line(checkpoint_fields(checkpoint) | {"trail": trail.hex()})))
        start = checkpoint.sequence
    return lines


def checkpoint_fields(checkpoint: LedgerCheckpoint) -> dict[str, str | int]:
    """A checkpoint as it leaves the house: what is signed, as text, and the signature."""
    return {
        "checkpoint": checkpoint.sequence,
        "digest": checkpoint.digest.hex(),
        "pool_position": checkpoint.pool_position,
        "made_at": checkpoint.made_at.isoformat(timespec="microseconds"),
        "signature": checkpoint.signature.hex(),
    }


def public_keys(session: Session) -> list[bytes]:
    """Lines of JSON, one a key: from which row on checkpoints are signed with it."""
    return [_line({"from": each.first, "public_key": each.public.hex()}) for each in keyring(session).signers]


def _unsealed(session: Session) -> Iterator[bytes]:
    """Entries that wait for their seal, and entries that were taken out of the worker's sight, which none should be."""
    query = select(LedgerTail.entry_id, *ENTRY_COLUMNS).select_from(LedgerEntry)
    query = query.outerjoin(LedgerTail, LedgerTail.entry_id == LedgerEntry.id)
    query = query.outerjoin(LedgerSeal, LedgerSeal.entry_id == LedgerEntry.id).where(LedgerSeal.entry_id.is_(None))
    for waits, *entry in session.execute(query, execution_options={"yield_per": 1000}):
        yield b'{"%s":%s}\n' % (b"outside_the_chain" if waits is None else b"waiting", canonical(entry))


def _line(content: dict[str, str | int]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"
