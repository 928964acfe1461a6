"""How complete and how reviewed each language is: what the public page of languages shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from portal.i18n.catalogs import CatalogMissing, is_identity, load_catalog
from portal.i18n.languages import Language, languages
from portal.i18n.messages import OFFICIAL, UI
from portal.i18n.negotiation import served_languages

if TYPE_CHECKING:
    from portal.i18n.catalogs import Catalog


@dataclass(frozen=True, slots=True)
class Completeness:
    """Messages of residents' pages: all there are, translated, reviewed by a person. What is written in it needs neither."""

    language: Language
    messages: int
    translated: int
    reviewed: int
    is_served: bool


@cache
def _catalogs(language: Language) -> tuple[Catalog, ...]:
    found = []
    for domain in (UI, OFFICIAL):
        if not is_identity(language, domain):
            try:
                found.append(load_catalog(language, domain))
            except CatalogMissing:
                continue
    return tuple(found)


def completeness() -> list[Completeness]:
    """Every language of the table, in its order."""
    served = set(served_languages())
    rows = []
    for language in languages():
        catalogs = _catalogs(language)
        translated = sum(len(catalog.messages) for catalog in catalogs)
        missing = sum(catalog.missing for catalog in catalogs)
        reviewed = sum(len(catalog.reviewed) for catalog in catalogs)
        rows.append(Completeness(language, translated + missing, translated, reviewed, language in served))
    return rows
