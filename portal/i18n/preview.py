"""A language as its translators have it now: read from the .po files, unfinished messages marked, anew after each save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.i18n.catalogs import Catalog, is_identity, po_path, read_po, source_path, without_faults
from portal.i18n.messages import DOMAINS, OFFICIAL, STAFF, Message, message_of
from portal.i18n.po_files import read_po_file
from portal.i18n.voices import Voice

if TYPE_CHECKING:
    from portal.i18n.languages import Language

UNFINISHED = "\u2691 "
"""In front of a message that is not translated, stale or refused by the checker: its source stands there."""


class PreviewedLanguage:
    """Speaks from the .po files. `state` changes whenever one of them does."""

    def __init__(self, language: Language) -> None:
        """Read the catalogs of a language; those that are written in it stay as they are."""
        self.language = language
        self._paths = [po_path(language, domain) for domain in self._domains]
        self._state = ""
        self._voice = self._read()

    @property
    def _domains(self) -> tuple[str, ...]:
        own = tuple(domain for domain in DOMAINS if domain != STAFF or self.language.staff)
        return tuple(domain for domain in own if not is_identity(self.language, domain) or domain == OFFICIAL)

    @property
    def state(self) -> str:
        """When the files were last saved."""
        return "-".join(str(path.stat().st_mtime_ns) for path in self._paths if path.exists())

    def voice(self) -> Voice:
        """The voice of the files as they are now."""
        state = self.state
        if state != self._state:
            self._voice, self._state = self._read(), state
        return self._voice

    def _read(self) -> Voice:
        return Voice(self.language, {domain: self._catalog(domain) for domain in self._domains})

    def _catalog(self, domain: str) -> Catalog:
        path = po_path(self.language, domain)
        translated, reviewed = read_po(self.language, domain, path) if path.exists() else ([], frozenset[str]())
        messages = {_key(message, domain): message for message in without_faults(translated, self.language, domain)}
        for entry in read_po_file(source_path(domain)):
            message = message_of(entry)
            forms = (message.source, message.plural) if message.plural else (message.source,)
            marked = tuple(UNFINISHED + form for form in forms)
            unfinished = Message(message.context, message.source, message.plural, marked)
            messages.setdefault(_key(message, domain), unfinished)
        return Catalog(self.language, domain, messages, 0, reviewed)


def _key(message: Message, domain: str) -> str:
    return (message.context or "") if domain == OFFICIAL else message.key
