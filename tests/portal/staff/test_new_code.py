"""Another code ex officio on the desk: begun by one person, approved by another, told on a slip in the resident's language."""

import re
from html import unescape

import pytest

from portal.i18n.gettext import official, plain, speaking
from portal.i18n.languages import languages
from portal.letters.slip import open_slip
from portal.worker import work_once
from registry_core.codes import reference_in_groups, requests_of
from registry_core.register import cases_of
from tests.databases import BACKENDS
from tests.people.resident import Resident
from tests.people.staff import Clerk

LANGUAGES = [language.tag for language in languages()]


def begins(clerk, counter, *, ground="not-found-out", language="vi", login="resident-1", expect=200, words="Asked."):
    clerk.opens_staff(f"residents/{counter.record_id(login)}/new-code")
    values = {"ground": ground, "words": words, "language": language}
    return clerk.sends(values, button="begin", expect=expect)


def the_request(counter, login="resident-1"):
    with counter.registry.read() as session:
        return requests_of(session, record_id=counter.record_id(login))[0]


@pytest.mark.parametrize("backend", BACKENDS, indirect=True)
def test_one_begins_another_approves_and_the_resident_sees_both(counter, clerk, supervisor, portal_server):
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}")
    clerk.follows("/new-code")
    page = begins(clerk, counter)
    assert "You began this, so another person has to approve." in page.text
    assert "The last code cannot be found out" in page.text
    assert not [form for form in page.forms if "identity-kind" in form.controls or "ask-phrase" in form.controls]
    assert "Ex officio" in clerk.opens_staff("?view=second").text
    request = the_request(counter)
    supervisor.opens_staff(f"requests/{request.id}")
    page = supervisor.approves()
    assert "Approved. The code has changed" in page.text
    resident = Resident(portal_server.client(), "resident-1", "en")
    resident.signs_in()
    page = resident.opens_the_request(request.reference)
    assert page.heading == "The city gives you another code."
    assert "Your last resident record code cannot be found out" in page.text
    assert "Began to assign another resident record code" in resident.sees_who_looked().text


def test_what_is_missing_is_told_field_by_field(counter, clerk):
    page = begins(clerk, counter, words="", expect=422)
    assert page.errors == ["Say how it was ascertained."]


def test_request_that_is_open_already_is_named(counter, clerk):
    reference = counter.receives_request("resident-1").reference
    page = begins(clerk, counter, expect=409)
    assert reference_in_groups(reference) in page.text


def test_it_ends_when_the_code_is_known_after_all(counter, clerk):
    page = begins(clerk, counter)
    choices = [each.get("value") for form in page.forms for each in form.controls.get("decline-reason", [])]
    assert choices == ["code-found-out"]
    clerk.declines("code-found-out")
    assert the_request(counter).decline_reason == "code-found-out"


def test_resident_is_told_nothing_of_a_request_that_nobody_sent(counter, clerk, portal_server):
    begins(clerk, counter)
    reference = the_request(counter).reference
    resident = Resident(portal_server.client(), "resident-1", "en")
    resident.signs_in()
    for path in ("withdraw", "sent", "counter"):
        page = resident.opens(f"requests/{reference}/{path}")
        assert (page.url.endswith(f"/requests/{reference}"), page.heading) == (True, "The city gives you another code.")
    assert "Sent on" not in resident.opens("requests").text
    clerk.opens_staff(f"requests/{the_request(counter).id}")
    clerk.declines("code-found-out")
    page = resident.opens_the_request(reference)
    assert page.heading.startswith("Resident record code")
    assert "Declined. Your code stays as it is." in page.text
    assert not re.search(r"[Rr]equest was|another request at any time|you get a new one", page.text)


def test_who_began_it_is_refused_the_approval_in_words_that_are_true(counter, clerk):
    begins(clerk, counter)
    page = clerk.visitor.post(f"/en/staff/requests/{the_request(counter).id}/approve")
    assert "You checked or began it, so another person has to approve." in page.text
    assert "Begun by you" in clerk.opens_staff("?view=second").text


def test_correction_of_the_code_leads_to_another_one(counter, clerk):
    counter.hears_of_a_mistake("resident-1", "code_held", "not mine", "ur")
    with counter.registry.read() as session:
        [case] = cases_of(session, record_id=counter.record_id("resident-1"))
    clerk.opens_staff(f"corrections/{case.id}")
    page = clerk.follows("/new-code")
    assert page.form("begin").values()["language"] == ["ur"]
    clerk.sends({"ground": "written-wrong", "words": "The slip of before says another."}, button="begin")
    with counter.registry.read() as session:
        assert cases_of(session, record_id=counter.record_id("resident-1"))[0].outcome == "new_code"
    assert (the_request(counter).ground, the_request(counter).language) == ("written-wrong", "ur")


@pytest.mark.parametrize("language", LANGUAGES)
def test_slip_says_in_both_languages_that_the_city_entered_it(counter, clerk, supervisor, portal_server, language):
    begins(clerk, counter, language=language)
    request = the_request(counter)
    supervisor.opens_staff(f"requests/{request.id}")
    supervisor.approves()
    with portal_server.app.test_request_context(base_url=portal_server.url):
        while work_once():
            pass
    with counter.registry.write() as session:
        actor = supervisor_of(counter)
        page = open_slip(session, request_id=request.id, actor=actor, at=counter.registry.now())
    page = unescape(re.sub(r"<rt>.*?</rt>|</?ruby>", "", page))  # the readings above the words
    assert "職権で新しい住民票コードを住民票に記載しました" in page
    assert "あなたの請求により" not in page
    assert "<title>住民票コード通知票</title>" in page
    with speaking(language):
        parts = plain(official("letter.slip.entered", day="|")).split("|")
    assert max(parts, key=len).strip("\u2068\u2069 ") in page


def supervisor_of(counter):
    from registry_core.values.actor import Actor, Role

    return Actor("staff-0009", "x", Role.SUPERVISOR, counter.municipality, "X")


def test_pages_are_there_in_japanese(counter, come_in):
    japanese = come_in(Clerk, "clerk-1", "ja")
    page = begins(japanese, counter)
    assert "直近の住民票コードが判明しない" in page.text
