"""Which languages are served: those configured whose catalogs are there and complete for residents' pages."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, has_app_context

from portal.i18n.catalogs import CatalogMissing, load_catalog, review_name
from portal.i18n.languages import PIVOT_TAG, SOURCE_TAG, Language, LanguageTableError, languages
from portal.i18n.messages import OFFICIAL, STAFF, UI

if TYPE_CHECKING:
    from collections.abc import Collection

LOG = logging.getLogger(__name__)
EXTENSION = "portal-languages"


@dataclass(frozen=True, slots=True)
class Availability:
    """The languages served, in the order of the table, and why others are not (``left_out``: reason by tag)."""

    languages: tuple[Language, ...]
    left_out: dict[str, str]


def find_availability(
    configured: Collection[str] = (), *, incomplete_too: bool = False, require_reviewed: bool = False
) -> Availability:
    """Find which configured languages (tags; none = all) can be served.

    Raises LanguageTableError when a configured tag is unknown, or Japanese or English cannot be served.
    ``incomplete_too`` serves languages with gaps, the source standing in: for work on the texts.
    ``require_reviewed`` leaves out languages whose interface or terms no person has reviewed, Japanese and English aside.
    """
    table = languages()
    unknown = set(configured) - {language.tag for language in table}
    if unknown:
        message = f"languages not in the table: {', '.join(sorted(unknown))}"
        raise LanguageTableError(message)
    served: list[Language] = []
    left_out: dict[str, str] = {}
    for language in table:
        if configured and language.tag not in configured:
            continue
        reason = None if incomplete_too else reason_against(language)
        if reason is None and require_reviewed and language.tag not in {SOURCE_TAG, PIVOT_TAG}:
            reason = reason_of_review(language)
        if reason is None:
            served.append(language)
        else:
            left_out[language.tag] = reason
            LOG.error("language %s is left out: %s", language.tag, reason)
    for tag in (SOURCE_TAG, PIVOT_TAG):
        if tag not in {language.tag for language in served}:
            message = f"the portal cannot start without {tag}: {left_out.get(tag, 'not configured')}"
            raise LanguageTableError(message)
    return Availability(tuple(served), left_out)


def reason_against(language: Language) -> str | None:
    """Why a language cannot be served (for operators), or None."""
    for domain in (UI, OFFICIAL, *((STAFF,) if language.staff else ())):
        try:
            catalog = load_catalog(language, domain)
        except CatalogMissing as missing:
            return str(missing)
        if catalog.missing:
            return f"{catalog.missing} messages of {domain} are not translated"
    return None


def reason_of_review(language: Language) -> str | None:
    """What of a language that is complete no person has reviewed (its interface, its terms), for operators; or None."""
    for domain, prefix in ((UI, ""), (OFFICIAL, "term.")):
        catalog = load_catalog(language, domain)
        of_concern = [message for key, message in catalog.messages.items() if key.startswith(prefix)]
        waiting = sum(review_name(message, domain) not in catalog.reviewed for message in of_concern)
        if waiting:
            return f"{waiting} messages of {domain} are not reviewed by a person"
    return None


def current_availability() -> Availability | None:
    """What the current application serves; None outside of one."""
    if not has_app_context():
        return None
    found: Availability | None = current_app.extensions.get(EXTENSION)
    return found


def languages_left_out() -> dict[str, str]:
    """The configured languages that are not served, and why: for /readyz."""
    found = current_availability()
    return dict(found.left_out) if found else {}
