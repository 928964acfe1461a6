"""Attacks in the place of every message, in a real Chromium: nothing of them runs, and the browser has nothing to report."""

import pytest
from markupsafe import Markup

from portal.faq.stored_pages import EXTENSION as STORED_PAGES
from portal.i18n import voices
from portal.i18n.languages import language_by_tag
from portal.i18n.voices import Voice
from tests.faults.hostile_catalogs import hostile_voice, speaking_otherwise
from tests.journeys.test_every_page import pages
from tests.people.resident import Resident

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\"><iframe srcdoc='<script>parent.document.title=1</script>'></iframe>",
)
#: One of each script: Han and kana with readings, Latin, Arabic from right to left, Burmese, Devanagari.
TAGS = ("ja", "vi", "ur", "my", "ne")
_OF = ("public", "resident_only")
_LISTEN = """
window.refused = []
document.addEventListener("securitypolicyviolation", each => window.refused.push(each.violatedDirective))
"""


@pytest.fixture
def found_in(portal_server, browser_visitor):
    """Walks the pages of a language that says nothing but one payload; what the browser refused, ran, or complained of."""

    def found(tag: str, payload: str) -> list[str]:
        language = language_by_tag(tag)
        person = Resident(browser_visitor("phone"), "resident-1", tag)
        person.signs_in()
        tab, seen = person.visitor.tab, []
        tab.add_init_script(_LISTEN)
        with speaking_otherwise(language):
            voices.speak_with(language, hostile_voice(language, payload))
            portal_server.app.extensions.get(STORED_PAGES, {}).clear()
            for path in (each for each in pages(portal_server.app, tag, *_OF) if each.startswith(f"/{tag}/")):
                tab.goto(person.visitor.base_url + path)
                assert "document.title" in tab.content(), f"{path} does not say the payload"
                seen += [f"{path} refused: {each}" for each in tab.evaluate("window.refused")]
                seen += [f"{path} has {each}" for each in ("img[src=x]", "iframe") if tab.locator(each).count()]
                seen += [f"{path} ran" for _ in range(tab.title() in {"taken", "1"})]
        portal_server.app.extensions.get(STORED_PAGES, {}).clear()
        return seen

    return found


@pytest.mark.parametrize("tag", TAGS)
def test_attacks_in_every_message_are_words_and_the_browser_reports_nothing(found_in, tag):
    assert [each for payload in PAYLOADS for each in found_in(tag, payload)] == []


def test_a_catalog_that_is_not_escaped_is_reported_by_the_browser(found_in, monkeypatch):
    monkeypatch.setattr(Voice, "_markup", lambda _self, _domain, form: Markup(form))
    assert any("refused: script-src" in each for each in found_in("vi", PAYLOADS[1]))
