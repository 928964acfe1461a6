"""The eras of Japan from Meiji on, and their years; the first year of an era is 元年.

Japan took the Gregorian calendar on 1873-01-01 (明治6年); an older day stood in another calendar and is never converted.
30 July 1912 was 明治45年 until the proclamation and 大正元年 after it, 25 December 1926 likewise 大正15年 and 昭和元年: both
names of these two days are legal (standard specification 1.1.8).

>>> era_of(date(2019, 5, 1)).name_of_year(2019), era_of(date(1989, 1, 7)).name_of_year(1989)
('令和元年', '昭和64年')
"""

from datetime import date, timedelta
from enum import StrEnum

FIRST_GREGORIAN_DAY = date(1873, 1, 1)


class Era(StrEnum):
    """元号."""

    MEIJI = "meiji"
    TAISHO = "taisho"
    SHOWA = "showa"
    HEISEI = "heisei"
    REIWA = "reiwa"

    @property
    def first_day(self) -> date:
        """The day it began."""
        return _FIRST_DAYS[self]

    @property
    def last_day(self) -> date:
        """The last day that may be written in it; of Meiji and Taisho also the first day of the next era."""
        order = list(Era)
        if self is Era.REIWA:
            return date.max
        following = order[order.index(self) + 1].first_day
        return following if self in {Era.MEIJI, Era.TAISHO} else following - timedelta(days=1)

    @property
    def name_in_japanese(self) -> str:
        """Two characters."""
        return _NAMES[self]

    def western_year(self, number: int) -> int:
        """The Western year of a year of this era."""
        return self.first_day.year + number - 1

    def name_of_year(self, year: int) -> str:
        """A Western year in this era: 令和元年, 令和2年."""
        number = year - self.first_day.year + 1
        return f"{_NAMES[self]}{_FIRST_YEAR if number == 1 else number}年"


_FIRST_DAYS = {
    Era.MEIJI: date(1868, 1, 25),
    Era.TAISHO: date(1912, 7, 30),
    Era.SHOWA: date(1926, 12, 25),
    Era.HEISEI: date(1989, 1, 8),
    Era.REIWA: date(2019, 5, 1),
}
_NAMES = {Era.MEIJI: "明治", Era.TAISHO: "大正", Era.SHOWA: "昭和", Era.HEISEI: "平成", Era.REIWA: "令和"}
_FIRST_YEAR = "元"


def era_of(day: date) -> Era:
    """The era of a day. Raises ValueError before 1873-01-01."""
    if day < FIRST_GREGORIAN_DAY:
        message = "no era of the Gregorian calendar before 1873-01-01"
        raise ValueError(message)
    return max((era for era in Era if era.first_day <= day), key=lambda era: era.first_day)


def eras_of(first: date, last: date) -> list[Era]:
    """Every era in which some day from `first` to `last` may be written; none before 1873-01-01."""
    if last < FIRST_GREGORIAN_DAY:
        return []
    return [era for era in Era if era.first_day <= last and first <= era.last_day]


def era_named(japanese: str) -> Era | None:
    """The era of this Japanese name."""
    return next((era for era, name in _NAMES.items() if name == japanese), None)
