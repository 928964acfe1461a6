"""A file sealed while it is written, in bounded memory: numbered chunks, encrypted and authenticated (STREAM, as age has it).

Layout: a line that says what it is; the file's own key, sealed by the keyring; then the chunks, each with its length before it.
A chunk's nonce holds its number and whether it is the last, so none can be left out, put twice, moved or cut off unnoticed.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry_core.storage.keys import Keyring, SealBroken

_KEY_BITS: Final = 256
_TAG_BYTES: Final = 16
_NUMBER_BYTES: Final = 11
_KEY_LENGTH_BYTES: Final = 2
_LENGTH_BYTES: Final = 4
LARGEST_CHUNK: Final = 64 * 1024 * 1024


class FileFault(StrEnum):
    """What can be wrong with a sealed file."""

    NOT_ONE = "not-one"
    OTHER_KEYS = "other-keys"
    CUT_OFF = "cut-off"
    DAMAGED = "damaged"


class SealedFileFaulty(Exception):
    """Nothing of what follows can be believed; `chunk` counts from 1, 0 is the head."""

    def __init__(self, fault: FileFault, *, chunk: int = 0) -> None:
        """Name the fault and where it shows."""
        super().__init__(f"{fault} at chunk {chunk}")
        self.fault = fault
        self.chunk = chunk


class SealedWriter:
    """Writes one sealed file; what is not ended with a last chunk cannot be read."""

    def __init__(self, file: BinaryIO, keyring: Keyring, *, magic: bytes) -> None:
        """Write the head, with a key that this file alone has."""
        key = AESGCM.generate_key(_KEY_BITS)
        sealed = keyring.seal(key, bound_to=magic)
        self._file = file
        self._cipher = AESGCM(key)
        self._number = 0
        self.size = file.write(magic + len(sealed).to_bytes(_KEY_LENGTH_BYTES) + sealed)

    def write(self, chunk: bytes, *, last: bool = False) -> None:
        """Seal one chunk of at most 64 MiB."""
        if len(chunk) > LARGEST_CHUNK:
            raise ValueError("a chunk is at most 64 MiB")
        self._number += 1
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), chunk, None)
        self.size += self._file.write(len(sealed).to_bytes(_LENGTH_BYTES) + sealed)


def read_sealed(file: BinaryIO, keyring: Keyring, *, magic: bytes) -> Iterator[bytes]:
    """The chunks in order. Raises SealedFileFaulty; what came before the fault was whole."""
    if file.read(len(magic)) != magic:
        raise SealedFileFaulty(FileFault.NOT_ONE)
    sealed_key = file.read(int.from_bytes(file.read(_KEY_LENGTH_BYTES)))
    try:
        cipher = AESGCM(keyring.open(sealed_key, bound_to=magic))
    except SealBroken as broken:
        raise SealedFileFaulty(FileFault.OTHER_KEYS) from broken
    number, is_last = 0, False
    while not is_last:
        number += 1
        sealed = _next_chunk(file, number)
        chunk, is_last = _opened(cipher, sealed, number)
        yield chunk
    if file.read(1):
        raise SealedFileFaulty(FileFault.DAMAGED, chunk=number + 1)


def _next_chunk(file: BinaryIO, number: int) -> bytes:
    head = file.read(_LENGTH_BYTES)
    length = int.from_bytes(head)
    if length > LARGEST_CHUNK + _TAG_BYTES:
        raise SealedFileFaulty(FileFault.DAMAGED, chunk=number)
    sealed = file.read(length)
    if len(head) < _LENGTH_BYTES or len(sealed) < length:
        raise SealedFileFaulty(FileFault.CUT_OFF, chunk=number)
    return sealed


def _opened(cipher: AESGCM, sealed: bytes, number: int) -> tuple[bytes, bool]:
    """The chunk, and whether it is the last."""
    for is_last in (False, True):
        try:
            return cipher.decrypt(_nonce(number, last=is_last), sealed, None), is_last
        except (InvalidTag, ValueError):  # ValueError: too short to hold a tag
            continue
    raise SealedFileFaulty(FileFault.DAMAGED, chunk=number)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES) + bytes([last])
