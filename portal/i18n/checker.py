"""The one checker of translations: in ``portal i18n check``, when catalogs are compiled, and when an unstamped one is read.

Catalogs are untrusted input: a slip or an attack in a translation must not lose a warning's content, change a link or a
number, reorder a code, or take a page down in one language only. What only a reader can see, a meaning turned round,
is left to review.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from portal.i18n.glossary import glossary, glossary_faults
from portal.i18n.languages import SOURCE_TAG
from portal.i18n.messages import OFFICIAL
from portal.i18n.numbers import number_faults
from portal.i18n.plain_japanese import plain_japanese_faults
from portal.i18n.ruby import without_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.i18n.languages import Language
    from portal.i18n.messages import Message

VERSION = 2
"""Raise it when the checks become stricter: catalogs compiled before are then checked again."""

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]")
BRACED = re.compile(r"\{\w+\}")
"""A placeholder of another format; no message of ours has one."""
TAG_START = re.compile(r"<[a-zA-Z/!?]|[a-zA-Z\"'/]>")
ACTIVE = re.compile(r"javascript:|\bon[a-z]+\s*=|\bdata:text", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]\w*);", re.IGNORECASE)
URL = re.compile(
    r"(?:https?://|www\.)[^\s)）」』〉<>、。]+|[\w.+-]+@[\w.-]+\w|\b[\w-]+(?:\.[\w-]+)*\.(?:jp|com|org|net|info)\b"
)
ZAWGYI = re.compile(r"(?<![\u1000-\u1021\u1025\u1027\u1029\u103f\u104e\u103b-\u103e\u1039])\u1031|[\u106a-\u1097]")
"""Burmese as old phones wrote it: the vowel sign E before its consonant, or letters of other languages used for shapes."""
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e")
MARKS = frozenset("\u200e\u200f\u061c")
ISOLATE_STARTS, ISOLATE_END = frozenset("\u2066\u2067\u2068"), "\u2069"
SENTENCE_ENDS = frozenset(".。!！?？…:：۔؟।॥။៖។")
OPENING, CLOSING = "([（「『【〈《“«", ")]）」』】〉》”»"
DOUBLED = re.compile(r"(?<!\w)([^\W\d_]{3,}) \1(?!\w)", re.IGNORECASE)
FACTORS = {True: 8, False: 4}
"""How many times longer a translation may be than a source in Japanese (True) or in English."""
ROOM = 60
"""Characters every translation may have beyond that."""


class Fault(NamedTuple):
    """What is wrong: a stable code, and the part of the text it is about."""

    code: str
    detail: str


def check_message(message: Message, language: Language, domain: str) -> list[Fault]:
    """Find the faults of one translated message; an empty list means that it may be shown."""
    faults = list(_plural_faults(message, language))
    for written in message.forms:
        if language.readings:
            faults += (Fault(*found) for found in plain_japanese_faults(written))
        form = without_readings(written) if language.readings else written
        faults += _placeholder_faults(message, form)
        faults += _markup_faults(message.source, form)
        faults += _character_faults(form, language)
        faults += _shape_faults(message, form, domain)
        if not message.plural:
            faults += (Fault(*found) for found in number_faults(message.source, form))
        faults += (Fault(*found) for found in glossary_faults(glossary(), message.source, form, language, domain))
    return list(dict.fromkeys(faults))


def warnings_of(message: Message, language: Language) -> list[Fault]:
    """Find what is often wrong and sometimes right: final stops, brackets, doubled words, words left as they were."""
    found = []
    for form in message.forms:
        ends = [text.rstrip(")）」”\"' \u00a0")[-1:] in SENTENCE_ENDS for text in (message.source, form)]
        if form and language.stops and ends[0] != ends[1]:
            found.append(Fault("final-stop", form[-12:]))
        found += [Fault("doubled-word", match.group()) for match in DOUBLED.finditer(form)]
        if sum(map(form.count, OPENING)) != sum(map(form.count, CLOSING)):
            found.append(Fault("bracket", form[-12:]))
        if form == message.source and form.count(" ") > 1:
            found.append(Fault("same-as-source", form[:12]))
    return found


def _plural_faults(message: Message, language: Language) -> Iterator[Fault]:
    wanted = language.plural_forms if message.plural else 1
    if len(message.forms) != wanted:
        yield Fault("plural-forms", f"{len(message.forms)} forms, {wanted} needed")
    if any(message.forms) and not all(form.strip() for form in message.forms):
        yield Fault("blank", "a form is empty")


def _placeholder_faults(message: Message, form: str) -> Iterator[Fault]:
    found = _placeholders(form)
    allowed = [_placeholders(text) for text in (message.source, message.plural) if text]
    if found not in allowed:
        differing = sorted({str(name) for wanted in allowed for name in (wanted - found) | (found - wanted)})
        yield Fault("placeholders", " ".join(differing))
    if "%" in PLACEHOLDER.sub("", form):
        yield Fault("bare-percent", form)
    for start in re.findall(r"%\((\w+)_start\)s", form):
        first, last = form.find(f"%({start}_start)s"), form.find(f"%({start}_end)s")
        if last < first or form.count(f"%({start}_start)s") != 1 or form.count(f"%({start}_end)s") != 1:
            yield Fault("placeholders", f"{start}_start ... {start}_end")


def _placeholders(text: str) -> frozenset[str]:
    """Placeholders of a text; those without a name count as often as they occur."""
    named = {match.group() for match in PLACEHOLDER.finditer(text) if match.group(1)} | {*BRACED.findall(text)}
    bare = Counter(match.group() for match in PLACEHOLDER.finditer(text) if not match.group(1))
    return frozenset(named | {f"{text} x{times}" for text, times in bare.items()})


def _markup_faults(source: str, form: str) -> Iterator[Fault]:
    if sorted(TAG_START.findall(form)) != sorted(TAG_START.findall(source)):
        yield Fault("tags", "<>")
    for pattern, code in ((ACTIVE, "script"), (ENTITY, "entity")):
        if set(pattern.findall(form)) - set(pattern.findall(source)):
            yield Fault(code, " ".join(pattern.findall(form)))
    wanted, found = _urls(source), _urls(form)
    if wanted != found:
        yield Fault("url", " ".join(sorted(wanted ^ found)))


def _urls(text: str) -> frozenset[str]:
    return frozenset(match.rstrip(".,;:!?'\"۔،።।") for match in URL.findall(text))


def _character_faults(form: str, language: Language) -> Iterator[Fault]:
    for character in sorted(set(form)):
        code = _character_fault(character, language)
        if code:
            yield Fault(code, f"U+{ord(character):04X}")
    depth = 0
    for character in form:
        depth += (character in ISOLATE_STARTS) - (character == ISOLATE_END)
        if depth < 0:
            break
    if depth:
        yield Fault("isolates", "not balanced")
    if not unicodedata.is_normalized("NFC", form):
        yield Fault("not-nfc", form)
    if set(form) & set("{}|"):
        yield Fault("braces", form)
    if ZAWGYI.search(form):
        yield Fault("zawgyi", "not Unicode Burmese")


def _character_fault(character: str, language: Language) -> str | None:  # noqa: PLR0911 - a table in words
    category = unicodedata.category(character)
    if category == "Nd" and not character.isascii():
        full_width = character in "０１２３４５６７８９"
        return None if full_width and language.html_lang == SOURCE_TAG else "native-digits"
    if character == "\ufffd":
        return "replacement-character"
    if category in {"Co", "Cs", "Cn"} or (category == "Cc" and character != "\n") or character in "\u2028\u2029":
        return "control"
    if character in OVERRIDES:
        return "bidi"
    if character in MARKS:
        return None if language.is_right_to_left else "bidi"
    if character in ISOLATE_STARTS or character == ISOLATE_END:
        return None
    if category == "Cf" and character not in language.zero_width:
        return "zero-width"
    return None


def _shape_faults(message: Message, form: str, domain: str) -> Iterator[Fault]:
    source = message.source
    if (form[:1].isspace(), form[-1:].isspace()) != (source[:1].isspace(), source[-1:].isspace()):
        yield Fault("edges", "space or line break at the start or end")
    limit = len(message.plural or source) * FACTORS[domain == OFFICIAL] + ROOM
    if len(form) > min(limit, message.limit or limit):
        yield Fault("too-long", f"{len(form)} characters, {min(limit, message.limit or limit)} allowed")
