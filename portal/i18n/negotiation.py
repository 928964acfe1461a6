"""From what a browser asks for to a language we speak. Only the page ``/`` negotiates; an address names its language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from portal.i18n.languages import Language, languages, source_language

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_HEADER = 1000
"""Characters of Accept-Language that are read; no browser sends more."""


def negotiated_language(header: str, among: Sequence[Language] | None = None) -> Language:
    """The first language of the header that we speak, else Japanese. ``among`` are the languages spoken."""
    spoken = served_languages() if among is None else among
    return wanted_language(header, spoken) or source_language()


def wanted_language(header: str, among: Sequence[Language]) -> Language | None:
    """The first language of the header among those spoken; None when there is none."""
    known: dict[str, Language] = {}
    for language in among:
        for name in (language.tag, language.html_lang.lower(), *language.browser):
            known.setdefault(name, language)
    for wanted, quality in parse_accept_header(header[:LONGEST_HEADER], LanguageAccept):
        if quality <= 0:
            continue
        subtags = wanted.lower().replace("_", "-").split("-")
        for length in range(len(subtags), 0, -1):
            language_found = known.get("-".join(subtags[:length]))
            if language_found is not None:
                return language_found
    return None


def served_languages() -> tuple[Language, ...]:
    """The languages the current application serves; without an application, the whole table."""
    from portal.i18n.availability import current_availability  # noqa: PLC0415 - it needs the words

    found = current_availability()
    return found.languages if found else languages()
