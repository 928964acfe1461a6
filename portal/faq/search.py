"""Searching the questions: in the reader's language and in Japanese at once, whatever the width, case or accents."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from markupsafe import Markup, escape

from portal.faq.questions import QUESTIONS, Question

LONGEST_QUERY = 100
"""Characters of a search; nobody types more."""
CODE_DIGITS = 10
"""From so many digits on, a search looks like somebody's code or number (11 and 12 digits, a typing slip allowed)."""

_LETTERS = str.maketrans("đøłıيىكةهۃ’‘", "doliییکہہہ''")
"""Letters that do not decompose, and Arabic letters that Urdu and Persian write differently."""
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
"""Katakana to hiragana."""
_SPACED = "A-Za-z0-9\u00c0-\u1cff\u1e00-\u1fff"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"
_JOINED = re.compile(f"[{_SPACED}][{_SPACED}](?<![{_UNSPACED}])")
"""Two letters of one word, in a script that sets words apart by spaces (Thai, Lao, Burmese, Khmer and Chinese do not)."""
SYLLABLES_APART = frozenset({"vi"})
"""Languages that write every syllable apart: the beginning of one says nothing ("ma" is not "mang"), so all of it has to fit."""
_WHOLE = "\n"
"""At the end of a term: it has to end where a word ends. No term holds a line break of its own."""
_NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Co"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd")
"""Characters that reorder what stands around them, and the one that stands for bytes that are no text."""
_LEFT_OUT = frozenset(
    [
        *range(0x0300, 0x0370),  # accents of Latin letters; the marks of other scripts are their vowels and stay
        *range(0x0610, 0x061B),
        0x0640,  # the stroke that lengthens an Arabic word
        *range(0x064B, 0x0660),
        0x0670,
        0x200B,
        0x200C,
        0x200D,
        0x00AD,
        *(0x200E, 0x200F, 0x061C),  # direction marks, which come along with a copied number
    ]
)


class Trouble(StrEnum):
    """Why a search is not made."""

    TOO_LONG = "too-long"
    NOT_TEXT = "not-text"
    LOOKS_LIKE_A_CODE = "looks-like-a-code"


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked: ``text`` may be shown again (never what looks like a code), ``terms`` are folded (see ``_WHOLE``)."""

    text: str
    terms: tuple[str, ...] = ()
    trouble: Trouble | None = None


def read_search(raw: str, lang: str = "") -> Search:
    """Read what came in the address of a page in ``lang`` (its tag); never raises."""
    text = raw.strip()
    if len(text) > LONGEST_QUERY:
        return Search("", trouble=Trouble.TOO_LONG)
    if not _is_text(text):
        return Search("", trouble=Trouble.NOT_TEXT)
    if sum(character.isdecimal() for character in text) >= CODE_DIGITS:
        return Search("", trouble=Trouble.LOOKS_LIKE_A_CODE)
    terms = (folded(term) for term in re.split(r"[\s、。,，،;；]+", text))
    end = _WHOLE if lang in SYLLABLES_APART else ""
    return Search(text, tuple(dict.fromkeys(term + end for term in terms if term)))


def _is_text(text: str) -> bool:
    """Whether it holds no control, surrogate, unassigned or bidi character (the joiners of spelling are text)."""
    return not any(
        unicodedata.category(character) in _NO_TEXT or character in _BIDI
        for character in text
        if character not in "\t\n\r"
    )


def folded(text: str) -> str:
    """Fold a text for comparison: width, case, accents, kana, letters written in two ways."""
    return "".join(_fold(character) for character in text)


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(part for part in parts if ord(part) not in _LEFT_OUT).translate(_LETTERS).translate(_HIRAGANA)


def has_hit(text: str, terms: Sequence[str]) -> bool:
    """Whether any of the folded terms stands in the text."""
    within = folded(text)
    return any(_places(within, term) for term in terms)


def marked(text: str, terms: Sequence[str]) -> Markup:
    """The text, escaped, with every hit of the folded terms in ``<mark>``."""
    hits = _hits(text, terms)
    pieces: list[Markup] = []
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and hits[end] == hits[start]:
            end += 1
        piece = escape(text[start:end])
        pieces.append(Markup("<mark>%s</mark>") % piece if hits[start] else piece)
        start = end
    return Markup("").join(pieces)


def _hits(text: str, terms: Sequence[str]) -> list[bool]:
    """For each character of the text, whether it belongs to a hit."""
    parts = [_fold(character) for character in text]
    within = "".join(parts)
    owner = [index for index, part in enumerate(parts) for _character in part]
    hits = [False] * len(text)
    for term in terms:
        for at in _places(within, term):
            for index in range(owner[at], owner[at + len(term.removesuffix(_WHOLE)) - 1] + 1):
                hits[index] = True
    return hits


def _places(within: str, term: str) -> list[int]:
    """Where a folded term stands in a folded text: at the beginning of a word, or anywhere in scripts without spaces."""
    places = []
    letters = term.removesuffix(_WHOLE)
    at = within.find(letters)
    while at >= 0:
        end = at + len(letters)
        starts = at == 0 or not _JOINED.search(within[at - 1 : at + 1])
        if starts and (letters == term or not _JOINED.search(within[end - 1 : end + 1])):
            places.append(at)
        at = within.find(letters, at + 1)
    return places


def find_questions(terms: Sequence[str], texts_of: Callable[[str], Iterable[str]]) -> tuple[Question, ...]:
    """The questions in which every term stands; ``texts_of`` gives the texts of a key in the languages searched."""
    found = []
    for question in QUESTIONS:
        within = "\n".join(folded(text) for key in question.keys for text in texts_of(key))
        if all(_places(within, term) for term in terms):
            found.append(question)
    return tuple(found)
