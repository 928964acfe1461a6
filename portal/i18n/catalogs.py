"""Catalogs at run time: one per language and domain, checked, with what is missing in it.

A .mo file made by our own compile step carries a stamp and is taken as checked; anything else is untrusted input and is
checked here, message by message: what fails is left out, and the source text stands in its place.
"""

from __future__ import annotations

import gettext as standard_gettext
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polib

from portal.i18n.checker import VERSION, check_message
from portal.i18n.languages import PIVOT_TAG, SOURCE_TAG, TRANSLATIONS, Language
from portal.i18n.messages import OFFICIAL, STAFF, Message, message_of, source_digest, unpacked
from portal.i18n.mo_files import BadMoFile, digest_of_file, digest_of_messages, read_mo, stamp_of
from portal.i18n.states import MessageState, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

LOG = logging.getLogger(__name__)
SOURCES = TRANSLATIONS / "source"
MISSING_HEADER = "X-Missing"
REVIEWED_HEADER = "X-Reviewed"


class CatalogMissing(Exception):
    """There is no catalog of this domain in this language."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The messages of one domain in one language, by gettext key (official texts: by their stable key).

    ``missing`` counts messages of the source without a translation; ``reviewed`` holds the keys a person has reviewed.
    """

    language: Language
    domain: str
    messages: dict[str, Message]
    missing: int
    reviewed: frozenset[str] = frozenset()


def plural_chooser(language: Language) -> Callable[[int], int]:
    """The function from a number to the index of its plural form."""
    chooser: Callable[[int], int] = standard_gettext.c2py(language.plural_rule)
    return chooser


def is_identity(language: Language, domain: str) -> bool:
    """Whether the language is the one the domain is written in, and so is complete by itself."""
    return language.tag == (SOURCE_TAG if domain == OFFICIAL else PIVOT_TAG)


def po_path(language: Language, domain: str) -> Path:
    """The catalog people edit; for official texts in Japanese the source itself."""
    if is_identity(language, domain):
        return source_path(domain)
    return language.folder / f"{domain}.po"


def source_path(domain: str) -> Path:
    """The source of a domain: the extracted template, or the official Japanese texts."""
    return SOURCES / (f"{domain}.po" if domain == OFFICIAL else f"{domain}.pot")


def mo_path(language: Language, domain: str) -> Path:
    """The compiled catalog."""
    return language.folder / f"{domain}.mo"


def load_catalog(language: Language, domain: str) -> Catalog:
    """Load one catalog, checked; raises CatalogMissing. The .po file stands in for a .mo that is absent or older."""
    if is_identity(language, domain) and domain != OFFICIAL:
        return Catalog(language, domain, {}, 0)
    source = po_path(language, domain)
    compiled = mo_path(language, domain)
    if compiled.exists():
        try:
            header, stored = read_mo(compiled)
        except BadMoFile as error:
            LOG.warning("catalog %s is not usable: %s", compiled, error)
        else:
            stamp = stamp_of(header)
            if not source.exists() or stamp.get("po", digest_of_file(source)) == digest_of_file(source):
                trusted = stamp.get("checker") == str(VERSION) and stamp.get("mo") == digest_of_messages(stored)
                return _from_mo(language, domain, header, stored, trusted=trusted)
    if source.exists():
        return _from_po(language, domain, source)
    message = f"no catalog {domain} in {language.tag}"
    raise CatalogMissing(message)


def _from_mo(
    language: Language, domain: str, header: dict[str, str], stored: dict[str, str], *, trusted: bool
) -> Catalog:
    messages = [unpacked(key, text) for key, text in stored.items()]
    if not trusted:
        messages = list(without_faults(messages, language, domain))
    missing = int(header.get(MISSING_HEADER, "-1")) if trusted else -1
    if missing < 0:
        missing = count_missing(language, domain, {message.key for message in messages if message.is_translated})
    reviewed = frozenset(header.get(REVIEWED_HEADER, "").split()) if trusted else frozenset[str]()
    return Catalog(language, domain, _by_key(messages, domain), missing, reviewed)


def _from_po(language: Language, domain: str, path: Path) -> Catalog:
    LOG.info("catalog %s is not compiled; read and checked from its .po file", path)
    messages, reviewed = read_po(language, domain, path)
    good = list(without_faults(messages, language, domain))
    missing = count_missing(language, domain, {message.key for message in good})
    return Catalog(language, domain, _by_key(good, domain), missing, reviewed)


def read_po(language: Language, domain: str, path: Path) -> tuple[list[Message], frozenset[str]]:
    """Read the translated messages of a .po file (fuzzy ones left out) and the digests of the reviewed ones."""
    messages: list[Message] = []
    reviewed: set[str] = set()
    for entry in polib.pofile(str(path)):
        if entry.obsolete or entry.fuzzy:
            continue
        message = message_of(entry)
        if is_identity(language, domain):
            message = Message(message.context, message.source, message.plural, (message.source,))
        if not message.is_translated:
            continue
        messages.append(message)
        if state_of(entry) is MessageState.REVIEWED:
            reviewed.add(review_name(message, domain))
    return messages, frozenset(reviewed)


def review_name(message: Message, domain: str) -> str:
    """How a reviewed message is named in a .mo header: its stable key, or a digest of its source and its context."""
    if domain == OFFICIAL and message.context:
        return message.context
    return source_digest(message.source, message.context, message.plural)


def without_faults(messages: Iterable[Message], language: Language, domain: str) -> Iterable[Message]:
    """Leave out what the checker refuses; each is logged."""
    for message in messages:
        faults = check_message(message, language, domain)
        if faults:
            LOG.error("message %r of %s in %s left out: %s", message.key, domain, language.tag, faults)
        else:
            yield message


def count_missing(language: Language, domain: str, have: set[str]) -> int:
    """How many messages of the domain's source are not among ``have`` (gettext keys)."""
    if is_identity(language, domain) or (domain == STAFF and not language.staff):
        return 0
    path = source_path(domain)
    if not path.exists():
        return 0
    wanted = {message_of(entry).key for entry in polib.pofile(str(path)) if not entry.obsolete}
    return len(wanted - have)


def _by_key(messages: Iterable[Message], domain: str) -> dict[str, Message]:
    if domain == OFFICIAL:
        return {message.context or "": message for message in messages}
    return {message.key: message for message in messages}
