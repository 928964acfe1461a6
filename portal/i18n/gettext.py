"""The words of the portal. Everything here returns escaped markup in the current language.

Interface messages are English sentences: ``_("Your request was sent.")``, with named placeholders
``_("Sent on %(day)s.", day=format_day(day))``. ``_s`` and its sisters are for the pages of staff (Japanese and
English). Official texts have a key: ``official("term.alias")``. For text that is no HTML (mail, ``<title>``,
attributes) wrap the call: ``plain(_("..."))``.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from html import unescape
from typing import TYPE_CHECKING

from flask import g, has_app_context, has_request_context, request
from markupsafe import Markup

from portal.i18n.languages import Language, language_by_tag, pivot_language, source_language
from portal.i18n.messages import OFFICIAL, STAFF, UI
from portal.i18n.negotiation import negotiated_language
from portal.i18n.ruby import READING_PARTS
from portal.i18n.voices import Voice, voice_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_TAG = re.compile(r"<[^>]*>")
_TURNED = Markup('%s<span class="turned" lang="ja" dir="ltr" translate="no">%s</span>')
_SPOKEN: ContextVar[Language | None] = ContextVar("spoken_language", default=None)


def current_language() -> Language:
    """The language spoken now: of ``speaking``, of the page's address, of the browser, else Japanese."""
    spoken = _SPOKEN.get()
    if spoken is not None:
        return spoken
    if not has_app_context():
        return source_language()
    language: Language | None = g.get("language")
    if language is None:
        language = source_language()
        if has_request_context():
            language = g.language = negotiated_language(request.headers.get("Accept-Language", ""))
    return language


@contextmanager
def speaking(language: Language | str) -> Iterator[Language]:
    """Speak another language for a while: mail, letters, tests. Takes a Language or its tag."""
    chosen = language if isinstance(language, Language) else (language_by_tag(language) or source_language())
    token = _SPOKEN.set(chosen)
    try:
        yield chosen
    finally:
        _SPOKEN.reset(token)


def _voice() -> Voice:
    return voice_of(current_language())


def _staff_voice() -> Voice:
    language = current_language()
    return voice_of(language if language.staff else pivot_language())


class Said(Markup):
    """A message in the reader's language that can be turned to its Japanese, to be pointed at at a counter."""

    __slots__ = ("said_by",)
    said_by: Callable[[Voice], Markup]

    @classmethod
    def by(cls, voice: Voice, say: Callable[[Voice], Markup]) -> Said:
        """What a voice says; `say` has any voice say the same."""
        said = str.__new__(cls, say(voice))
        said.said_by = say
        return said

    @property
    def japanese(self) -> Markup:
        """The same in Japanese: show it with ``lang="ja"``."""
        return self.said_by(voice_of(source_language()))


def japanese_of(text: object) -> Markup | None:
    """The Japanese of what the callables returned, now or later; None for any other text and for a reader of Japanese."""
    said = text.said if isinstance(text, LazyMessage) else text
    if not isinstance(said, Said) or current_language() == source_language():
        return None
    return said.japanese


def turned(text: object) -> object:
    """What the callables returned, with its Japanese beside it, which the reader's checkbox shows; other texts as they are."""
    japanese = japanese_of(text)
    return text if japanese is None else _TURNED % (text, japanese)


def _(message: str, **variables: object) -> Markup:
    """Say an interface message."""
    return Said.by(_voice(), lambda voice: voice.say(UI, message, None, variables))


def ngettext(single: str, plural: str, n: int, **variables: object) -> Markup:
    """Say the form that goes with the number ``n`` (a placeholder ``%(n)s`` has it)."""
    return Said.by(_voice(), lambda voice: voice.count(UI, single, plural, n, None, variables))


def pgettext(context: str, message: str, **variables: object) -> Markup:
    """Say a message whose words alone do not tell what is meant."""
    return Said.by(_voice(), lambda voice: voice.say(UI, message, context, variables))


def npgettext(context: str, single: str, plural: str, n: int, **variables: object) -> Markup:
    """Say the form that goes with ``n`` of a message with a context."""
    return _voice().count(UI, single, plural, n, context, variables)


