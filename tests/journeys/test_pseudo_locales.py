"""Nothing a resident meets comes from outside the catalogs: walked in two languages that are nothing but brackets."""

import pytest
from babel.dates import get_month_names

from portal.i18n import languages, voices
from portal.i18n.pseudo import speak_pseudo
from tests.architecture.test_routes import without_arguments
from tests.html_page import HtmlPage
from tests.people.resident import Resident
from tests.untranslated import untranslated

TAGS = ("en-pseudo", "ar-pseudo")


@pytest.fixture(autouse=True)
def _pseudo_locales(monkeypatch):
    """Known in this test alone; before the portal is made."""
    monkeypatch.setattr(languages, "_BESIDES", [])
    monkeypatch.setattr(voices, "_SPOKEN_OTHERWISE", {})
    speak_pseudo()


@pytest.fixture
def visitor(_pseudo_locales, portal_server):
    client = portal_server.client()
    yield client
    client.close()


def _walk(visitor, app, tag: str, *guards: str) -> None:
    for rule in without_arguments(app):
        if app.view_functions[rule.endpoint].__guard__ in guards and "<lang:lang>" in rule.rule:
            visitor.ask("GET", rule.rule.replace("<lang:lang>", tag))


def _found(visitor, tag: str) -> list[str]:
    language = languages.language_by_tag(tag)
    # Months come from the CLDR, a language's own name from the table.
    known = {*get_month_names(locale=language.babel).values(), *language.autonym.split()}
    found, pages = [], 0
    for answer in visitor.answers:
        if (
            answer.status_code not in {301, 302, 303}
            and f"/{tag}/" in answer.url
            and answer.headers.get("Content-Type", "").startswith("text/html")
        ):
            page = HtmlPage(answer.content, answer.url)
            if page.lang == language.html_lang:
                pages += 1
                found += [f"{answer.url}: {word}" for word in untranslated(page) if word not in known]
    assert pages > 15, "a walk of nothing proves nothing"
    return found


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_a_resident_meets_stands_outside_the_catalogs(visitor, portal_server, tag):
    _walk(visitor, portal_server.app, tag, "public", "anonymous")
    visitor.get(f"/{tag}/nowhere", expect=404)
    resident = Resident(visitor, "resident-5", tag)
    resident.signs_in()
    resident.says_what_is_wrong(expect=422)
    reference = resident.asks_for_another_code(language=tag)
    resident.opens_the_request(reference)
    resident.sees_who_looked()
    _walk(visitor, portal_server.app, tag, "resident_only")
    resident.withdraws(reference)
    assert _found(visitor, tag) == []


def test_what_is_outside_is_found():
    page = HtmlPage(
        '<!DOCTYPE html><html lang="en"><title>x</title><p>⟦Séñt <b>ñów</b>⟧ by hand<p aria-label="Menu">⟦a⟧には⟦b⟧'
        '<bdi translate="no">NGUYEN</bdi> <span lang="ja">日本語</span>'.encode(),
        "/",
    )
    assert untranslated(page) == ["by", "hand", "aria-label='Menu'", "には"]
