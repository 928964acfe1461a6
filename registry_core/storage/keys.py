"""Keys outside the database: sealing of columns (AES-GCM), the code's index (HMAC), the signing of checkpoints (Ed25519).

A code has only about 33 bits, so any unkeyed hash of it would be undone in minutes: the index is keyed. The keys are a file
(`key_set`). A running process reads it again when it has changed, so that keys are replaced without a restart.
"""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

from registry_core.storage.key_set import KeySet, KeysUnusable, Signer, new_keyring_file, read_key_set

__all__ = [
    "KeyFile",
    "Keyring",
    "KeysReplaced",
    "KeysUnusable",
    "SealBroken",
    "guard_keys_may_write",
    "key_name",
    "keyring",
    "new_keyring_file",
    "read_keyring",
]

LOG = logging.getLogger(__name__)
_NONCE_BYTES = 12
_SEPARATOR = b":"


class SealBroken(Exception):
    """Sealed bytes do not open: another key, another row, or altered."""


class KeysReplaced(Exception):
    """The transaction began before the keys were replaced and came to its end after it: nothing was written, it is done again."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The keys of one deployment as they stood when a transaction began."""

    active: str
    sealing: dict[str, AESGCM]
    #: HMAC keys of the code's index, the one for new values first; two while the keys are being replaced.
    index_keys: tuple[bytes, ...]
    #: What `code_index_next` is made with; None but while the keys are being replaced.
    next_index_key: bytes | None
    #: As `index_keys`, for what lives hours or days: a PIN, a session's subject, tries.
    mark_keys: tuple[bytes, ...]
    checkpoint_key: Ed25519PrivateKey
    #: The public keys of all checkpoints, oldest first; the last one is that of `checkpoint_key`.
    signers: tuple[Signer, ...]
    #: The public key of the signer to come, 32 bytes, while new keys are known and none of them is used; None at other times.
    next_signer: bytes | None = None
    generation: int = 0
    source: "KeyFile | None" = field(default=None, compare=False)

    def seal(self, plain: bytes, *, bound_to: bytes) -> bytes:
        """Encrypt for one row: `bound_to` (the row id) is authenticated, so sealed bytes cannot move between rows."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.active.encode() + _SEPARATOR + nonce + self.sealing[self.active].encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Decrypt what `seal` made for the same row, with a key that came after this ring too. Raises SealBroken."""
        _, _, rest = sealed.partition(_SEPARATOR)
        cipher = self._cipher(key_name(sealed))
        if cipher is None:
            raise SealBroken
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as broken:  # ValueError: too short to hold a nonce
            raise SealBroken from broken

    def index(self, text: str) -> bytes:
        """Keyed index of a value that is looked up but stored sealed: 32 bytes of HMAC-SHA256. For a new value."""
        return _digest(self.index_keys[0], text)

    def indexes(self, text: str) -> tuple[bytes, ...]:
        """Every index a stored value may have now: for looking it up."""
        return tuple(_digest(key, text) for key in self.index_keys)

    def next_index(self, text: str) -> bytes | None:
        """The index under the newest key, which keeps a value unique while rows of both keys stand; None at other times."""
        return None if self.next_index_key is None else _digest(self.next_index_key, text)

    def code_indexes(self, digits: str) -> dict[str, bytes | None]:
        """The columns by which a new row of a code is found."""
        return {"code_index": self.index(digits), "code_index_next": self.next_index(digits)}

    def mark(self, text: str) -> bytes:
        """Keyed index, 32 bytes, of something that lives hours or days: it is never made anew, it dies."""
        return _digest(self.mark_keys[0], text)

    def marks(self, text: str) -> tuple[bytes, ...]:
        """Every mark that may be stored of it: for looking it up."""
        return tuple(_digest(key, text) for key in self.mark_keys)

    def signer_of(self, sequence: int) -> Ed25519PublicKey:
        """Whose signature a checkpoint of this sequence bears."""
        of = [signer for signer in self.signers if signer.first <= sequence] or self.signers[:1]
        return Ed25519PublicKey.from_public_bytes(of[-1].public)

    def renewed(self) -> "Keyring":
        """The keys as their file has them now."""
        return self.source.current() if self.source is not None else self

    def goes_on_from(self, before: "Keyring") -> bool:
        """Later keys of the same register, or the same: whoever signed then is a signer still."""
        return self.generation >= before.generation and self.signers[: len(before.signers)] == before.signers

    def guard_current(self) -> None:
        """What was sealed and indexed with this ring may still be written. Raises KeysReplaced."""
        if self.source is not None and self.generation < self.source.oldest():
            raise KeysReplaced

    def _cipher(self, name: str) -> AESGCM | None:
        known = self.sealing.get(name)
        return self.renewed().sealing.get(name) if known is None else known