def _s(message: str, **variables: object) -> Markup:
    """Say a message of the pages of staff."""
    return _staff_voice().say(STAFF, message, None, variables)


def _sn(single: str, plural: str, n: int, **variables: object) -> Markup:
    """Say the form that goes with ``n``, on the pages of staff."""
    return _staff_voice().count(STAFF, single, plural, n, None, variables)


def _sp(context: str, message: str, **variables: object) -> Markup:
    """Say a message with a context, on the pages of staff."""
    return _staff_voice().say(STAFF, message, context, variables)


class LazyMessage:
    """A message said only when it is shown; carries no values of users."""

    __slots__ = ("_say",)

    def __init__(self, say: Callable[[], Markup]) -> None:
        """Take what says it."""
        self._say = say

    @property
    def said(self) -> Markup:
        """The message, said now."""
        return self._say()

    def __str__(self) -> str:
        """Escaped markup, so that it is safe in an f-string of a form library too."""
        return self._say()

    def __html__(self) -> str:
        """Escaped markup."""
        return self._say()

    def __format__(self, spec: str) -> str:
        """Escaped markup."""
        return format(str(self._say()), spec)

    def __mod__(self, values: Mapping[str, object] | tuple[object, ...] | object) -> Markup:
        """Fill in values as a form library does; they are escaped."""
        return self._say() % values

    def __repr__(self) -> str:
        """Tell it from a plain string."""
        return f"LazyMessage({str(self)!r})"


def _l(message: str) -> LazyMessage:
    """Say an interface message later: labels of forms."""
    return LazyMessage(lambda: _(message))


def _lp(context: str, message: str) -> LazyMessage:
    """Say a message with a context later."""
    return LazyMessage(lambda: pgettext(context, message))


def _sl(message: str) -> LazyMessage:
    """Say a message of the pages of staff later."""
    return LazyMessage(lambda: _s(message))


def _slp(context: str, message: str) -> LazyMessage:
    """Say a message with a context of the pages of staff later."""
    return LazyMessage(lambda: _sp(context, message))


def official(key: str, lang: Language | str | None = None, **variables: object) -> Markup:
    """Say an official text by its key, in ``lang`` (a Language or tag) or the current language."""
    language = language_by_tag(lang) if isinstance(lang, str) else lang
    return Said.by(voice_of(language or current_language()), lambda voice: voice.official(key, variables))


def official_ja(key: str, **variables: object) -> Markup:
    """The official Japanese text of a key: show it with ``lang="ja"``."""
    return voice_of(source_language()).official(key, variables)


def official_lazy(key: str) -> LazyMessage:
    """Say an official text later: labels of forms."""
    return LazyMessage(lambda: official(key))


def is_reviewed(key: str, lang: Language | None = None) -> bool:
    """Whether an official text in this language was reviewed by a person; the Japanese always counts as such."""
    language = lang or current_language()
    return language == source_language() or voice_of(language).is_reviewed(OFFICIAL, key)


def has_official(key: str) -> bool:
    """Whether there is an official text of this key."""
    return key in (voice_of(source_language()).catalogs[OFFICIAL].messages)


def plain(text: object) -> str:
    """Turn what the callables return into text without markup: mail, ``<title>``, attributes.

    Readings above kanji go. In a language written from right to left, values keep their isolation by characters
    instead of ``<bdi>``.
    """
    html = str(text)
    if not hasattr(text, "__html__"):
        return html
    if current_language().is_right_to_left:
        html = html.replace("<bdi>", FIRST_STRONG_ISOLATE).replace("</bdi>", POP_ISOLATE)
    return unescape(_TAG.sub("", READING_PARTS.sub("", html)))


class WtformsTranslations:
    """What WTForms asks for translations; its messages are in our own catalog."""

    def gettext(self, string: str) -> str:
        """Say one of WTForms' messages; a label it makes of a field's name comes back as it is."""
        return _(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Say a message by number; WTForms fills in the placeholders afterwards."""
        voice = _voice()
        return voice.form_for(singular, plural, n)


def wtforms_translations() -> WtformsTranslations:
    """For ``Meta.get_translations`` of a form."""
    return WtformsTranslations()
