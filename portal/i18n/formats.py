"""Days, instants, eras and countries as people read them: always Latin digits, the Gregorian calendar, Japan's time.

Everything here returns plain text. Days come as ``datetime.date`` or as a date of the register, which may be known in part
only (or impossible: 29 February 1990 is legal there), or as its canonical text.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from babel import Locale
from babel.core import get_global
from babel.dates import format_date as babel_date
from babel.dates import format_skeleton, get_datetime_format
from babel.dates import format_time as babel_time

from portal.i18n.gettext import current_language, has_official, official, plain, speaking
from portal.i18n.voices import LEFT_TO_RIGHT_MARK
from registry_core.values.date_form import RANGES, DateForm
from registry_core.values.register_date import RegisterDate

if TYPE_CHECKING:
    from portal.i18n.languages import Language

JAPAN = timezone(timedelta(hours=9), "JST")
"""Japan has had no summer time since 1951."""

GREGORIAN_ITEMS = frozenset({"birth_date", "end_of_stay"})
"""The two items of a foreign resident's record whose official form is the Gregorian one, never the era."""

RTL_MOMENT = "{day}، {time}"
RTL_CLOCK = "HH:mm"
"""Languages written from right to left: no Latin AM and PM inside the sentence, and a comma between year and hour."""

LONG_DAYS = {"vi": "d 'tháng' M 'năm' y"}
"""Where CLDR's long form is not what people write in a sentence: Vietnamese names the year too."""
MOMENTS = {"vi": "{0} ngày {1}"}
"""Where CLDR sets an hour and a day side by side that need a word between them: 17:36 on 23 November."""


class DayParts(Protocol):
    """A date of the register: what is unknown is None."""

    @property
    def year(self) -> int | None:
        """Year."""

    @property
    def month(self) -> int | None:
        """Month."""

    @property
    def day(self) -> int | None:
        """Day of the month."""


def format_day(day: DayParts | date | str, lang: Language | None = None) -> str:
    """Write a day in the current language (or ``lang``), in Gregorian years; what is not known is said in words."""
    language = lang or current_language()
    registered = _register_date(day)
    year, month, number = registered.year, registered.month, registered.day
    if registered.form is DateForm.DAY and year and month and number:
        return _whole_day(year, month, number, language)
    locale = Locale.parse(language.babel)
    parts = {
        "year": format_skeleton("y", date(year, 1, 1), locale=locale) if year else "",
        "month": format_skeleton("yMMMM", date(year, month, 1), locale=locale) if year and month else "",
        "day": _whole_day(year, month, number, language) if year and month and number else "",
        "end": _whole_day(year, *registered.end, language) if year and registered.form in RANGES else "",
    }
    with speaking(language):
        # The words of each form of a day are one message, with the parts that are known: Around %(year)s.
        return plain(official(f"date.{registered.form}", **parts))


def format_instant(at: datetime, lang: Language | None = None) -> str:
    """Write an instant (aware) as day and minute of Japan's time."""
    language = lang or current_language()
    locale = Locale.parse(language.babel)
    local = at.astimezone(JAPAN)
    day = format_day(local.date(), language)
    if language.is_right_to_left:
        return RTL_MOMENT.format(day=day, time=babel_time(local, RTL_CLOCK, tzinfo=JAPAN, locale=locale))
    pattern = MOMENTS.get(language.babel) or str(get_datetime_format("medium", locale=locale)).replace("'", "")
    time = babel_time(local, "short", tzinfo=JAPAN, locale=locale)
    return pattern.replace("{0}", time).replace("{1}", day)


def wareki(day: DayParts | date | str) -> str:
    """Write a day in the Japanese era, 平成25年7月8日; raises ValueError before 1873-01-01.

    Unknown parts are written as the register does: 平成25年7月日不詳. A year of two eras stays Gregorian when the
    month is unknown.
    """
    return _register_date(day).in_era


def official_day(item: str, day: DayParts | date | str) -> str:
    """The official Japanese form of a day: Gregorian for birth date and end of stay, in the era for the others."""
    registered = _register_date(day)
    if item not in GREGORIAN_ITEMS:
        try:
            return registered.in_era
        except ValueError:  # before 1873 the era's calendar was another one
            pass
    return registered.in_western_years


def country_name(code: str, lang: Language | None = None) -> str:
    """Name a nationality or region by its ISO 3166-1 alpha-3 code or our own (``value.nationality.<code>``)."""
    key = f"value.nationality.{code.lower()}"
    language = lang or current_language()
    if has_official(key):
        with speaking(language):
            return plain(official(key))
    short = alpha_2(code)
    name = Locale.parse(language.babel).territories.get(short) if short else None
    return name or code


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week as the municipality file names them."""


def weekday_name(day: str) -> str:
    """Name a day of the week (one of WEEKDAYS) in the current language."""
    names = Locale.parse(current_language().babel).days["stand-alone"]["wide"]
    return str(names[WEEKDAYS.index(day)])


def alpha_2(code: str) -> str | None:
    """The alpha-2 code of an alpha-3 code, from CLDR; None when there is no single one."""
    found = get_global("territory_aliases").get(code.upper(), [])
    return found[0] if len(found) == 1 else None


def _register_date(day: DayParts | date | str) -> RegisterDate:
    if isinstance(day, RegisterDate):
        return day
    if isinstance(day, str):
        return RegisterDate.read(day)
    return RegisterDate.of(day.year or 0, day.month or 0, day.day or 0)


def _whole_day(year: int, month: int, number: int, language: Language) -> str:
    """A day as a long date; as numbers when the calendar lacks it (29 February 1990 is legal)."""
    try:
        pattern = LONG_DAYS.get(language.babel, "long")
        return babel_date(date(year, month, number), pattern, locale=Locale.parse(language.babel))
    except ValueError:
        if language.html_lang == "ja":
            return RegisterDate.of(year, month, number).in_western_years
        written = f"{year:04}-{month:02}-{number:02}"
        return LEFT_TO_RIGHT_MARK + written if language.is_right_to_left else written
