"""What somebody outside knows of the register's last moments: checkpoints that holders kept, believed when signed by our key."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry_core.ledger.checkpoint import checkpoint_message
from registry_core.storage.keys import Keyring


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The head of the ledger at a checkpoint, and how far the pool was taken then. made_at: aware, UTC; digest: 32 bytes."""

    sequence: int
    digest: bytes
    pool_position: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class HeldCheckpoints:
    """What holders' files say. `others`: the numbers of lines that are no checkpoint; `unbelieved`: of none of our signers."""

    believed: tuple[KnownHead, ...] = ()
    unbelieved: tuple[KnownHead, ...] = ()
    others: tuple[int, ...] = ()

    def __add__(self, more: "HeldCheckpoints") -> "HeldCheckpoints":
        """What this says and another file too; `others` are each file's own."""
        return HeldCheckpoints(
            self.believed + more.believed, self.unbelieved + more.unbelieved, self.others + more.others
        )

    @property
    def doubtful(self) -> tuple[KnownHead, ...]:
        """The unbelieved ones that would say more than those we believe: later, or more codes given out."""
        last = max((head.made_at for head in self.believed), default=None)
        position = max((head.pool_position for head in self.believed), default=-1)
        return tuple(
            head for head in self.unbelieved if last is None or head.made_at > last or head.pool_position > position
        )


def known_heads(lines: Iterable[bytes], *rings: Keyring) -> HeldCheckpoints:
    """The checkpoints of a holder's file, one JSON object a line, each believed when it is signed as one of these rings says."""
    believed: list[KnownHead] = []
    unbelieved: list[KnownHead] = []
    others: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            head, signature = _parsed(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            others.append(number)
            continue
        is_ours = any(_is_signed(head, signature, ring) for ring in rings)
        (believed if is_ours else unbelieved).append(head)
    return HeldCheckpoints(tuple(believed), tuple(unbelieved), tuple(others))


def _parsed(fields: dict[str, object]) -> tuple[KnownHead, bytes]:
    head = KnownHead(
        sequence=int(str(fields["checkpoint"])),
        digest=bytes.fromhex(str(fields["digest"])),
        pool_position=int(str(fields["pool_position"])),
        made_at=datetime.fromisoformat(str(fields["made_at"])),
    )
    if head.made_at.tzinfo is None:
        raise ValueError("an instant has an offset")
    return head, bytes.fromhex(str(fields["signature"]))


def _is_signed(head: KnownHead, signature: bytes, ring: Keyring) -> bool:
    """By the signer of its sequence, or by the one that the register may have gone on with after the file was copied."""
    keys = [ring.signer_of(head.sequence)]
    if ring.next_signer is not None:
        keys.append(Ed25519PublicKey.from_public_bytes(ring.next_signer))
    signed = checkpoint_message(head.sequence, head.digest, head.pool_position, head.made_at)
    for key in keys:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            continue
        return True
    return False
