"""Readings above kanji (furigana): ``{住民票|じゅうみんひょう}`` in a text, ``<ruby>`` on a page.

A catalog of plain Japanese writes a reading over every kanji; in the official Japanese, which carries no braces, the words of
the glossary get theirs when they are shown. Three forms come from one text: with readings, without, and the readings alone.

>>> str(with_ruby("{住民票|じゅうみんひょう} <です>"))
'<ruby>住民票<rt>じゅうみんひょう</rt></ruby> &lt;です&gt;'
>>> without_readings("{住民票|じゅうみんひょう}です"), readings_only("{住民票|じゅうみんひょう}です")
('住民票です', 'じゅうみんひょうです')
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from portal.i18n.glossary import glossary

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTATION = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
READING_PARTS = re.compile(r"<rt>[^<]*</rt>")
"""What of the markup below is the reading: taken out where text must be plain."""
#: Without <rp>: every browser that opens these pages draws ruby, and it was 600 bytes of the 14,500 of the FAQ in plain Japanese.
_RUBY = Markup("<ruby>%s<rt>%s</rt></ruby>")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー・ ]+")


def with_ruby(text: str) -> Markup:
    """Markup of a text in the notation; everything else is escaped, a broken notation stays as it is written."""
    parts, last = [], 0
    for match in NOTATION.finditer(text):
        parts += [escape(text[last : match.start()]), _RUBY % match.groups()]
        last = match.end()
    return Markup("").join([*parts, escape(text[last:])])


def without_readings(text: str) -> str:
    """The text as it is written without its readings."""
    return NOTATION.sub(r"\1", text)


def readings_only(text: str) -> str:
    """The text as it is spoken, where readings are given."""
    return NOTATION.sub(r"\2", text)


def with_known_readings(text: str) -> Markup:
    """Markup of a Japanese text without notation: the first place of each word of the glossary gets its reading."""
    seen: set[str] = set()

    def read(match: re.Match[str]) -> str:
        word = match.group()
        if word in seen:
            return word
        seen.add(word)
        return over_kanji(word, _readings()[word])

    pattern = _known_words()
    return with_ruby(pattern.sub(read, text)) if not set(text) & set("{|}") else escape(text)


def over_kanji(word: str, reading: str) -> str:
    """The notation of a word, its reading over the kanji alone where kana stand between them.

    >>> over_kanji("住民票の写し", "じゅうみんひょうのうつし"), over_kanji("窓口", "まどぐち")
    ('{住民票|じゅうみんひょう}の{写|うつ}し', '{窓口|まどぐち}')
    """
    runs = [(kanji, "".join(run)) for kanji, run in groupby(word, is_kanji)]
    shape = "".join("(.+?)" if kanji else re.escape(_hiragana(run)) for kanji, run in runs)
    found = re.fullmatch(shape, _hiragana(reading))
    if found is None:
        return f"{{{word}|{reading}}}"
    readings = iter(found.groups())
    return "".join(f"{{{run}|{next(readings)}}}" if kanji else run for kanji, run in runs)


def notation_faults(text: str) -> Iterator[tuple[str, str]]:
    """Find what is wrong with the readings of a text that has to give all of them, as (code, detail)."""
    for base, reading in NOTATION.findall(text):
        if not _KANA.fullmatch(reading):
            yield "reading", f"not kana: {base}|{reading}"
        if not any(is_kanji(character) for character in base):
            yield "reading", f"no kanji: {base}|{reading}"
    rest = NOTATION.sub("", text)
    if set(rest) & set("{|}"):
        yield "reading", "a brace or bar that is no reading"
    bare = "".join(character for character in rest if is_kanji(character))
    if bare:
        yield "reading", f"without a reading: {bare}"


def is_kanji(character: str) -> bool:
    """Whether a character is a Chinese one; the mark of repetition counts as one."""
    return character == "々" or unicodedata.name(character, "").startswith("CJK ")


def _hiragana(text: str) -> str:
    return "".join(chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヶ" else letter for letter in text)


@cache
def _readings() -> dict[str, str]:
    """Words of the glossary that have kanji, with their readings (a word with several spellings: the first)."""
    return {term.ja: term.reading for term in glossary() if any(is_kanji(character) for character in term.ja)}


@cache
def _known_words() -> re.Pattern[str]:
    """The longest first: 住民票コード is not 住民票."""
    return re.compile("|".join(re.escape(word) for word in sorted(_readings(), key=len, reverse=True)))
