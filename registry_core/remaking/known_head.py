"""What somebody outside knows of the register's last moments: checkpoints that holders kept, believed when signed by our key."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from registry_core.ledger.checkpoint import checkpoint_message
from registry_core.storage.keys import Keyring


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The head of the ledger at a checkpoint, and how far the pool was taken then. made_at: aware, UTC; digest: 32 bytes."""

    sequence: int
    digest: bytes
    pool_position: int
    made_at: datetime


def known_heads(lines: Iterable[bytes], keyring: Keyring) -> tuple[list[KnownHead], list[int]]:
    """The checkpoints of a holder's file, one JSON object a line, and the numbers of lines that hold none of this register."""
    heads, others = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            heads.append(_believed(json.loads(line), keyring))
        except (InvalidSignature, ValueError, KeyError, TypeError):
            others.append(number)
    return heads, others


def _believed(fields: dict[str, object], keyring: Keyring) -> KnownHead:
    head = KnownHead(
        sequence=int(str(fields["checkpoint"])),
        digest=bytes.fromhex(str(fields["digest"])),
        pool_position=int(str(fields["pool_position"])),
        made_at=datetime.fromisoformat(str(fields["made_at"])),
    )
    signed = checkpoint_message(head.sequence, head.digest, head.pool_position, head.made_at)
    keyring.signer_of(head.sequence).verify(bytes.fromhex(str(fields["signature"])), signed)
    return head
