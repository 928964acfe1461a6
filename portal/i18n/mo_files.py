"""Reading and writing of .mo files, and the stamp in their header that says what was checked.

A stamp is the version of the checker and two digests: of the .po file it was made from, and of the messages in the
.mo. A .mo whose messages
do not agree with its stamp was made or changed by another tool.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LITTLE_ENDIAN_MAGIC = b"\xde\x12\x04\x95"
STAMP = "X-Checked"
CONTEXT_MARK = "\x04"
FORM_MARK = "\0"


class BadMoFile(Exception):
    """The file is not a .mo file as we write them."""


def pack_mo(messages: Mapping[str, str], header: Iterable[tuple[str, str]], *, po_digest: str, checker: int) -> bytes:
    """Make the bytes of a .mo file: ``messages`` by gettext key (context, plural source and forms joined as in .mo)."""
    stamp = f"checker={checker}; po={po_digest}; mo={digest_of_messages(messages)}"
    lines = [*header, (STAMP, stamp)]
    head = "".join(f"{name}: {value}\n" for name, value in lines)
    pairs = sorted((key.encode(), text.encode()) for key, text in {**messages, "": head}.items())
    count = len(pairs)
    offset = 28 + 16 * count
    tables: list[bytes] = []
    body = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[side]), offset + len(body)))
            body += pair[side] + b"\0"
    start = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, offset)
    return start + b"".join(tables) + body


def read_mo(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Read a .mo file into (header, messages by gettext key as stored); raises BadMoFile."""
    data = path.read_bytes()
    try:
        if data[:4] != LITTLE_ENDIAN_MAGIC:
            message = "not a little-endian .mo file"
            raise BadMoFile(message)
        count, originals, translations = struct.unpack_from("<III", data, 8)
        messages = dict(zip(_strings(data, originals, count), _strings(data, translations, count), strict=True))
    except (struct.error, UnicodeDecodeError) as error:
        raise BadMoFile(str(error)) from error
    lines = messages.pop("", "").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line), messages


def _strings(data: bytes, table: int, count: int) -> list[str]:
    numbers = struct.unpack_from(f"<{2 * count}I", data, table)
    places = list(zip(numbers[::2], numbers[1::2], strict=True))
    if any(length + offset > len(data) for length, offset in places):
        message = "a string runs past the end"
        raise BadMoFile(message)
    return [data[offset : offset + length].decode() for length, offset in places]


def digest_of_messages(messages: Mapping[str, str]) -> str:
    """Digest of all messages, 32 hexadecimal digits."""
    seen = hashlib.sha256()
    for key in sorted(messages):
        seen.update(f"{key}\x01{messages[key]}\x02".encode())
    return seen.hexdigest()[:32]


def digest_of_file(path: Path) -> str:
    """Digest of a file's bytes, 32 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def stamp_of(header: Mapping[str, str]) -> dict[str, str]:
    """Read the stamp: ``checker``, and digests as ``po`` and ``mo``; empty for a file without one."""
    parts = (part.strip().split("=", 1) for part in header.get(STAMP, "").split(";"))
    return {pair[0]: pair[1] for pair in parts if len(pair) == 2}  # noqa: PLR2004 - name and value
