"""Keys outside the database: sealing of columns (AES-GCM), the code's index (HMAC), the signing of checkpoints (Ed25519).

The file is JSON: {"active": "k1", "sealing": {"k1": base64 of 32 bytes}, "index": base64 of 32 bytes, "checkpoint": base64 of
32 bytes}. A code has only about 33 bits, so any unkeyed hash of it would be undone in minutes: the index is keyed.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SEPARATOR = b":"


class KeysUnusable(Exception):
    """The key file is absent, unreadable or not of its form; the message says what to do."""


class SealBroken(Exception):
    """Sealed bytes do not open: another key, another row, or altered."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of one deployment. `active` names the sealing key for new values; older ones still open."""

    active: str
    sealing: dict[str, AESGCM]
    index_key: bytes
    checkpoint_key: Ed25519PrivateKey

    def seal(self, plain: bytes, *, bound_to: bytes) -> bytes:
        """Encrypt for one row: `bound_to` (the row id) is authenticated, so sealed bytes cannot move between rows."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.active.encode() + _SEPARATOR + nonce + self.sealing[self.active].encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Decrypt what `seal` made for the same row. Raises SealBroken."""
        key_id, _, rest = sealed.partition(_SEPARATOR)
        cipher = self.sealing.get(key_id.decode("ascii", "replace"))
        if cipher is None:
            raise SealBroken
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as broken:  # ValueError: too short to hold a nonce
            raise SealBroken from broken

    def index(self, text: str) -> bytes:
        """Keyed index of a value that is looked up but stored sealed: 32 bytes of HMAC-SHA256."""
        return hmac.digest(self.index_key, text.encode(), hashlib.sha256)


def new_keyring_file(path: Path) -> None:
    """Make fresh keys in a file only its owner reads. Raises FileExistsError rather than overwrite one."""
    content = {
        "active": "k1",
        "sealing": {"k1": _encoded(secrets.token_bytes(_KEY_BYTES))},
        "index": _encoded(secrets.token_bytes(_KEY_BYTES)),
        "checkpoint": _encoded(secrets.token_bytes(_KEY_BYTES)),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)


def read_keyring(path: Path) -> Keyring:
    """Read the key file. Raises KeysUnusable with what to do."""
    try:
        content = json.loads(path.read_text())
        sealing = {name: AESGCM(_decoded(key)) for name, key in content["sealing"].items()}
        keyring = Keyring(
            active=content["active"],
            sealing=sealing,
            index_key=_decoded(content["index"]),
            checkpoint_key=Ed25519PrivateKey.from_private_bytes(_decoded(content["checkpoint"])),
        )
    except FileNotFoundError as missing:
        raise KeysUnusable(f"No key file at {path}. Run `portal init`, or restore the file from its safe.") from missing
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as broken:
        raise KeysUnusable(
            f"The key file {path} cannot be read. Restore it from its safe; do not make a new one."
        ) from broken
    if keyring.active not in sealing or len(keyring.index_key) != _KEY_BYTES:
        raise KeysUnusable(f"The key file {path} names no usable active key. Restore it from its safe.")
    return keyring


def keyring(session: Session) -> Keyring:
    """The keyring that travels with a session opened by `storage.engine`."""
    ring = session.info["keyring"]
    if not isinstance(ring, Keyring):
        raise TypeError("the session was opened without a keyring")
    return ring


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
