"""Finding resident record codes in whatever was written, in nine spellings."""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import unquote

_LENGTH = 11
_RUN = re.compile(r"\d(?:[\s\-._/,·‐-―−ー－・\u200b-\u200f\u2060\u2066-\u2069]{0,2}\d){10,}")
_HEX = re.compile(r"(?=((?:3[0-9]){11}))")
_BASE64 = re.compile(r"[A-Za-z0-9]{14,}")
_CORE = 14  # characters of base64 that eleven bytes alone decide, wherever they begin
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")

SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": lambda code: code,
    "in groups": lambda code: f"{code[:4]} {code[4:8]} {code[8:]}",
    "hyphens": lambda code: f"{code[:4]}-{code[4:8]}-{code[8:]}",
    "full width": lambda code: "".join(chr(0xFF10 + int(digit)) for digit in code),
    "Arabic-Indic": lambda code: "".join(chr(0x0660 + int(digit)) for digit in code),
    "base64": lambda code: base64.b64encode(code.encode()).decode(),
    "hex": lambda code: code.encode().hex(),
    "percent": lambda code: "".join(f"%{ord(digit):02X}" for digit in code),
    "JSON escape": lambda code: "".join(f"\\u{ord(digit):04x}" for digit in code),
}


class CodeScanner:
    """Knows the codes that must not be found; `find` tells which are in a text."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)
        self.cores = {core: code for code in self.codes for core in _base64_cores(code)}

    def find(self, text: str | bytes | object) -> set[str]:
        """The codes in a text, in bytes, or in anything JSON can write."""
        if isinstance(text, bytes | bytearray):
            text = text.decode("utf-8", "replace")
        elif not isinstance(text, str):
            text = json.dumps(text, ensure_ascii=False, default=str)
        return set().union(
            *(self._in_digits(each) for each in _readings(text)), self._in_hex(text), self._in_base64(text)
        )

    def _in_digits(self, text: str) -> set[str]:
        found = set()
        for run in _RUN.finditer(text):
            digits = "".join(str(unicodedata.decimal(each)) for each in run.group() if each.isdecimal())
            found.update(_windows(digits, _LENGTH) & self.codes)
        return found

    def _in_hex(self, text: str) -> set[str]:
        return {bytes.fromhex(match.group(1)).decode() for match in _HEX.finditer(text)} & self.codes

    def _in_base64(self, text: str) -> set[str]:
        runs = (_windows(run.group(), _CORE) for run in _BASE64.finditer(text))
        return {self.cores[core] for windows in runs for core in windows & self.cores.keys()}


def _readings(text: str) -> set[str]:
    """The text as it stands, and with each kind of escape undone."""
    readings = {text}
    if "%3" in text:
        readings.add(unquote(text))
    if "\\u" in text:
        readings.add(_ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text))
    if "&#" in text:
        readings.add(html.unescape(text))
    return readings


def _windows(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


def _base64_cores(code: str) -> set[str]:
    """The part that does not depend on what stands around, for each of the three ways the bytes can be aligned."""
    cores = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + code.encode() + b"\0" * 3).decode()
        cores.add(encoded[-(-8 * before // 6) : (8 * before + 8 * _LENGTH) // 6])
    return cores
