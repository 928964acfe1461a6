"""How long what the register holds is kept (Cabinet Order art. 34), and the day that ends.

>>> kept_until(date(2026, 11, 24), years=1), kept_until(date(2024, 2, 29), years=150)
(datetime.date(2027, 11, 24), datetime.date(2174, 2, 28))
"""

from datetime import date, timedelta
from enum import StrEnum


class KeptKind(StrEnum):
    """What is kept for a time of its own. Nothing else of the register has a day it may go."""

    ERASED_RECORD = "erased-record"
    CODE_CHANGE_REQUEST = "code-change-request"
    CORRECTION_REQUEST = "correction-request"

    @property
    def years(self) -> int:
        """How many: 150 from the erasing (par. 1), for forms and other papers 1 from their receipt (par. 4)."""
        return 150 if self is KeptKind.ERASED_RECORD else 1

    @property
    def article(self) -> str:
        """The article, in English."""
        return f"Cabinet Order art. 34 par. {1 if self is KeptKind.ERASED_RECORD else 4}"


def kept_until(day: date, *, years: int) -> date:
    """The last day of so many years from a day, which itself is not counted (Civil Code art. 140, 141 and 143)."""
    first = day + timedelta(days=1)
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:  # 29 February of a common year: the month ends with the day before
        return date(first.year + years, first.month, first.day - 1)


def last_day_ended(on: date, *, years: int) -> date:
    """The latest day whose years have ended before `on`."""
    day = on - timedelta(days=years * 365)
    while kept_until(day, years=years) >= on:
        day -= timedelta(days=1)
    return day
