"""A day as the register holds it: also days the calendar lacks, and days not known (STD 1.1.8).

Canonical text: "1990-02-28"; a part that is not known is zeros: "1990-02-00", "1990-00-00", "0000-00-00".
29 February of a common year and 30 February are kept as recorded.

>>> str(RegisterDate.parse("１９９０年２月３日"))
'1990-02-03'
>>> str(RegisterDate.parse("平成2年2月29日")), str(RegisterDate.parse("19900228"))
('1990-02-29', '1990-02-28')
>>> str(RegisterDate.parse("0000-00-00"))
'0000-00-00'
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from registry_core.values.digits import ascii_digits
from registry_core.values.errors import InvalidDate

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = re.compile(r"^(明治|大正|昭和|平成|令和)(元|\d{1,2})年(\d{1,2})月(\d{1,2})日$")
_WESTERN = re.compile(r"^(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D{0,3}$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_EARLIEST, _LATEST = 1800, 2200
_MONTHS, _DAYS = 12, 31
_LONGEST_INPUT = 40


@dataclass(frozen=True, slots=True, order=True)
class RegisterDate:
    """Year, month, day, each None when not known (a known part after an unknown one does not occur)."""

    _sort: tuple[int, int, int]

    @classmethod
    def of(cls, year: int, month: int, day: int) -> "RegisterDate":
        """Build from numbers, 0 for not known. Raises InvalidDate."""
        if year == 0 and (month or day):
            raise InvalidDate
        if month == 0 and day:
            raise InvalidDate
        if (year and not _EARLIEST <= year <= _LATEST) or month > _MONTHS or day > _DAYS:
            raise InvalidDate
        return cls((year, month, day))

    @classmethod
    def on(cls, day: date) -> "RegisterDate":
        """The calendar day."""
        return cls.of(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> "RegisterDate":
        """Read ISO, compact, slashed, 年月日 or era text, digits of any script. Raises InvalidDate."""
        if len(text) > _LONGEST_INPUT:
            raise InvalidDate
        plain = ascii_digits(unicodedata.normalize("NFKC", text)).replace(" ", "")
        era = _ERA.match(plain)
        if era:
            year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
            return cls.of(year, int(era[3]), int(era[4]))
        match = _WESTERN.match(plain) or _COMPACT.match(plain)
        if not match:
            raise InvalidDate
        return cls.of(int(match[1]), int(match[2]), int(match[3]))

    @property
    def year(self) -> int | None:
        """Western year."""
        return self._sort[0] or None

    @property
    def month(self) -> int | None:
        """1 to 12."""
        return self._sort[1] or None

    @property
    def day(self) -> int | None:
        """1 to 31; also a day its month lacks."""
        return self._sort[2] or None

    @property
    def calendar_day(self) -> date | None:
        """The day of the calendar, or None when it is not known or the calendar lacks it."""
        try:
            return date(*self._sort)
        except ValueError:
            return None

    def __str__(self) -> str:
        """Canonical text."""
        return "{:04d}-{:02d}-{:02d}".format(*self._sort)
