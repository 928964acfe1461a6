"""Pseudo-locales: every message of the catalogs in brackets, lengthened, so that what stands outside of them shows.

``en@pseudo`` wraps the English in accented letters, ``ar@pseudo`` in Arabic ones, from right to left. They are made in memory for
tests and `portal i18n pseudo`; no catalog of theirs is kept, and no municipality can serve them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from portal.i18n.catalogs import Catalog, load_catalog, source_path
from portal.i18n.checker import PLACEHOLDER
from portal.i18n.languages import Language, know_besides, pivot_language
from portal.i18n.messages import DOMAINS, OFFICIAL, Message, message_of
from portal.i18n.po_files import read_po_file
from portal.i18n.voices import Voice, speak_with

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN, CLOSE = "⟦", "⟧"
LONGER = 0.4
"""How much longer than English: about what Mongolian, Russian and Tamil need."""
_ACCENTED = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابجدهوزحطيكلمنسعفصقرشتثخذض")


def pseudo_languages() -> tuple[Language, Language]:
    """The two pseudo-locales, left to right and right to left."""
    english = pivot_language()
    left = replace(
        english,
        tag="en-pseudo",
        babel="en@pseudo",
        html_lang="en-XA",
        autonym="Pseudo",
        staff=False,
        hreflang=False,
        browser=(),
    )
    right = replace(left, tag="ar-pseudo", babel="ar@pseudo", html_lang="ar-XB", direction="rtl", autonym="Pseudo RTL")
    return left, right


def speak_pseudo() -> tuple[Language, Language]:
    """Have this process serve the pseudo-locales besides the table (where incomplete languages are served)."""
    both = pseudo_languages()
    know_besides(*both)
    for language in both:
        voice = pseudo_voice(language)
        speak_with(language, lambda voice=voice: voice)  # type: ignore[misc]
    return both


def pseudo_voice(language: Language) -> Voice:
    """The voice of a pseudo-locale: every message, wrapped."""
    change = _arabic if language.is_right_to_left else _accented
    return Voice(language, {domain: _catalog(language, domain, change) for domain in DOMAINS})


def wrapped(text: str, change: Callable[[str], str]) -> str:
    """A message in brackets, its letters changed and lengthened, its placeholders as they were.

    >>> wrapped("Sent on %(day)s.", str.upper)
    '⟦SENT ON %(day)s.~~~~⟧'
    """
    parts, last = [], 0
    for match in PLACEHOLDER.finditer(text):
        parts += [change(text[last : match.start()]), match.group()]
        last = match.end()
    parts.append(change(text[last:]))
    longer = "~" * max(1, round(len(re.sub(r"%\(\w+\)[sd]", "", text)) * LONGER))
    return OPEN + "".join(parts) + longer + CLOSE


def _accented(text: str) -> str:
    return text.translate(_ACCENTED)


def _arabic(text: str) -> str:
    return text.lower().translate(_ARABIC)


def _catalog(language: Language, domain: str, change: Callable[[str], str]) -> Catalog:
    messages = {}
    english = load_catalog(pivot_language(), domain).messages if domain == OFFICIAL else {}
    for entry in read_po_file(source_path(domain)):
        message = message_of(entry)
        if domain == OFFICIAL:
            forms: tuple[str, ...] = (english[message.context or ""].forms[0],)
        else:
            forms = (message.source, message.plural) if message.plural else (message.source,)
        said = tuple(wrapped(form, change) for form in forms)
        key = (message.context or "") if domain == OFFICIAL else message.key
        messages[key] = Message(message.context, message.source, message.plural, said)
    return Catalog(language, domain, messages, 0)
