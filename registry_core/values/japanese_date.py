"""The Japanese text of a day: read as people and forms write it, written as the register does (standard specification 1.1.8).

One table gives both: 平成2年2月頃, 推定平成2年2月3日, 平成2年春, 平成2年2月3日から2月5日頃までの間 ...
"""

import re
from dataclasses import dataclass
from typing import Protocol

from registry_core.values.date_form import DateForm, span_of
from registry_core.values.era import FIRST_GREGORIAN_DAY, Era, era_named, era_of, eras_of

#: y the year with its sign, m and d the month and the day, e and f the month and the day of the end.
_TEXTS = {
    DateForm.DAY: "<y><m>月<d>日",
    DateForm.DAY_UNKNOWN: "<y><m>月日不詳",
    DateForm.MONTH_UNKNOWN: "<y>月日不詳",
    DateForm.UNKNOWN: "年月日不詳",
    DateForm.AROUND_YEAR: "<y>頃",
    DateForm.AROUND_MONTH: "<y><m>月頃",
    DateForm.AROUND_DAY: "<y><m>月<d>日頃",
    DateForm.PRESUMED_MONTH: "推定<y><m>月",
    DateForm.PRESUMED_DAY: "推定<y><m>月<d>日",
    DateForm.SPRING: "<y>春",
    DateForm.SUMMER: "<y>夏",
    DateForm.AUTUMN: "<y>秋",
    DateForm.WINTER: "<y>冬",
    DateForm.EARLY: "<y><m>月上旬",
    DateForm.MIDDLE: "<y><m>月中旬",
    DateForm.LATE: "<y><m>月下旬",
    DateForm.AROUND_EARLY: "<y><m>月上旬頃",
    DateForm.AROUND_MIDDLE: "<y><m>月中旬頃",
    DateForm.AROUND_LATE: "<y><m>月下旬頃",
    DateForm.BETWEEN: "<y><m>月<d>日から<e>月<f>日頃までの間",
    DateForm.BETWEEN_PRESUMED: "<y><m>月推定<d>日から<f>日までの間",
    DateForm.BETWEEN_AROUND: "<y><m>月<d>日頃から<f>日頃までの間",
}
_YEAR = "(?P<era>明治|大正|昭和|平成|令和|西暦)?(?P<y>元|[0-9]{1,4})年"
_WRITTEN_OTHERWISE = (("ごろ", "頃"), ("ころ", "頃"))
_FIRST_YEAR = "元"


def _pattern(text: str) -> re.Pattern[str]:
    numbers = re.sub("<([mdef])>", r"(?P<\1>[0-9]{1,2})", text)
    return re.compile(numbers.replace("<y>", _YEAR))


_PATTERNS = {form: _pattern(text) for form, text in _TEXTS.items()}


@dataclass(frozen=True, slots=True)
class JapaneseDate:
    """What a Japanese text says; `end` is the month and the day of a range, `era` the one it was written in."""

    form: DateForm
    year: int = 0
    month: int = 0
    day: int = 0
    end: tuple[int, int] = (0, 0)
    era: Era | None = None


class Dated(Protocol):
    """A date of the register, as far as its text needs it."""

    @property
    def form(self) -> DateForm: ...
    @property
    def place(self) -> tuple[int, int, int]: ...
    @property
    def end(self) -> tuple[int, int]: ...
    @property
    def era(self) -> Era | None: ...


def read_japanese(text: str) -> JapaneseDate | None:
    """What the text says (spaces removed, ASCII digits); None when it is no Japanese day."""
    for otherwise, written in _WRITTEN_OTHERWISE:
        text = text.replace(otherwise, written)
    for form, pattern in _PATTERNS.items():
        found = pattern.fullmatch(text)
        if found:
            return _read(form, found.groupdict())
    return None


def in_japanese(day: Dated, *, western: bool) -> str:
    """The official text, in Western years or in the era.

    A year that lies in two eras is written in the one it was recorded in, else in Western years. Raises ValueError before 1873.
    """
    year, month, number = day.place
    text = _TEXTS[day.form]
    parts = {"<m>": month, "<d>": number, "<e>": day.end[0], "<f>": day.end[1]}
    for sign, part in parts.items():
        text = text.replace(sign, str(part))
    return text.replace("<y>", f"{year}年" if western or not year else _year_in_its_era(day))


def era_to_keep(form: DateForm, place: tuple[int, int, int], end: tuple[int, int], era: Era | None) -> Era | None:
    """The era a day was written in, where the day alone would not tell: 明治45年7月30日, 昭和64年月日不詳."""
    if era is None:
        return None
    span = span_of(form, place, end)
    possible = eras_of(*span) if span else []
    if span is None or era not in possible or len(possible) == 1:
        return None
    return None if span[0] == span[1] and era is era_of(span[0]) else era


def _year_in_its_era(day: Dated) -> str:
    year = day.place[0]
    if day.era:
        return day.era.name_of_year(year)
    span = span_of(day.form, day.place, day.end)
    if span is None:
        return f"{year}年"
    first, last = era_of(span[0]), era_of(span[1])
    return first.name_of_year(year) if first is last else f"{year}年"


def _read(form: DateForm, said: dict[str, str | None]) -> JapaneseDate | None:
    if said.get("y") is None:
        return JapaneseDate(form)
    year, era = _western(str(said["y"]), era_named(said["era"] or ""))
    if not year:
        return None
    month, day, end_month, end_day = (int(said.get(part) or 0) for part in "mdef")
    end = (end_month or month, end_day) if end_day else (0, 0)
    return JapaneseDate(form, year, month, day, end, era)


def _western(number: str, era: Era | None) -> tuple[int, Era | None]:
    """The Western year, 0 when there is none: an era's year before 1873 belongs to another calendar."""
    if era is None:
        return (0 if number == _FIRST_YEAR else int(number)), None
    year = era.western_year(1 if number == _FIRST_YEAR else int(number))
    return (year if year >= FIRST_GREGORIAN_DAY.year else 0), era
