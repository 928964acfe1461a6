"""Every page in every language, in a real Chromium 320 px wide: those that open by their address alone, and a request's.

Each opens, is in its language, and fits; axe finds nothing, no letter is missing, and nothing is asked of another host.
"""

import pytest

from portal.i18n.languages import language_by_tag, languages
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
        if app.view_functions[rule.endpoint].__guard__ in guards
        and "callback" not in rule.rule
        and not rule.rule.startswith(("/demo/", "/<lang:lang>/staff/") if not language_by_tag(lang).staff else "/demo/")
    ]
    assert len(paths) >= 5, "a walk of nothing proves nothing"
    return paths


def looked_at(visitor: BrowserVisitor) -> list[str]:
    """What is wrong with the page in front, in its language and on its screen."""
    found = visitor.violations()
    if visitor.overflow():
        found.append(f"{visitor.overflow()} px too wide")
    if missing := visitor.missing_glyphs():
        found.append(f"drawn as a box: {missing}")
    tag = visitor.page.path.split("/")[1]
    language = language_by_tag(tag)
    if language and (visitor.page.lang, visitor.page.direction) != (language.html_lang, language.direction):
        found.append(f"{visitor.page.lang}, {visitor.page.direction} instead of {tag}")
    return found


def walk(visitor: BrowserVisitor, paths: list[str], *, shut: tuple[int, ...] = ()) -> list[str]:
    """What is wrong with them; a page that sends elsewhere is looked at where it leads. `shut`: how some may answer besides."""
    found, called = [], set[str]()
    visitor.tab.on("request", lambda request: called.add(request.url))
    for path in paths:
        answer = visitor.tab.goto(visitor.base_url + path)
        if answer.status not in {404 if path.endswith("/nowhere") else 200, *shut}:
            found.append(f"{path}: {answer.status}")
        found += [f"{path}: {each}" for each in looked_at(visitor)]
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
    resident.says_what_is_wrong(expect=422)
    assert looked_at(resident.visitor) == []
    resident.says_what_is_wrong(name_answer="misspelt")
    resident.opens("record")
    case = resident.page.link("record/corrections/")
    reference = resident.asks_for_another_code(language=lang)
    assert looked_at(resident.visitor) == []
    behind = [f"/{lang}/requests/{reference}{tail}" for tail in ("", "/sent", "/counter", "/withdraw")]
    assert walk(resident.visitor, [*behind, case]) == []
    newcomer = Resident(browser_visitor("narrow"), "newcomer-1", lang)
    newcomer.signs_in()
    assert walk(newcomer.visitor, [f"/{lang}/sign-in/link"]) == []


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("who", [Clerk, Administrator])
def test_pages_of_staff_fit_the_narrowest_screen(portal_server, browser_visitor, lang, who):
    person: Person = who(browser_visitor("narrow"), f"{who.__name__.lower()}-1", lang)
    person.signs_in()
    of_all_roles = pages(portal_server.app, lang, "staff_only")
    assert walk(person.visitor, of_all_roles, shut=(403, 404)) == []


def test_a_letter_that_no_font_has_is_found(browser_visitor):
    visitor = browser_visitor()
    visitor.tab.set_content("<p>Record \u0378 住民票 \u1980</p>")
    assert "\u0378" in visitor.missing_glyphs()
    assert set(visitor.missing_glyphs()) <= {"\u0378", "\u1980"}
