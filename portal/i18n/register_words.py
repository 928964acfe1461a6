"""The register's own Japanese words (status, relationship, period of stay) in the reader's language.

The register keeps them as received; here is only what they mean. What we have no word for is "": then the Japanese
stands alone.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from babel import Locale
from babel.dates import format_timedelta
from babel.lists import format_list

from portal.i18n.gettext import current_language, official, plain, speaking
from portal.i18n.languages import source_language
from portal.i18n.messages import OFFICIAL
from portal.i18n.voices import voice_of
from registry_core.values.relationship import MOST_LINKS, links_of

if TYPE_CHECKING:
    from portal.i18n.languages import Language

ARROWS = {False: " → ", True: " ← "}
PERIOD = re.compile(r"(?:(\d+)年)?(?:(\d+)(?:[かヶケカ]?月))?(?:(\d+)日)?")
UNITS: tuple[tuple[Literal["year", "month", "day"], int], ...] = (("year", 365), ("month", 30), ("day", 1))
"""The units of a period, and the days Babel counts for one of them."""
LONGEST = 10_000


def status_word(japanese: str, lang: Language | None = None) -> str:
    """A status of residence in words, with its class (特定技能1号), whichever width its digits have."""
    return _word("status", unicodedata.normalize("NFKC", japanese), lang)


def relationship_word(japanese: str, lang: Language | None = None) -> str:
    """A relationship in words; a chain we have no sentence for is its links in order, with arrows."""
    whole = _word("relationship", japanese, lang)
    links = links_of(japanese)
    if whole or not 1 < len(links) <= MOST_LINKS:
        return whole
    return ARROWS[(lang or current_language()).is_right_to_left].join(
        _word("relationship", link, lang) for link in links
    )


def period_word(japanese: str, lang: Language | None = None) -> str:
    """A period of stay (5年, 1年3月, 90日; 無期限) in words."""
    found = PERIOD.fullmatch(unicodedata.normalize("NFKC", japanese))
    if found is None or not any(found.groups()):
        return _word("period", japanese, lang)
    locale = Locale.parse((lang or current_language()).babel)
    parts = [
        format_timedelta(timedelta(days=int(number) * days), granularity=unit, threshold=LONGEST, locale=locale)
        for number, (unit, days) in zip(found.groups(), UNITS, strict=True)
        if number
    ]
    return format_list(parts, "unit", locale=locale)


def _word(kind: str, japanese: str, lang: Language | None) -> str:
    key = _keys(kind).get(japanese)
    if key is None:
        return ""
    with speaking(lang or current_language()):
        return plain(official(key))


@cache
def _keys(kind: str) -> dict[str, str]:
    """The official key of each Japanese word of a kind."""
    messages = voice_of(source_language()).catalogs[OFFICIAL].messages
    return {message.source: key for key, message in messages.items() if key.startswith(f"value.{kind}.")}
