"""Numbers of a message must survive its translation: years, amounts, the eleven digits of an example.

Folded before they are compared: full-width digits, grouping (500,000), 万 and 億, years of an era, hours after noon.
A number below ten may be written as a word by either side, and a Japanese month has a name elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPING = re.compile(r"(?<=\d)[.,\u066c\u00a0\u202f](?=\d{3}(?!\d))")
RUN = re.compile(r"\d+")
ERA_YEAR = re.compile(r"(明治|大正|昭和|平成|令和)\s*(\d{1,2})\s*年")
ERA_BEFORE_FIRST = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
MYRIADS = {"万": 10_000, "億": 100_000_000}
MYRIAD = re.compile(r"(\d+)(万|億)")
MONTH = re.compile(r"(\d{1,2})(?:月|[か箇カヶ]月)")
AFTERNOON = re.compile(r"午後(\d{1,2})時|(\d{1,2})(?::\d\d)? ?pm", re.IGNORECASE)
WORDS = {
    "one": "1", "first": "1", "two": "2", "second": "2", "twice": "2", "three": "3", "third": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
    "january": "1", "february": "2", "march": "3", "april": "4", "may": "5", "june": "6", "july": "7", "august": "8",
    "september": "9", "october": "10", "november": "11", "december": "12",
    "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9", "十": "10",
}  # fmt: skip
MUST_STAY = 2
"""From this many digits on a number is not written as a word."""


def number_faults(source: str, form: str) -> Iterator[tuple[str, str]]:
    """Find numbers the translation lost or gained, as (code, number)."""
    wanted, allowed = _numbers_of_source(_folded(source))
    found = {_trimmed(run) for run in RUN.findall(GROUPING.sub("", _folded(form)))}
    for number in sorted(wanted - found):
        yield "number-lost", number
    for number in sorted(found - allowed):
        yield "number-added", number


def _numbers_of_source(text: str) -> tuple[set[str], set[str]]:
    """Numbers that must stay, and all that may stand in the translation."""
    optional = {_trimmed(number) for number in MONTH.findall(text)}
    derived: set[str] = set()
    for era, year in ERA_YEAR.findall(text):
        optional.add(_trimmed(year))
        derived.add(str(ERA_BEFORE_FIRST[era] + int(year)))
    for hours in AFTERNOON.findall(text):
        number = next(hour for hour in hours if hour)
        optional.add(_trimmed(number))
        derived |= {str(int(number) + 12), "0"}  # 17:00
    for digits, unit in MYRIAD.findall(text):
        optional.add(_trimmed(digits))
        derived.add(str(int(digits) * MYRIADS[unit]))
    plain = GROUPING.sub("", text)
    runs = {_trimmed(run) for run in RUN.findall(plain)}
    words = {digit for word, digit in WORDS.items() if word in plain.casefold()}
    wanted = {run for run in runs if len(run) >= MUST_STAY} - optional
    return wanted, runs | optional | derived | words


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _trimmed(run: str) -> str:
    """A day or month written 07 is 7; longer runs may be codes and stay as they are."""
    return run.lstrip("0") or "0" if len(run) <= MUST_STAY else run
