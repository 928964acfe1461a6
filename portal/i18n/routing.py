"""Languages in addresses: ``/<lang:lang>/...`` sets the page's language, ``url_for`` keeps it, a switch changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, abort, current_app, g, request, url_for
from werkzeug.routing import BaseConverter, ValidationError

from portal.i18n.gettext import current_language
from portal.i18n.languages import Language, language_by_tag

if TYPE_CHECKING:
    from portal.i18n.availability import Availability

ARGUMENT = "lang"
STAFF_PATHS = ("staff.", "auth.staff_")
"""Endpoints of pages for staff: they exist in the languages of staff only."""


def install_routing(app: Flask, availability: Availability) -> None:
    """Give the application the converter ``lang`` and keep ``g.language`` in step with the address."""
    served = {language.tag: language for language in availability.languages}

    class LanguageConverter(BaseConverter):
        """The tag of a language that is served; any other is no address of ours."""

        regex = "[a-z]{2,3}(?:-[a-z]+)*"

        def to_python(self, value: str) -> Language:
            """Turn a tag into its language."""
            if value not in served:
                raise ValidationError
            return served[value]

        def to_url(self, value: Any) -> str:  # noqa: ANN401 - a Language or its tag
            """Turn a language or tag into a tag."""
            return value.tag if isinstance(value, Language) else str(value)

    app.url_map.converters[ARGUMENT] = LanguageConverter
    app.url_value_preprocessor(_take_language)
    app.url_defaults(_keep_language)


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    language: Language | None = (values or {}).pop(ARGUMENT, None)
    if language is None:
        return
    g.language = language
    if endpoint and endpoint.startswith(STAFF_PATHS) and not language.staff:
        abort(404)


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    if ARGUMENT not in values and current_app.url_map.is_endpoint_expecting(endpoint, ARGUMENT):
        values[ARGUMENT] = current_language()


def switch_url(tag: str) -> str:
    """The address of this page in another language, its query kept; where there is none, that language's first page."""
    query = "" if g.get("without_query") else request.query_string.decode("ascii", "ignore")
    expects = request.endpoint and current_app.url_map.is_endpoint_expecting(request.endpoint, ARGUMENT)
    language = language_by_tag(tag)
    closed_to_it = (request.endpoint or "").startswith(STAFF_PATHS) and not (language and language.staff)
    if not expects or closed_to_it:
        return f"{request.script_root}/{tag}/"
    address = url_for(request.endpoint or "", **{**(request.view_args or {}), ARGUMENT: tag})
    return f"{address}?{query}" if query else address
