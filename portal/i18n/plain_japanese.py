"""The rules of plain Japanese (やさしい日本語) that a machine can hold.

Source: 「在留支援のためのやさしい日本語ガイドライン」 (Immigration Services Agency and Agency for Cultural Affairs, 2020): one
sentence one message, a reading over every kanji, です・ます, no double negative, no passive and honorific forms, the Western
year, words instead of signs. Sentences of at most 40 characters and at most 30 % kanji set rewritten texts apart from others.

>>> list(plain_japanese_faults("{住民票|じゅうみんひょう}を {見|み}なければなりません。"))
[('plain-japanese', 'say it in another way: なければなりません')]
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from portal.i18n.ruby import is_kanji, notation_faults, without_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SENTENCE = 40
"""Characters without spaces, signs, readings, values, and what is explained in brackets."""
MOST_KANJI = 0.30
SHORTEST_COUNTED = 25
"""Below this many characters a text is a label or a title: it may be all kanji (住民票コード)."""
_SENTENCE_END = re.compile(r"(?<=[。？！])|\n")
_ASIDE = re.compile(r"（[^（）]*）|〈[^〈〉]*〉|「[^「」]*」")
_VALUE = re.compile(r"%\(\w+\)[sd]|%[sd]")
_SIGNS = re.compile(r"[\s、。？！・：「」『』（）〈〉※-]")
_AVOIDED = re.compile(
    r"ないわけ|なくはな|ないことはな|なければなりません|なければいけません|ねばな|ざるをえ|ないとはかぎ"  # negations on negations
    r"|いただ|ください?ませ|ご覧|ごらん|お越し|おこし|いたしま|ございま|存じ|申し上げ|くださいます"  # honorific and humble
    r"|[\uff5e~]"  # 10時から, not 10時～
)
_ERA_ALONE = re.compile(r"(?:明治|大正|昭和|平成|令和)(?:元|\d+)年")
_WESTERN_YEAR = re.compile(r"\d{4}年")


def plain_japanese_faults(text: str) -> Iterator[tuple[str, str]]:
    """Find what is not plain in a text in the notation of readings, as (code, detail)."""
    yield from notation_faults(text)
    bare = without_readings(text)
    for sentence in _SENTENCE_END.split(bare):
        length = len(_counted(_ASIDE.sub("", sentence)))
        if length > LONGEST_SENTENCE:
            yield "plain-japanese", f"a sentence of {length} characters, {LONGEST_SENTENCE} at most: {sentence.strip()}"
    counted = _counted(bare)
    kanji = sum(map(is_kanji, counted))
    if "。" in bare and len(counted) >= SHORTEST_COUNTED and kanji > MOST_KANJI * len(counted):
        yield "plain-japanese", f"{kanji} of {len(counted)} characters are kanji, {MOST_KANJI:.0%} at most"
    for avoided in _AVOIDED.findall(bare):
        yield "plain-japanese", f"say it in another way: {avoided}"
    if _ERA_ALONE.search(bare) and not _WESTERN_YEAR.search(bare):
        yield "plain-japanese", "the year of an era needs the Western year beside it"


def _counted(text: str) -> str:
    return _SIGNS.sub("", _VALUE.sub("", text))
