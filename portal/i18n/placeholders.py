"""What stands in a text where a placeholder is, told to the translator beside every message that has one."""

from __future__ import annotations

from portal.i18n.checker import PLACEHOLDER

MEANINGS = {
    "all": "a number: how many there are in all",
    "closes": "a time of day, such as 17:15",
    "count": "a number of digits",
    "current": "a number: which of the steps this is",
    "day": "a day, such as 24 November 2026",
    "deletion": "a municipality and a day: where and when an alias was deleted",
    "digits": "digits, such as 42",
    "done": "a number: how many of all are done",
    "down": "a key of the keyboard",
    "end": "a day or a month, the later end of a span",
    "entry": "a municipality and a day: where and when an alias was entered",
    "first": "a day of the week, such as Monday",
    "found": "a number: how many were found",
    "item": "an item of the record, such as Address",
    "last": "the last of a row: a day of the week, or the number of a page",
    "left": "a number: how many are left",
    "limit": "a number of characters",
    "max": "the most that is allowed: a number or a day",
    "min": "the least that is allowed: a number or a day",
    "minutes": "a number of minutes",
    "month": "a month, such as November 2026",
    "municipality": "the name of the municipality, always in Japanese",
    "n": "a number; the form of the word after it follows it",
    "name": "a name: of a person, or an alias",
    "note": "what a member of staff wrote",
    "open": "a key of the keyboard",
    "opens": "a time of day, such as 8:30",
    "other_name": "the name of another field of the form",
    "page": "the number of a page",
    "reason": "why, in the words of a list",
    "reference": "the number of a request, such as 7K3M-9PQR-X2TV",
    "search": "a key of the keyboard",
    "seconds": "a number of seconds",
    "status": "how far a request is, in the words of a list",
    "time": "a day and a time of day",
    "total": "a number: how many steps there are",
    "up": "a key of the keyboard",
    "url": "an address of the portal",
    "value": "what was entered, or stands on the record",
    "values": "a list of values",
    "words": "the words that were searched for",
    "year": "a year, such as 2026",
}
"""By the name of the placeholder. A name has one meaning everywhere, or one that holds for each place."""


def placeholder_names(text: str) -> list[str]:
    """The names in a text, in their order, each once; that of ``%(max)d`` is ``max``."""
    return list(dict.fromkeys(name for name in PLACEHOLDER.findall(text) if name))


def placeholder_notes(text: str) -> list[str]:
    """One line for each placeholder that has a meaning: ``%(day)s: a day, such as 24 November 2026``."""
    return [f"%({name})s: {MEANINGS[name]}" for name in placeholder_names(text) if name in MEANINGS]
