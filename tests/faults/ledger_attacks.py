"""The eight ways to tamper with a ledger. Each does it in a transaction and tells which rows an auditor has to be named.

Who does it has the database and all of our source, and not the key that signs checkpoints.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from registry_core.ledger.checkpoint import checkpoint_message
from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.ledger.seal import GENESIS, LedgerCheckpoint, LedgerSeal, link, links
from registry_core.values.legal_purpose import LegalPurpose
from tests.faults.ledger_histories import History, digests, parts_at, write_entry


@dataclass
class Tampered:
    """`rows` that have to be named, the lowest before all others; `orphan`: the entry that has to be named instead."""

    rows: set[int]
    how: str
    orphan: UUID | None = None
    outside: list[bytes] = field(default_factory=list)


def edit(session: Session, history: History) -> Tampered:
    """An entry says something else, its seal made to fit or not."""
    row, rng = proved_row(history), history.rng
    column, value = rng.choice(
        [
            ("at", changed_instant(session, row)),
            ("action", "nothing.done"),
            ("purpose", other_purpose(session, row)),
            ("record_id", uuid4()),
            ("request_id", uuid4()),
            ("actor_person", "nobody"),
            ("actor_account", "nobody"),
            ("municipality_code", "990027"),
            ("facts", {"changed": rng.randint(10, 99)}),
        ]
    )
    session.execute(update(LedgerEntry).where(LedgerEntry.id == entry_at(session, row)).values({column: value}))
    fits = rng.random() < 0.4
    if fits:
        reseal(session, first=row, last=row)
    return Tampered({row}, f"edit of {column}, {'its seal fits' if fits else 'its seal as it was'}")


def deletion(session: Session, history: History) -> Tampered:
    """An entry is gone; its seal too, or not; the rows behind it moved up, or not."""
    row = proved_row(history)
    session.execute(delete(LedgerEntry).where(LedgerEntry.id == entry_at(session, row)))
    how = history.rng.choice(("entry alone", "and seal", "and seal, the rest moved up"))
    if how != "entry alone":
        session.execute(delete(LedgerSeal).where(LedgerSeal.sequence == row))
    if how.endswith("moved up"):
        move_rows(session, first=row + 1, by=-1)
    return Tampered({row}, f"deletion of {how}")


def swap(session: Session, history: History) -> Tampered:
    """Two entries stand in each other's place."""
    one, other = sorted(history.rng.sample(range(1, history.signed[-1] + 1), 2))
    first, second = entry_at(session, one), entry_at(session, other)
    for row, entry in ((one, uuid4()), (other, first), (one, second)):
        session.execute(update(LedgerSeal).where(LedgerSeal.sequence == row).values(entry_id=entry))
    return Tampered({one, other}, "swap of two rows")


def insertion(session: Session, history: History) -> Tampered:
    """An entry that nobody wrote: in the chain, its seal made to fit or not; or beside it, out of the worker's sight."""
    entry = write_entry(session, history.rng, history.at - timedelta(days=1))
    session.flush()
    session.execute(delete(LedgerTail).where(LedgerTail.entry_id == entry))
    how = history.rng.choice(("beside the chain", "a seal of its own", "a seal that fits"))
    if how == "beside the chain":
        return Tampered({0}, f"insertion {how}", orphan=entry)
    row = proved_row(history)
    insert_at(session, row, entry, history.rng.randbytes(32), history.at)
    if how.endswith("fits"):
        reseal(session, first=row, last=row)
    return Tampered({row}, f"insertion with {how}")


def cut_tail(session: Session, history: History) -> Tampered:
    """The end is gone: rows, their checkpoints, and what waited."""
    last = history.rng.randint(0, history.signed[-1] - 1)
    gone = select(LedgerSeal.entry_id).where(LedgerSeal.sequence > last)
    session.execute(delete(LedgerCheckpoint).where(LedgerCheckpoint.sequence > last))
    session.execute(delete(LedgerEntry).where(LedgerEntry.id.in_(gone)))
    session.execute(delete(LedgerSeal).where(LedgerSeal.sequence > last))
    if history.rng.random() < 0.5:
        session.execute(delete(LedgerEntry).where(LedgerEntry.id.in_(select(LedgerTail.entry_id))))
        session.execute(delete(LedgerTail))
    return Tampered({last + 1}, "cut tail")


def rebuilt_chain(session: Session, history: History) -> Tampered:
    """Something is changed, and every seal behind it made anew; checkpoints are deleted, kept, or signed with another key."""
    before = digests(session)
    change = history.rng.choice((edit, deletion, swap, insertion))
    change(session, history)
    move_up_to_no_gap(session)
    adopt_orphans(session, history)
    session.execute(delete(LedgerSeal).where(LedgerSeal.entry_id.not_in(select(LedgerEntry.id))))
    move_up_to_no_gap(session)
    reseal(session, first=1, last=None)
    row = parts_at(before, digests(session))
    how = history.rng.choice(("deleted", "kept", "signed anew"))
    if how == "deleted":
        session.execute(delete(LedgerCheckpoint).where(LedgerCheckpoint.sequence >= row))
    elif how == "signed anew":
        sign_anew(session, Ed25519PrivateKey.generate(), first=row)
    return Tampered({row}, f"rebuilt chain after {change.__name__}, checkpoints {how}")


