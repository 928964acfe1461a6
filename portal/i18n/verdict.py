"""What ``portal i18n check`` finds: in the sources, in the templates, in each catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polib

from portal.i18n.catalogs import po_path, source_path
from portal.i18n.checker import check_message, warnings_of
from portal.i18n.compiling import domains_of
from portal.i18n.extraction import extract_template
from portal.i18n.glossary import GlossaryError, glossary
from portal.i18n.messages import OFFICIAL, STAFF, UI, Message, message_of
from portal.i18n.mo_files import CONTEXT_MARK
from portal.i18n.po_files import po_text, read_po_file
from portal.i18n.source_checks import code_faults, message_faults
from portal.i18n.states import MessageState, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from portal.i18n.languages import Language


class Finding(NamedTuple):
    """One thing to mend, or to look at: the file or place, a stable code, the message or text it is about."""

    place: str
    code: str
    detail: str
    is_warning: bool = False

    def __str__(self) -> str:
        """One line of text."""
        return f"{self.place}: {self.code}: {self.detail.replace(CONTEXT_MARK, ' | ')}"


def source_findings(tell: Callable[[str], None] | None = None) -> Iterator[Finding]:
    """Find what is wrong with the sources: messages, calls, templates that are not fresh, the glossary."""
    try:
        glossary()
    except GlossaryError as error:
        yield Finding("glossary.csv", "glossary", str(error))
    for domain in (UI, STAFF):
        fresh = extract_template(domain, tell)
        path = source_path(domain)
        if not path.exists() or path.read_text(encoding="utf-8") != po_text(fresh):
            yield Finding(path.name, "not-fresh", "run: portal i18n extract && portal i18n sync")
        for fault in message_faults(fresh):
            yield Finding(*fault)
    official = read_po_file(source_path(OFFICIAL))
    for fault in message_faults(official):
        yield Finding(*fault)
    keys = [entry.msgctxt for entry in official]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Finding("official.po", "key-twice", str(key))
    for entry in official:
        if not entry.msgctxt or entry.msgstr:
            yield Finding("official.po", "not-a-source", entry.msgid)
    for fault in code_faults(key for key in keys if key):
        yield Finding(*fault)


def catalog_findings(language: Language, domain: str) -> Iterator[Finding]:
    """Find what is wrong with one catalog: header, messages, what is missing or stale."""
    path = po_path(language, domain)
    place = f"{language.babel}/{domain}"
    if not path.exists():
        yield Finding(place, "no-catalog", "run: portal i18n sync")
        return
    try:
        po = read_po_file(path)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        yield Finding(place, "not-readable", str(error))
        return
    if po.metadata.get("Language") != language.babel:
        yield Finding(place, "header", "Language")
    if po.metadata.get("Plural-Forms") != language.plural:
        yield Finding(place, "header", "Plural-Forms")
    if path != source_path(domain):
        yield from _coverage_findings(po, place, source_path(domain))
    for entry in po:
        if not entry.obsolete:
            yield from _entry_findings(entry, language, domain, place)


def _coverage_findings(po: polib.POFile, place: str, source: Path) -> Iterator[Finding]:
    wanted = {message_of(entry).key for entry in read_po_file(source)} if source.exists() else set()
    have = {message_of(entry).key: entry for entry in po if not entry.obsolete}
    for key in sorted(wanted - have.keys()):
        yield Finding(place, "not-synced", key)
    for key in sorted(have.keys() - wanted):
        yield Finding(place, "not-in-source", key)
    for key in sorted(wanted & have.keys()):
        entry = have[key]
        if entry.fuzzy or state_of(entry) in {MessageState.EMPTY, MessageState.STALE}:
            yield Finding(place, "stale" if entry.msgstr else "not-translated", key)


def _entry_findings(entry: polib.POEntry, language: Language, domain: str, place: str) -> Iterator[Finding]:
    message = message_of(entry)
    if po_path(language, domain) == source_path(domain):
        message = Message(message.context, message.source, None, (message.source,))
    if any(message.forms):
        for fault in check_message(message, language, domain):
            yield Finding(place, fault.code, f"{message.key}: {fault.detail}")
        for fault in warnings_of(message, language):
            yield Finding(place, fault.code, f"{message.key}: {fault.detail}", is_warning=True)


def all_findings(languages: tuple[Language, ...], tell: Callable[[str], None] | None = None) -> list[Finding]:
    """Everything there is to mend for these languages."""
    found = list(source_findings(tell))
    for language in languages:
        for domain in domains_of(language):
            if tell:
                tell(f"{language.babel} {domain}")
            found += catalog_findings(language, domain)
    return found
