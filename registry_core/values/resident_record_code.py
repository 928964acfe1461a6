"""Resident record code (住民票コード): ten random digits and a check digit.

Act art. 7 item 13, Enforcement Regulation art. 1. The formula of the check digit is set by MIC Notice 436 of 2002, which
could not be read word for word: modulus 11, weights 2 to 7 from the right, remainder 0 or 1 giving 0, rests on secondary
sources that agree. So a wrong check digit is a typing hint, never a reason to refuse a code the register holds.

>>> ResidentRecordCode.parse("24727059608")
ResidentRecordCode('•••••••••08')
>>> ResidentRecordCode.parse("２４７２ ７０５９ ６０８").check_digit_matches
True
>>> [check_digit(body) for body in ("1234567890", "0000000014", "0000000006", "0000000005")]
['3', '0', '0', '1']
"""

import secrets

from registry_core.values.digits import ascii_digits
from registry_core.values.errors import InvalidCode

LENGTH = 11
_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_MODULUS = 11
_SEPARATORS = str.maketrans("", "", " \u3000\u00a0-‐‑–—ー－_")
_SHOWN = 2


class ResidentRecordCode:
    """Eleven ASCII digits, a leading zero allowed. Every text form is masked; `reveal()` alone gives the digits."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        """Take exactly eleven ASCII digits; use `parse` for what people type. Raises InvalidCode."""
        if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
            raise InvalidCode
        if len(set(digits)) == 1:
            raise InvalidCode
        self._digits = digits

    @classmethod
    def parse(cls, text: str) -> "ResidentRecordCode":
        """Read a code as typed: digits of any script, spaces and hyphens between. Raises InvalidCode."""
        return cls(ascii_digits(text).translate(_SEPARATORS))

    @classmethod
    def from_body(cls, body: str) -> "ResidentRecordCode":
        """Ten digits and the check digit that belongs to them."""
        return cls(body + check_digit(body))

    @classmethod
    def random(cls) -> "ResidentRecordCode":
        """Draw a code as the designating body does: at random (Regulation art. 1)."""
        return cls.from_body(f"{secrets.randbelow(10**10 - 2) + 1:010d}")

    def reveal(self) -> str:
        """The eleven digits. Only for the slip, the 30-second page and the sealing of the column (design rule 8)."""
        return self._digits

    @property
    def masked(self) -> str:
        """Nine dots and the last two digits: enough to tell an old slip from a new one."""
        return "•" * (LENGTH - _SHOWN) + self._digits[-_SHOWN:]

    @property
    def check_digit_matches(self) -> bool:
        """Whether the last digit is the one computed from the ten before; False is only a typing hint."""
        return check_digit(self._digits[:-1]) == self._digits[-1]

    def __eq__(self, other: object) -> bool:
        """Equal digits."""
        return isinstance(other, ResidentRecordCode) and self._digits == other._digits

    def __hash__(self) -> int:
        """Hash of the digits."""
        return hash((ResidentRecordCode, self._digits))

    def __str__(self) -> str:
        """Masked."""
        return self.masked

    def __repr__(self) -> str:
        """Masked."""
        return f"ResidentRecordCode({self.masked!r})"

    def __format__(self, spec: str) -> str:
        """Masked."""
        return format(self.masked, spec)

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse pickling: a pickle would carry the digits to places that do not know what they are."""
        raise TypeError("a resident record code is not pickled")


def check_digit(body: str) -> str:
    """Check digit of ten body digits: r = sum(P*Q) mod 11; 0 if r <= 1, else 11 - r."""
    remainder = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % _MODULUS
    return "0" if remainder <= 1 else str(_MODULUS - remainder)
