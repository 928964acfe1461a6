"""Municipality code (全国地方公共団体コード): 2 prefecture + 3 municipality + check digit.

Check digit: the last digit of 11 - ((6a+5b+4c+3d+2e) mod 11).

>>> MunicipalityCode("074829").text
'074829'
"""

from dataclasses import dataclass

from registry_core.values.errors import InvalidMunicipalityCode

_WEIGHTS = (6, 5, 4, 3, 2)
_LENGTH = 6


@dataclass(frozen=True, slots=True)
class MunicipalityCode:
    """Six ASCII digits whose check digit is right. Raises InvalidMunicipalityCode."""

    text: str

    def __post_init__(self) -> None:
        """Check form and check digit."""
        if len(self.text) != _LENGTH or not (self.text.isascii() and self.text.isdigit()):
            raise InvalidMunicipalityCode
        if check_digit(self.text[:5]) != self.text[5]:
            raise InvalidMunicipalityCode

    def __str__(self) -> str:
        """The six digits."""
        return self.text


def check_digit(body: str) -> str:
    """Check digit of the five body digits."""
    remainder = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return str(11 - remainder)[-1]
