"""The table of languages, read once from translations/languages.toml; nothing else names a language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
"""The folder of the table, the catalogs and the glossary."""

SOURCE_TAG = "ja"
"""The language of the official texts: only the Japanese has legal force."""

PIVOT_TAG = "en"
"""The language the interface messages are written in."""


class LanguageTableError(Exception):
    """The table of languages is not usable, or a language that must be there is not."""


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the table.

    ``plural`` is a gettext header value (``nplurals=2; plural=(n != 1);``), ``line_height`` a factor of the font size,
    ``browser`` lower-case Accept-Language ranges, ``zero_width`` the zero-width characters of its spelling.
    """

    tag: str
    babel: str
    html_lang: str
    direction: str
    plural: str
    autonym: str
    line_height: float
    tier: int
    browser: tuple[str, ...] = ()
    staff: bool = False
    zero_width: frozenset[str] = frozenset()
    spaces: bool = True
    stops: bool = True
    readings: bool = False
    hreflang: bool = True

    @property
    def is_right_to_left(self) -> bool:
        """Whether its text runs from right to left."""
        return self.direction == "rtl"

    @property
    def plural_forms(self) -> int:
        """How many plural forms its catalogs carry."""
        return int(self.plural.split("nplurals=", 1)[1].split(";", 1)[0])

    @property
    def plural_rule(self) -> str:
        """The expression in ``n`` that chooses the form."""
        return self.plural.split(" plural=", 1)[1].rstrip("; ")

    @property
    def folder(self) -> Path:
        """Where its catalogs are."""
        return TRANSLATIONS / self.babel / "LC_MESSAGES"


def read_table(text: str) -> tuple[Language, ...]:
    """Read a table of languages from its TOML text; raises LanguageTableError."""
    try:
        rows = tomllib.loads(text)["language"]
        languages = tuple(_language(row) for row in rows)
    except (LookupError, TypeError, ValueError) as error:
        message = f"the table of languages cannot be read: {error}"
        raise LanguageTableError(message) from error
    for attribute in ("tag", "babel"):
        values = [getattr(language, attribute) for language in languages]
        if len(set(values)) != len(values):
            message = f"two languages share a {attribute}"
            raise LanguageTableError(message)
    return languages


def _language(row: dict[str, Any]) -> Language:
    row = dict(row)
    row["browser"] = tuple(value.lower() for value in row.get("browser", ()))
    row["zero_width"] = frozenset(chr(int(value, 16)) for value in row.get("zero_width", ()))
    language = Language(**row)
    if language.direction not in {"ltr", "rtl"}:
        message = f"direction of {language.tag}"
        raise ValueError(message)
    if set(language.html_lang) & {"_", "@"}:
        message = f"html_lang of {language.tag} is not a BCP 47 tag"
        raise ValueError(message)
    _ = language.plural_forms, language.plural_rule
    return language


_BESIDES: list[Language] = []


def know_besides(*others: Language) -> None:
    """Know languages that are not in the table, in this process: the pseudo-locales of a test."""
    _BESIDES.extend(language for language in others if language not in _BESIDES)


def languages() -> tuple[Language, ...]:
    """Every language of the table, in its order."""
    return (*_table(), *_BESIDES) if _BESIDES else _table()


@cache
def _table() -> tuple[Language, ...]:
    return read_table((TRANSLATIONS / "languages.toml").read_text(encoding="utf-8"))


def language_by_tag(tag: str) -> Language | None:
    """Look up a language by its tag in addresses."""
    return next((language for language in languages() if language.tag == tag), None)


def language_by_babel(name: str) -> Language | None:
    """Look up a language by the name of its directory."""
    return next((language for language in languages() if language.babel == name), None)


def source_language() -> Language:
    """Japanese, the language of the official texts; raises LanguageTableError when the table lacks it."""
    return _needed(SOURCE_TAG)


def pivot_language() -> Language:
    """English, the language interface messages are written in; raises LanguageTableError when the table lacks it."""
    return _needed(PIVOT_TAG)


def _needed(tag: str) -> Language:
    language = language_by_tag(tag)
    if language is None:
        message = f"the table of languages has no {tag}"
        raise LanguageTableError(message)
    return language
