"""One message of a catalog, and the way between .po entries, messages and .mo keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.i18n.mo_files import CONTEXT_MARK, FORM_MARK

if TYPE_CHECKING:
    import polib

UI, STAFF, OFFICIAL = DOMAINS = ("ui", "staff", "official")
"""Interface for residents and the public; pages of staff; texts of the Ministry, the municipality and the law."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message and its translation; ``forms`` holds one text, or one for each plural form."""

    context: str | None
    source: str
    plural: str | None
    forms: tuple[str, ...]
    limit: int | None = None
    """Most characters the translation may have, where the place on the page asks for it."""

    @property
    def key(self) -> str:
        """How a catalog finds it: the source, after its context."""
        return message_key(self.source, self.context)

    @property
    def is_translated(self) -> bool:
        """Whether every form has a text."""
        return all(self.forms)


def message_key(source: str, context: str | None = None) -> str:
    """The gettext key of a source string."""
    return source if context is None else f"{context}{CONTEXT_MARK}{source}"


def source_digest(source: str, context: str | None = None, plural: str | None = None) -> str:
    """First 8 hexadecimal digits of the SHA-256 of source and context: what a translation was made from."""
    text = message_key(source, context) + (f"{FORM_MARK}{plural}" if plural else "")
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def message_of(entry: polib.POEntry) -> Message:
    """The message in a .po entry; a comment ``MAX: 40`` gives its limit."""
    forms: tuple[str, ...] = (entry.msgstr,)
    if entry.msgid_plural:
        forms = tuple(entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)) or ("",)
    limit = None
    for line in (entry.comment or "").splitlines():
        if line.startswith("MAX:") and line[4:].strip().isdecimal():
            limit = int(line[4:])
    return Message(entry.msgctxt, entry.msgid, entry.msgid_plural or None, forms, limit)


def packed(message: Message) -> tuple[str, str]:
    """Key and text as a .mo file stores them."""
    key = message.key if message.plural is None else f"{message.key}{FORM_MARK}{message.plural}"
    return key, FORM_MARK.join(message.forms)


def unpacked(key: str, text: str) -> Message:
    """The message behind a key and text of a .mo file."""
    context, mark, source = key.partition(CONTEXT_MARK)
    if not mark:
        context, source = "", key
    single, plural_mark, plural = source.partition(FORM_MARK)
    forms = tuple(text.split(FORM_MARK)) if plural_mark else (text,)
    return Message(context if mark else None, single, plural if plural_mark else None, forms)
