"""How long what the register holds is kept (Cabinet Order art. 34), and the day that ends.

>>> kept_until(date(2026, 11, 24), years=1), kept_until(date(2024, 2, 29), years=150)
(datetime.date(2027, 11, 24), datetime.date(2174, 2, 28))
>>> kept_until(date(2026, 11, 24), years=150, first_day_counts=True)
datetime.date(2176, 11, 23)
"""

from datetime import date, timedelta
from enum import StrEnum


class KeptKind(StrEnum):
    """What is kept: for a time of its own, or without any rule of the Act or the Cabinet Order."""

    ERASED_RECORD = "erased-record"
    CHANGE_NOTICE = "change-notice"
    ERASURE_NOTICE = "erasure-notice"
    CODE_CHANGE_REQUEST = "code-change-request"
    CORRECTION_REQUEST = "correction-request"
    SLIP = "slip"
    MAIL = "mail"

    @property
    def paragraph(self) -> int | None:
        """Of Cabinet Order art. 34. None: it names papers that were received, not a copy of what was given or sent out."""
        return _PARAGRAPHS[self]

    @property
    def years(self) -> int | None:
        """150 from the erasing of a record (par. 1), 150 of notices to the network (par. 2), 1 of papers received (par. 4)."""
        return {1: 150, 2: 150, 4: 1, None: None}[self.paragraph]

    @property
    def article(self) -> str | None:
        """The article, in English; None where there is no rule."""
        item = f" item {_ITEMS[self]}" if self in _ITEMS else ""
        return f"Cabinet Order art. 34 par. {self.paragraph}{item}" if self.paragraph else None

    @property
    def first_day_counts(self) -> bool:
        """Par. 2 counts from the day itself (起算して); where a paragraph does not say so the day after is the first."""
        return self in _ITEMS


_PARAGRAPHS = {
    KeptKind.ERASED_RECORD: 1,
    KeptKind.CHANGE_NOTICE: 2,
    KeptKind.ERASURE_NOTICE: 2,
    KeptKind.CODE_CHANGE_REQUEST: 4,
    KeptKind.CORRECTION_REQUEST: 4,
    KeptKind.SLIP: None,
    KeptKind.MAIL: None,
}
#: Of par. 2: of an entry or a correction, counted from the next about the same person; of an erasure, from its own day.
_ITEMS = {KeptKind.CHANGE_NOTICE: 1, KeptKind.ERASURE_NOTICE: 2}


def kept_until(day: date, *, years: int, first_day_counts: bool = False) -> date:
    """The last day of so many years from a day, which itself is not counted unless told (Civil Code art. 140, 141 and 143)."""
    first = day if first_day_counts else day + timedelta(days=1)
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:  # 29 February of a common year: the month ends with the day before
        return date(first.year + years, first.month, first.day - 1)


def last_day_ended(on: date, *, years: int, first_day_counts: bool = False) -> date:
    """The latest day whose years have ended before `on`."""
    day = on - timedelta(days=years * 365)
    while kept_until(day, years=years, first_day_counts=first_day_counts) >= on:
        day -= timedelta(days=1)
    return day