def forged_checkpoint(session: Session, history: History) -> Tampered:
    """A checkpoint that the key did not sign: in the ledger, or at a holder."""
    rng, key = history.rng, Ed25519PrivateKey.generate()
    number = rng.choice(history.signed)
    how = rng.choice(("signature", "pool position", "instant", "another's signature", "one more", "at the holder"))
    here = update(LedgerCheckpoint).where(LedgerCheckpoint.sequence == number)
    if how == "signature":
        session.execute(here.values(signature=rng.randbytes(64)))
    elif how == "pool position":
        session.execute(here.values(pool_position=LedgerCheckpoint.pool_position + 7))
    elif how == "instant":
        session.execute(here.values(made_at=history.at + timedelta(days=1)))
    elif how == "another's signature":
        other = rng.choice([each for each in history.signed if each != number])
        signature = select(LedgerCheckpoint.signature).where(LedgerCheckpoint.sequence == other)
        session.execute(here.values(signature=signature.scalar_subquery()))
    elif how == "one more":
        rows = session.scalar(select(func.max(LedgerSeal.sequence)))
        number = rng.choice([row for row in range(1, rows + 1) if row not in history.signed] or [number])
        session.execute(delete(LedgerCheckpoint).where(LedgerCheckpoint.sequence == number))
        digest = session.scalar(select(LedgerSeal.digest).where(LedgerSeal.sequence == number))
        signature = key.sign(checkpoint_message(number, digest, 1, history.at))
        values = {"sequence": number, "digest": digest, "pool_position": 1, "made_at": history.at}
        session.execute(insert(LedgerCheckpoint).values(values | {"signature": signature}))
    else:
        line = rng.choice([line for line in history.outside if f'"checkpoint":{number},'.encode() in line])
        forged = line.replace(b'"pool_position":0', b'"pool_position":1')
        return Tampered({number}, f"forged checkpoint: {how}", outside=[forged])
    return Tampered({number}, f"forged checkpoint: {how}")


#: The eighth, an old database put back, is done to a copy (`ledger_tampering`).
ATTACKS: dict[str, Callable[[Session, History], Tampered]] = {
    "edit": edit,
    "deletion": deletion,
    "swap": swap,
    "insertion": insertion,
    "cut-tail": cut_tail,
    "rebuilt-chain": rebuilt_chain,
    "forged-checkpoint": forged_checkpoint,
}


# ---------------------------------------------------------------- what they are made of


def proved_row(history: History) -> int:
    """A row that a checkpoint outside vouches for: what follows is unproved, and said so."""
    return history.rng.randint(1, history.signed[-1])


def entry_at(session: Session, row: int) -> UUID:
    return session.scalars(select(LedgerSeal.entry_id).where(LedgerSeal.sequence == row)).one()


def changed_instant(session: Session, row: int) -> datetime:
    at = session.scalars(select(LedgerEntry.at).where(LedgerEntry.id == entry_at(session, row))).one()
    return at + timedelta(microseconds=1)


def other_purpose(session: Session, row: int) -> LegalPurpose:
    purpose = session.scalars(select(LedgerEntry.purpose).where(LedgerEntry.id == entry_at(session, row))).one()
    return LegalPurpose.AUDIT if purpose is not LegalPurpose.AUDIT else LegalPurpose.OWN_RECORD


def move_rows(session: Session, *, first: int, by: int) -> None:
    """Give rows other numbers; by way of negative ones, so that none meets another."""
    away = text("UPDATE ledger_seal SET sequence = -(sequence + :by) WHERE sequence >= :first")
    session.execute(away, {"first": first, "by": by})
    session.execute(text("UPDATE ledger_seal SET sequence = -sequence WHERE sequence < 0"))


def insert_at(session: Session, row: int, entry: UUID, digest: bytes, at: datetime) -> None:
    move_rows(session, first=row, by=1)
    session.execute(insert(LedgerSeal).values(sequence=row, entry_id=entry, digest=digest, sealed_at=at))


def move_up_to_no_gap(session: Session) -> None:
    for place, row in enumerate(session.scalars(select(LedgerSeal.sequence).order_by(LedgerSeal.sequence)).all(), 1):
        if row != place:
            session.execute(update(LedgerSeal).where(LedgerSeal.sequence == row).values(sequence=place))


def adopt_orphans(session: Session, history: History) -> None:
    """Bring entries that stand beside the chain into it."""
    known = select(LedgerSeal.entry_id).union(select(LedgerTail.entry_id))
    for entry in session.scalars(select(LedgerEntry.id).where(LedgerEntry.id.not_in(known))).all():
        insert_at(session, proved_row(history), entry, bytes(32), history.at)


def reseal(session: Session, *, first: int, last: int | None) -> None:
    """Make seals anew, each on the one before it."""
    head = session.scalar(select(func.max(LedgerSeal.sequence))) or 0
    digest = GENESIS
    for number, seal, _, entry in list(links(session, until=last or head)):
        digest = link(digest, entry) if number >= first and entry is not None else seal
        if digest != seal:
            session.execute(update(LedgerSeal).where(LedgerSeal.sequence == number).values(digest=digest))


def sign_anew(session: Session, key: Ed25519PrivateKey, *, first: int) -> None:
    for checkpoint in session.scalars(select(LedgerCheckpoint).where(LedgerCheckpoint.sequence >= first)).all():
        seal = session.get(LedgerSeal, checkpoint.sequence, populate_existing=True)
        if seal is None:
            session.delete(checkpoint)
            continue
        checkpoint.digest = seal.digest
        message = checkpoint_message(seal.sequence, seal.digest, checkpoint.pool_position, checkpoint.made_at)
        checkpoint.signature = key.sign(message)
    session.flush()
