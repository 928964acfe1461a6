"""A thief who has read all of our source, has the loot, and has not the key: which of the codes can be got out of it?

It is a dictionary attack: there are only about 10^10 codes, so who can test a guess has them all. Here only the right guesses are
made, since wrong ones find nothing: every code against every value; where a salt stands in the row, the row's own codes.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.faults.code_scanner import CodeScanner
from tests.faults.loot import Loot, Row, flat

FAMILIES = sorted(hashlib.algorithms_guaranteed - {"shake_128", "shake_256"})
_SHORTEST, _LONGEST = 16, 64
_LENGTHS = (16, 20, 24, 28, 32, 48, 64)
_FEW_ROWS = 20  # a table that small may hold settings: a salt for all, or a key
_FEW_CODES = 40  # where one salt serves all rows, one right code shows it
_STRETCHED, _ROUNDS = 8, (1, 1000)
_SEALED = re.compile(rb"([a-z][0-9]{1,9}):(.{29,})", re.DOTALL)
_BASE64_KEY = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")
_CHUNK, _OVERLAP = 1_000_000, 200
_COMMON = (b"salt", b"pepper", b"secret", b"portal", b"resident-portal", b"resident_record_code", b"code", b"juki")


@dataclass
class Thief:
    """`codes` are what must not be found, by the rows that hold them: table -> id -> codes. `found`: code -> how."""

    loot: Loot
    codes: list[str]
    owners: dict[UUID, list[str]]
    found: dict[str, str] = field(default_factory=dict)
    tried: int = 0

    def tries_everything(self, *, until_found: bool) -> dict[str, str]:
        for attack in (self.reads, self.hashes, self.salts_of_all, self.salts_of_rows, self.stretches, self.keys):
            attack()
            if until_found and self.found:
                break
        return self.found

    # ---- what is written in the open

    def reads(self) -> None:
        """The codes in nine spellings, in every file and every value."""
        scanner = CodeScanner(self.codes)
        for name, content in self.loot.files.items():
            for start in range(0, len(content), _CHUNK):
                self._have(
                    scanner.find(content[start : start + _CHUNK + _OVERLAP].replace(b"\t", b"|")), f"read in {name}"
                )
        for table, rows in self.loot.tables.items():
            for row in rows:
                for column, value in row.items():
                    for inner in flat(value):
                        self._have(scanner.find(_readable(inner)), f"read in {table}.{column}")
                        self.tried += 1

    # ---- hashes of codes

    def hashes(self) -> None:
        """Every code, in six forms, by every family, once and twice, and what is cut off of it."""
        values = self._all_values()
        for name in FAMILIES:
            for code in self.codes:
                for form in _forms(code):
                    digest = hashlib.new(name, form).digest()
                    twice = (
                        digest,
                        hashlib.new(name, digest).digest(),
                        hashlib.new(name, digest.hex().encode()).digest(),
                    )
                    self._compare(code, twice, values, f"{name} of the code")

    def salts_of_all(self) -> None:
        """What could be a salt of the whole table: before, after, or as key of an HMAC."""
        values = self._all_values()
        few = [rows for rows in self.loot.tables.values() if len(rows) <= _FEW_ROWS]
        salts = {*_COMMON, *(name.encode() for name in self.loot.tables)}
        salts |= {salt for rows in few for row in rows for salt in _salts_of(row)}
        for code in self.codes[:: max(1, len(self.codes) // _FEW_CODES)]:
            for salt in salts:
                self._compare(code, _salted(code, salt), values, "hash with a salt of all")

    def salts_of_rows(self) -> None:
        """What stands in a row beside the value: ids, days, sealed bytes."""
        for table, rows in self.loot.tables.items():
            for row in rows:
                codes = self._codes_of(row)
                values = _Values(_values_of(row) if codes else ())
                for code in codes:
                    for salt in _salts_of(row):
                        self._compare(code, _salted(code, salt), values, f"hash with a salt of the row in {table}")

    def stretches(self) -> None:
        """PBKDF2 and scrypt with what stands in the row, for some rows of each table."""
        for table, rows in self.loot.tables.items():
            for row in [row for row in rows if self._codes_of(row)][:_STRETCHED]:
                values = _Values(_values_of(row))
                for code in self._codes_of(row):
                    for salt in _salts_of(row):
                        self._compare(code, _stretched(code, salt), values, f"stretched hash in {table}")

    # ---- keys

    def keys(self) -> None:
        """Anything of a key's length, wherever it stands, opens what is sealed or makes the index of a code."""
        sealed = list(self._sealed_samples())
        indexed = [(code, set(_values_of(row))) for row, code in self._rows_with_codes()]
        for key in self._key_candidates():
            self.tried += 1
            for code, values in indexed:
                if hmac.digest(key, code.encode(), hashlib.sha256) in values:
                    self._have({code}, "index made with a key that lies in the loot")
            cipher = AESGCM(key)
            for nonce, content, row_id in sealed:
                self._open(cipher, nonce, content, row_id)

    def _open(self, cipher: AESGCM, nonce: bytes, content: bytes, row_id: UUID) -> None:
        for bound in (row_id.bytes, b"code-change-draft:" + row_id.bytes, b"", None):
            try:
                plain = cipher.decrypt(nonce, content, bound)
            except (InvalidTag, ValueError):
                continue
            self._have(CodeScanner(self.codes).find(plain), "opened with a key that lies in the loot")

    def _key_candidates(self) -> Iterator[bytes]:
        candidates = set(self._all_values())
        for content in self.loot.files.values():
            if len(content) < _CHUNK:
                candidates |= {_decoded(match) for match in _BASE64_KEY.findall(content)}
        few = [rows for rows in self.loot.tables.values() if len(rows) <= _FEW_ROWS]
        candidates |= {hashlib.sha256(salt).digest() for rows in few for row in rows for salt in _salts_of(row)}
        yield from (key for key in candidates if key is not None and len(key) in {16, 24, 32})

    def _sealed_samples(self) -> Iterator[tuple[bytes, bytes, UUID]]:
        """One value of each sealed column, with the id of its row."""
        for rows in self.loot.tables.values():
            seen = set()
            for row in rows:
                for column, value in row.items():
                    match = _SEALED.fullmatch(bytes(value)) if isinstance(value, bytes | memoryview) else None
                    row_id = _uuid(next(iter(row.values())))
                    if match and row_id and column not in seen:
                        seen.add(column)
                        yield match[2][:12], match[2][12:], row_id

    def _rows_with_codes(self) -> list[tuple[Row, str]]:
        rows = [(row, codes[0]) for rows in self.loot.tables.values() for row in rows if (codes := self._codes_of(row))]
        return rows[:: max(1, len(rows) // 10)]

    # ---- what is found

    def _all_values(self) -> "_Values":
        return _Values(value for rows in self.loot.tables.values() for row in rows for value in _values_of(row))

    def _codes_of(self, row: Row) -> list[str]:
        """The codes of the row, or of the record that it belongs to."""
        ids = [_uuid(value) for value in row.values()]
        return list(dict.fromkeys(code for each in ids if each for code in self.owners.get(each, ())))

    def _compare(self, code: str, digests: Iterable[bytes], values: "_Values", how: str) -> None:
        for digest in digests:
            self.tried += 1
            if any(digest[:length] in values for length in values.lengths if length <= len(digest)):
                self._have({code}, how)

    def _have(self, codes: set[str], how: str) -> None:
        for code in codes:
            self.found.setdefault(code, how)


class _Values(frozenset[bytes]):
    """Values that could be hashes, with the lengths they have."""

    @cached_property
    def lengths(self) -> list[int]:
        return sorted({len(value) for value in self} & set(_LENGTHS))


def _salted(code: str, salt: bytes) -> Iterator[bytes]:
    plain = code.encode()
    for name in FAMILIES:
        yield hashlib.new(name, salt + plain).digest()
        yield hashlib.new(name, plain + salt).digest()
        yield hmac.digest(salt, plain, name)


def _stretched(code: str, salt: bytes) -> Iterator[bytes]:
    for rounds in _ROUNDS:
        for name in ("sha1", "sha256", "sha512"):
            yield hashlib.pbkdf2_hmac(name, code.encode(), salt, rounds)
    yield hashlib.scrypt(code.encode(), salt=salt, n=16, r=8, p=1)


def _forms(code: str) -> list[bytes]:
    number = int(code)
    grouped = f"{code[:4]} {code[4:8]} {code[8:]}"
    texts = (code, grouped, grouped.replace(" ", "-"), "".join(chr(0xFF10 + int(digit)) for digit in code))
    return [*(text.encode() for text in texts), number.to_bytes(8, "big"), number.to_bytes(8, "little")]


def _values_of(row: Row) -> Iterator[bytes]:
    """Every value of 16 to 64 bytes, as it stands or as hexadecimal or base64 text."""
    for value in row.values():
        for inner in flat(value):
            for each in _bytes_of(inner):
                if _SHORTEST <= len(each) <= _LONGEST:
                    yield each


def _salts_of(row: Row) -> set[bytes]:
    """Every value as bytes and as its text."""
    values = [inner for value in row.values() for inner in flat(value)]
    texts = {str(value).encode("utf-8", "replace") for value in values if not isinstance(value, bytes | memoryview)}
    return {each for each in texts.union(*map(_bytes_of, values)) if len(each) <= _LONGEST}


def _bytes_of(value: Any) -> Iterator[bytes]:
    if isinstance(value, bytes | bytearray | memoryview):
        yield bytes(value)
    elif isinstance(value, UUID):
        yield value.bytes
    else:
        text = str(value)
        readings: tuple[Callable[[], Any], ...] = (
            partial(binascii.unhexlify, text),
            partial(base64.b64decode, text, validate=True),
            partial(base64.urlsafe_b64decode, text),
        )
        for reading in readings if 20 <= len(text) <= 128 and text.isascii() else ():
            try:
                yield reading()
            except ValueError:
                continue


def _readable(value: Any) -> Any:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value)


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(text.rstrip(b"=") + b"=", altchars=b"-_" if b"-" in text or b"_" in text else None)
    except ValueError:
        return None


def _uuid(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    if isinstance(value, str) and len(value) in {32, 36}:
        try:
            return UUID(value)
        except ValueError:
            return None
    return None