class KeyFile:
    """The file of keys of a running process, read again whenever it was replaced."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self._read: tuple[tuple[int, int, int] | None, Keyring, int] | None = None

    def current(self) -> Keyring:
        """The keys as the file has them now. Raises KeysUnusable, unless they could be read before: then those."""
        return self._now()[1]

    def oldest(self) -> int:
        """The oldest generation of keys whose transactions may still commit."""
        return self._now()[2]

    def _now(self) -> tuple[tuple[int, int, int] | None, Keyring, int]:
        stamp, before = self._stamp(), self._read
        if before is not None and before[0] == stamp:
            return before
        try:
            keys = read_key_set(self.path)
            ring = keyring_of(keys, source=self)
            if before is not None:
                self._guard_goes_on(before[1], ring)
            now = (stamp, ring, keys.oldest)
        except KeysUnusable as unusable:
            if before is None:
                raise
            LOG.error("%s The keys read before go on being used.", unusable)  # noqa: TRY400 -- the message is whole
            now = (stamp, *before[1:])
        self._read = now
        return now

    def _guard_goes_on(self, before: Keyring, ring: Keyring) -> None:
        """The file was not exchanged for that of another register, nor for an older one. Raises KeysUnusable."""
        if not ring.goes_on_from(before):
            raise KeysUnusable(f"The key file {self.path} was exchanged for another. Put the right one back.")

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def keyring_of(keys: KeySet, *, source: KeyFile | None = None) -> Keyring:
    """The ring of a set of keys."""
    index, marks = keys.index, keys.marks
    return Keyring(
        active=keys.sealing.active,
        sealing={name: AESGCM(key) for name, key in keys.sealing.keys.items()},
        index_keys=(index.keys[index.active], *(key for name, key in index.keys.items() if name != index.active)),
        next_index_key=index.keys[index.newest] if len(index.keys) > 1 else None,
        mark_keys=(marks.keys[marks.active], *(key for name, key in marks.keys.items() if name != marks.active)),
        checkpoint_key=Ed25519PrivateKey.from_private_bytes(keys.checkpoint),
        signers=keys.signers,
        next_signer=keys.next_signer,
        generation=keys.generation,
        source=source,
    )


def read_keyring(path: Path) -> Keyring:
    """Read the key file. Raises KeysUnusable with what to do."""
    return KeyFile(path).current()


def keyring(session: Session) -> Keyring:
    """The keys of a session opened by `storage.engine`: as their file has them once its transaction has begun, to its end."""
    ring = session.info.get("keyring")
    if ring is None:
        session.connection()  # a writer of SQLite may wait here for the one before, while the file changes
        ring = session.info["keyring"] = cast("Keyring", session.info["keys"]).renewed()
    return cast("Keyring", ring)


def guard_keys_may_write(session: Session) -> None:
    """What this session has sealed and indexed may still be written. Raises KeysReplaced."""
    if "keyring" in session.info:
        keyring(session).guard_current()


def key_name(sealed: bytes) -> str:
    """Which key sealed these bytes, by the name it has in the file."""
    return sealed.partition(_SEPARATOR)[0].decode("ascii", "replace")


def _digest(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)
