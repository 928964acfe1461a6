"""The forms a day may have in the register: known, or one of the unknown days (不詳日) of standard specification 1.1.8."""

from calendar import monthrange
from datetime import date
from enum import StrEnum


class DateForm(StrEnum):
    """What is known of a day, and how; the Japanese of each stands in `japanese_date`."""

    DAY = "day"
    DAY_UNKNOWN = "day-unknown"
    MONTH_UNKNOWN = "month-unknown"
    UNKNOWN = "unknown"
    AROUND_YEAR = "around-year"
    AROUND_MONTH = "around-month"
    AROUND_DAY = "around-day"
    PRESUMED_MONTH = "presumed-month"
    PRESUMED_DAY = "presumed-day"
    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"
    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"
    AROUND_EARLY = "around-early"
    AROUND_MIDDLE = "around-middle"
    AROUND_LATE = "around-late"
    BETWEEN = "between"
    BETWEEN_PRESUMED = "between-presumed"
    BETWEEN_AROUND = "between-around"


#: Forms whose canonical text is the ten characters alone.
PLAIN = frozenset({DateForm.DAY, DateForm.DAY_UNKNOWN, DateForm.MONTH_UNKNOWN, DateForm.UNKNOWN})
WHOLE_DAYS = frozenset({DateForm.DAY, DateForm.AROUND_DAY, DateForm.PRESUMED_DAY})
RANGES = frozenset({DateForm.BETWEEN, DateForm.BETWEEN_PRESUMED, DateForm.BETWEEN_AROUND})
MONTHS = frozenset({DateForm.DAY_UNKNOWN, DateForm.AROUND_MONTH, DateForm.PRESUMED_MONTH})
YEARS = frozenset({DateForm.MONTH_UNKNOWN, DateForm.AROUND_YEAR})
#: Form -> the month the season begins with: where it is sorted.
SEASONS = {DateForm.SPRING: 3, DateForm.SUMMER: 6, DateForm.AUTUMN: 9, DateForm.WINTER: 12}
#: Form -> the day the third of the month begins with: where it is sorted.
THIRDS = {
    DateForm.EARLY: 1,
    DateForm.MIDDLE: 11,
    DateForm.LATE: 21,
    DateForm.AROUND_EARLY: 1,
    DateForm.AROUND_MIDDLE: 11,
    DateForm.AROUND_LATE: 21,
}

_MONTHS_OF_A_SEASON, _DAYS_OF_A_THIRD = 3, 10


def place_of(form: DateForm, year: int, month: int, day: int) -> tuple[int, int, int]:
    """Where a day of this form is sorted, from the parts that are known."""
    if form in SEASONS:
        return year, SEASONS[form], 0
    if form in THIRDS:
        return year, month, THIRDS[form]
    return year, month, day


def span_of(form: DateForm, place: tuple[int, int, int], end: tuple[int, int]) -> tuple[date, date] | None:
    """First and last day it can be, of the calendar; None when the year is not known."""
    year, month, day = place
    if not year:
        return None
    if form in YEARS or form is DateForm.WINTER:  # the winter of a year is its beginning or its end
        return date(year, 1, 1), date(year, 12, 31)
    if form in SEASONS:
        return date(year, month, 1), _last_of(year, month + _MONTHS_OF_A_SEASON - 1)
    if form in MONTHS:
        return date(year, month, 1), _last_of(year, month)
    first = _nearest(year, month, day)
    if form in THIRDS:
        is_last = THIRDS[form] > 2 * _DAYS_OF_A_THIRD
        return first, _last_of(year, month) if is_last else date(year, month, day + _DAYS_OF_A_THIRD - 1)
    return first, _nearest(year, *end) if form in RANGES else first


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _nearest(year: int, month: int, day: int) -> date:
    """The day, or the last day of its month where the calendar lacks it."""
    return date(year, month, min(day, monthrange(year, month)[1]))
