"""A voice speaks one language: the catalogs of its domains, escaped once and ready to be filled in."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from portal.i18n.catalogs import Catalog, CatalogMissing, load_catalog, plural_chooser, review_name
from portal.i18n.languages import Language, pivot_language, source_language
from portal.i18n.messages import OFFICIAL, STAFF, UI, Message, message_key
from portal.i18n.ruby import with_known_readings, with_ruby

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LOG = logging.getLogger(__name__)

LEFT_TO_RIGHT_MARK = "\u200e"
"""Before a hyphenated number: between Arabic letters its parts would be shown in the reverse order."""

_HYPHENATED_NUMBER = re.compile(rf"(?<![{LEFT_TO_RIGHT_MARK}\d-])(?=\d+-\d)")
"""Where 30-4 or 1990-03-27 begins, without a mark before it."""


class Voice:
    """The words of one language. What it returns is escaped: catalogs are untrusted input."""

    def __init__(self, language: Language, catalogs: Mapping[str, Catalog]) -> None:
        """Take the catalogs by domain; a domain that is absent speaks its source."""
        self.language = language
        self.catalogs = dict(catalogs)
        self._choose = plural_chooser(language)
        self._choose_in_source = plural_chooser(pivot_language())
        self._ready: dict[str, dict[str, Markup]] = {domain: {} for domain in (UI, STAFF, OFFICIAL)}

    def say(self, domain: str, source: str, context: str | None, variables: Mapping[str, object]) -> Markup:
        """Say an interface message with its variables filled in; never raises for a bad catalog."""
        key = source if context is None else message_key(source, context)
        ready = self._ready[domain]
        html = ready.get(key)
        if html is None:
            message = self._messages(domain).get(key)
            html = ready[key] = self._markup(domain, message.forms[0]) if message else escape(source)
        return fill(html, source, variables) if variables else html

    def count(
        self,
        domain: str,
        single: str,
        plural: str,
        number: int,
        context: str | None,
        variables: Mapping[str, object],
    ) -> Markup:
        """Say the form of a message that goes with ``number`` (also given to the text as ``n`` and ``num``)."""
        source = plural if self._choose_in_source(number) else single
        html = self.form_for(single, plural, number, domain=domain, context=context)
        return fill(html, source, {"n": number, "num": number, **variables})

    def form_for(
        self, single: str, plural: str, number: int, *, domain: str = UI, context: str | None = None
    ) -> Markup:
        """The form that goes with ``number``, its placeholders not yet filled in."""
        message = self._messages(domain).get(message_key(single, context))
        if message is not None:
            form = self._choose(number)
            if form < len(message.forms):
                return self._markup(domain, message.forms[form])
        return escape(plural if self._choose_in_source(number) else single)

    def official(self, key: str, variables: Mapping[str, object]) -> Markup:
        """Say an official text; where the language lacks it, the Japanese; an unknown key is logged and shown."""
        ready = self._ready[OFFICIAL]
        html = ready.get(key)
        source = key
        if html is None or variables:
            message = self._messages(OFFICIAL).get(key) or official_source(key)
            if message is None:
                LOG.error("no official text %s", key)
                return escape(key)
            source = message.source
            html = ready[key] = self._markup(OFFICIAL, message.forms[0])
        return fill(html, source, variables) if variables else html

    def is_reviewed(self, domain: str, key: str) -> bool:
        """Whether a person has reviewed the message of this key; in its own language it needs no review."""
        catalog = self.catalogs.get(domain)
        message = catalog.messages.get(key) if catalog else None
        return catalog is not None and message is not None and review_name(message, domain) in catalog.reviewed

    def _markup(self, domain: str, form: str) -> Markup:
        """Escape a text of the catalog; in Japanese, with the readings it gives or the glossary knows."""
        if self.language.is_right_to_left:
            form = _HYPHENATED_NUMBER.sub(LEFT_TO_RIGHT_MARK, form)
        if self.language.readings:
            return with_ruby(form)
        if self.language == source_language() and domain != STAFF:
            return with_known_readings(form)
        return escape(form)

    def _messages(self, domain: str) -> Mapping[str, Message]:
        catalog = self.catalogs.get(domain)
        return catalog.messages if catalog else {}


def official_source(key: str) -> Message | None:
    """The Japanese message of an official key."""
    return voice_of(source_language())._messages(OFFICIAL).get(key)  # noqa: SLF001 - same class


def fill(html: Markup, source: str, variables: Mapping[str, object]) -> Markup:
    """Fill in variables, isolated and escaped; a text that cannot be filled gives way to its source."""
    guarded = {name: isolated(value) for name, value in variables.items()}
    try:
        return html % guarded
    except (KeyError, ValueError, TypeError) as error:
        LOG.error("a text cannot be filled in, its source is shown: %r (%s)", str(html), error)  # noqa: TRY400 - known
    try:
        return escape(source) % guarded
    except (KeyError, ValueError, TypeError):
        return escape(source)


def isolated(value: object) -> object:
    """Keep a value from reordering the sentence around it: anything but numbers and ready markup goes into <bdi>."""
    if isinstance(value, int | float) or hasattr(value, "__html__"):
        return value
    return Markup("<bdi>%s</bdi>") % str(value)


_SPOKEN_OTHERWISE: dict[Language, Callable[[], Voice]] = {}


def speak_with(language: Language, voice: Callable[[], Voice]) -> None:
    """Have a language spoken by another voice in this process: a preview, a pseudo-locale."""
    _SPOKEN_OTHERWISE[language] = voice


def voice_of(language: Language) -> Voice:
    """The voice of a language."""
    otherwise = _SPOKEN_OTHERWISE.get(language)
    return otherwise() if otherwise else loaded_voice(language)


@cache
def loaded_voice(language: Language) -> Voice:
    """The voice of a language, loaded once; a catalog that is missing is logged and its source spoken."""
    catalogs = {}
    for domain in (UI, STAFF, OFFICIAL):
        if domain == STAFF and not language.staff:
            continue
        try:
            catalogs[domain] = load_catalog(language, domain)
        except CatalogMissing as missing:
            LOG.warning("%s", missing)
    return Voice(language, catalogs)
