"""Every page that opens by its address alone, in a real Chromium 320 px wide.

Axe finds nothing, nothing is wider than the screen, and nothing is asked of another host.
"""

import pytest

from portal.i18n.languages import languages
from tests.architecture.test_routes import without_arguments
from tests.browser import BrowserVisitor
from tests.people.resident import Resident
from tests.people.staff import Administrator, Clerk
from tests.people.visitor import Person

pytestmark = pytest.mark.browser

LANGUAGES = [language.tag for language in languages()]


def pages(app, lang: str, *guards: str) -> list[str]:
    """The addresses of the pages of these audiences; the provider of the demonstration is met in the journeys."""
    paths = [
        rule.rule.replace("<lang:lang>", lang)
        for rule in without_arguments(app)
        if app.view_functions[rule.endpoint].__guard__ in guards and "callback" not in rule.rule
    ]
    assert len(paths) >= 5, "a walk of nothing proves nothing"
    return paths


def walk(visitor: BrowserVisitor, paths: list[str]) -> list[str]:
    """What is wrong with them; a page that sends elsewhere is looked at where it leads."""
    found, called = [], set[str]()
    visitor.tab.on("request", lambda request: called.add(request.url))
    for path in paths:
        visitor.tab.goto(visitor.base_url + path)
        found += [f"{path}: {each}" for each in visitor.violations()]
        if visitor.overflow():
            found.append(f"{path}: {visitor.overflow()} px too wide")
    found += visitor.complaints
    found += [f"asks another host: {url}" for url in called if not url.startswith(visitor.base_url + "/")]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_everybody_and_of_a_resident_fit_the_narrowest_screen(portal_server, browser_visitor, lang):
    stranger = browser_visitor("narrow")
    assert walk(stranger, [*pages(portal_server.app, lang, "public", "anonymous"), f"/{lang}/nowhere"]) == []
    resident = Resident(browser_visitor("narrow"), "resident-1", lang)
    resident.signs_in()
    assert walk(resident.visitor, pages(portal_server.app, lang, "resident_only")) == []
    newcomer = Resident(browser_visitor("narrow"), "newcomer-1", lang)
    newcomer.signs_in()
    assert walk(newcomer.visitor, [f"/{lang}/sign-in/link"]) == []


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("who", [Clerk, Administrator])
def test_pages_of_staff_fit_the_narrowest_screen(portal_server, browser_visitor, lang, who):
    person: Person = who(browser_visitor("narrow"), f"{who.__name__.lower()}-1", lang)
    person.signs_in()
    assert walk(person.visitor, pages(portal_server.app, lang, "staff_only")) == []
