"""The residents' journeys in a real Chromium: on a phone and at a desk, in every language, without a fault for axe."""

import pytest

from tests.html_page import text_of
from tests.people.resident import MASKED, WHOLE, Resident

pytestmark = pytest.mark.browser

LANGUAGES = ("ja", "en", "vi", "ur")


@pytest.fixture
def resident(browser_visitor):
    """A factory: `resident("resident-1", "ur", "phone")`, signed in."""

    def signed_in(login: str = "resident-1", lang: str = "en", screen: str = "phone") -> Resident:
        person = Resident(browser_visitor(screen), login, lang)
        person.signs_in()
        return person

    return signed_in


def looks_well(person: Resident) -> None:
    """Nothing for axe to find, and nothing wider than the screen."""
    person.visitor.assert_accessible()
    assert person.visitor.overflow() == 0, person.page.url


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_resident_confirms_the_record_and_asks_for_another_code(resident, lang, screen):
    person = resident("resident-1", lang, screen)
    page = person.opens_the_record()
    assert MASKED.search(page.text)
    looks_well(person)
    person.confirms_the_record()
    looks_well(person)
    for path in ("record/wrong", "record/reported", "record/code", "requests", "code-change"):
        person.opens(path)
        looks_well(person)
    person.begins_the_request()
    looks_well(person)
    person.finds_the_details_right()
    looks_well(person)
    page = person.chooses_notices()
    assert page.lang == lang
    assert not WHOLE.search(page.text)
    looks_well(person)
    person.sends_the_request()
    looks_well(person)
    reference = person.reference
    for path in (
        f"requests/{reference}",
        f"requests/{reference}/counter",
        f"requests/{reference}/withdraw",
        "requests",
    ):
        person.opens(path)
        looks_well(person)
    person.sees_who_looked()
    looks_well(person)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_that_came_back_and_a_switch_of_language_lose_nothing(resident, lang):
    person = resident("resident-2", lang)
    person.begins_the_request()
    person.finds_the_details_right()
    person.sends({"channel": "email", "email": "not an address"}, button=_first_button(person), expect=422)
    looks_well(person)
    assert person.visitor.tab.evaluate("document.activeElement.id") == "error-summary"
    other = "en" if lang != "en" else "ur"
    person.sends(button=f"_switch={other}")
    assert person.page.lang == other
    assert person.visitor.tab.locator("input[name=email]").input_value() == "not an address"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_following_a_request_needs_no_sign_in(resident, browser_visitor, lang):
    from portal.demo.people import demo_person

    reference = resident("resident-3", lang).asks_for_another_code()
    stranger = Resident(browser_visitor("phone"), "", lang)
    stranger.opens("follow")
    looks_well(stranger)
    stranger.sends({"reference": reference, "birth_date": "1901-01-01"}, button=_first_button(stranger), expect=404)
    looks_well(stranger)
    birth_date = demo_person("resident-3").claims["birthdate"]
    stranger.sends({"reference": reference, "birth_date": birth_date}, button=_first_button(stranger))
    looks_well(stranger)
    assert stranger.page.by_class("timeline")


def test_the_whole_code_closes_by_itself(resident, monkeypatch):
    monkeypatch.setattr("portal.resident.record.SHOWN_FOR", 10)
    person = resident()
    page = person.asks_to_see_the_whole_code()
    assert WHOLE.search(page.text)
    looks_well(person)
    person.visitor.tab.wait_for_url("**/en/record", timeout=40_000)
    assert not WHOLE.search(person.page.text)


def test_every_task_works_without_javascript(browser_visitor):
    person = Resident(browser_visitor("phone", java_script_enabled=False), "resident-1", "vi")
    person.signs_in()
    person.asks_for_another_code()
    assert len(person.reference) == 12


def _first_button(person: Resident) -> str:
    return text_of(next(button for button in person.main_form().buttons if button.get("name") is None))


@pytest.mark.parametrize("lang", ["vi", "ur"])
def test_a_resident_says_what_is_wrong_and_follows_it(resident, lang):
    person = resident("resident-1", lang, "phone")
    person.says_what_is_wrong(name_answer="misspelt", name_text="NGUYEN", household_answer="outdated")
    looks_well(person)
    person.opens("requests")
    looks_well(person)
    person.follows("/record/corrections/")
    assert person.page.lang == lang
    looks_well(person)
