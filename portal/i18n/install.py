"""Puts languages into an application: Flask-Babel, the words in templates, the language of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babel.support import NullTranslations
from flask_babel import Babel, Domain

from portal.i18n import formats
from portal.i18n import gettext as words
from portal.i18n.availability import EXTENSION, find_availability
from portal.i18n.routing import install_routing, switch_url
from portal.i18n.voices import voice_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask

WORDS = (
    "_",
    "ngettext",
    "pgettext",
    "npgettext",
    "_s",
    "_sn",
    "_sp",
    "official",
    "official_ja",
    "japanese_of",
    "is_reviewed",
    "plain",
)
FORMATS = ("format_day", "format_instant", "wareki", "official_day", "country_name", "weekday_name")


class CheckedTranslations(NullTranslations):
    """Our own words for whoever calls Flask-Babel directly (a library's extension): escaped, from checked catalogs."""

    def gettext(self, message: str) -> str:
        """Say an interface message."""
        return words._(message)

    ugettext = gettext


class CheckedDomain(Domain):
    """The domain Flask-Babel asks: ours, never its own reading of files."""

    def get_translations(self) -> CheckedTranslations:
        """Translations of the current language."""
        return CheckedTranslations()


def install_languages(
    app: Flask, configured: Collection[str] = (), *, incomplete_too: bool = False, require_reviewed: bool = False
) -> None:
    """Install languages (``configured``: tags, none = all of the table) into the application.

    Raises LanguageTableError when Japanese or English cannot be served. Catalogs are loaded here, once.
    """
    availability = find_availability(configured, incomplete_too=incomplete_too, require_reviewed=require_reviewed)
    app.extensions[EXTENSION] = availability
    for language in availability.languages:
        voice_of(language)
    # One Babel for one application: a shared one keeps the first application's catalogs.
    babel = Babel(
        app,
        locale_selector=lambda: words.current_language().babel,
        default_locale="ja",
        default_timezone="Asia/Tokyo",
        configure_jinja=False,
    )
    babel.__dict__["domain_instance"] = CheckedDomain()
    install_routing(app, availability)
    app.jinja_env.globals.update({name: getattr(words, name) for name in WORDS})
    app.jinja_env.globals.update({name: getattr(formats, name) for name in FORMATS})
    app.jinja_env.globals.update(languages=availability.languages, switch_url=switch_url)
    app.jinja_env.filters.update(plain=words.plain, turned=words.turned)
    app.context_processor(_current)


def _current() -> dict[str, Any]:
    return {"lang": words.current_language()}


init_app = install_languages
