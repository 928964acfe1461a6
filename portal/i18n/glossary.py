"""The glossary: the words of the law and their one translation, from translations/glossary.csv.

Columns: key, ja, reading (kana), romaji, then for each language (its Babel name) the accepted words and
``forbidden_<language>`` words, note, source_url. Words are alternatives set apart by ``|``; a ``*`` at the end of a
word stands for any ending. Looked for as whole words where the language sets words apart by spaces. In a source only
the first word counts as the term; a translation may use any of them.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from portal.i18n.languages import PIVOT_TAG, SOURCE_TAG, TRANSLATIONS, languages
from portal.i18n.messages import OFFICIAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from portal.i18n.languages import Language

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORBIDDEN = "forbidden_"


class GlossaryError(Exception):
    """The glossary has a cell that cannot be used; the message names row and column."""


@dataclass(frozen=True, slots=True)
class Term:
    """One row: ``term``, ``accepted`` and ``forbidden`` patterns by Babel name of the language."""

    name: str
    ja: str
    reading: str
    romaji: str
    term: dict[str, re.Pattern[str]]
    accepted: dict[str, re.Pattern[str]]
    forbidden: dict[str, re.Pattern[str]]


@cache
def glossary() -> tuple[Term, ...]:
    """The project's glossary."""
    return read_glossary(TRANSLATIONS / "glossary.csv")


def read_glossary(path: Path) -> tuple[Term, ...]:
    """Read a glossary; raises GlossaryError, also for a cell a spreadsheet would run as a formula."""
    spaced = {language.babel: language.spaces for language in languages()}
    terms = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            for column, cell in row.items():
                if not isinstance(cell, str):
                    message = f"row {number}: not as many cells as columns"
                    raise GlossaryError(message)
                if cell.startswith(FORMULA_STARTS):
                    message = f"row {number}, {column}: a cell may not start with {cell[0]!r}"
                    raise GlossaryError(message)
            terms.append(_term(row, spaced))
    # The longest first: 住民票コード is not 住民票.
    return tuple(sorted(terms, key=lambda term: -len(term.ja)))


def _term(row: dict[str, str], spaced: dict[str, bool]) -> Term:
    accepted = {name: _pattern(row[name], spaces=spaced[name]) for name in spaced if row.get(name)}
    forbidden = {
        name: _pattern(row[FORBIDDEN + name], spaces=spaced[name]) for name in spaced if row.get(FORBIDDEN + name)
    }
    if SOURCE_TAG not in accepted:
        message = f"{row.get('key')}: no Japanese term"
        raise GlossaryError(message)
    first = {name: _pattern(row[name].split("|")[0], spaces=spaced[name]) for name in accepted}
    return Term(row["key"], row[SOURCE_TAG].split("|")[0], row["reading"], row["romaji"], first, accepted, forbidden)


def _pattern(cell: str, *, spaces: bool) -> re.Pattern[str]:
    words = []
    for word in sorted((_folded(word.strip()) for word in cell.split("|")), key=len, reverse=True):
        stem = word.removesuffix("*")
        ends = r"\w*" if word != stem else ""
        words.append(rf"(?<!\w){re.escape(stem)}{ends}(?!\w)" if spaces else re.escape(stem))
    return re.compile("|".join(words))


def glossary_faults(
    terms: tuple[Term, ...], source: str, form: str, language: Language, domain: str
) -> Iterator[tuple[str, str]]:
    """Find terms of the source whose translation is missing or forbidden, as (code, term)."""
    source_name = SOURCE_TAG if domain == OFFICIAL else PIVOT_TAG
    if language.babel == source_name:
        return
    rest, translated = _folded(source), _folded(form)
    for term in terms:
        pattern = term.term.get(source_name)
        if pattern is None or not pattern.search(rest):
            continue
        rest = pattern.sub("\ue000", rest)
        accepted = term.accepted.get(language.babel)
        if accepted is None:
            continue
        if not accepted.search(translated):
            yield "term-missing", term.name
        banned = term.forbidden.get(language.babel)
        if banned is not None and banned.search(translated):
            yield "term-forbidden", term.name


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
