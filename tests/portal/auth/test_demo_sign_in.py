"""The whole way through the built-in provider: in, once more, out."""

import pytest

from portal.demo.people import demo_people
from tests.people.resident import Resident
from tests.people.staff import Clerk
from tests.portal.auth.browser import Browser


def sign_in(browser: Browser, login: str = "resident-1") -> None:
    """The steps at the built-in provider, one by one."""
    address = browser.begin("/en/sign-in")
    token = browser.get(address).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    chosen = browser.session.post(address, data={"csrf_token": token, "login": login}, allow_redirects=False)
    assert browser.get(chosen.headers["Location"]).status_code == 303


RESIDENTS = [person.login for person in demo_people() if person.kind == "resident" and person.login != "newcomer-1"]
STAFF = [person.login for person in demo_people() if person.kind == "staff"]


def test_every_demo_resident_comes_to_the_own_record(portal_server):
    """Names in many scripts, an alias, a single name, a protected record: all four attributes match exactly one record."""
    for login in RESIDENTS:
        client = portal_server.client()
        assert Resident(client, login, "vi").signs_in().path == "/vi/record", login
        client.close()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_clerk_comes_to_the_queue(client, lang):
    assert Clerk(client, "clerk-1", lang).signs_in().path == f"/{lang}/staff/"


def test_person_comes_back_to_where_they_wanted_to_go(client):
    page = client.get("/ur/who-looked")
    assert page.location == "/ur/sign-in?next=/ur/who-looked"

    page = Resident(client, "resident-2", "ur").goes_on_to_the_provider()

    assert page.path == "/ur/who-looked"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client, target):
    client.get("/en/sign-in", params={"next": target})

    assert Resident(client, "resident-1", "en").goes_on_to_the_provider().path == "/en/record"


def test_a_resident_is_no_clerk_and_a_clerk_no_resident(client, portal_server):
    Resident(client, "resident-1", "en").signs_in()
    assert client.get("/en/staff/").path == "/en/staff/sign-in"

    other = portal_server.client()
    Clerk(other, "clerk-1", "en").signs_in()
    assert other.get("/en/record").path == "/en/sign-in"
    other.close()


def test_the_session_id_is_new_at_sign_in_and_the_old_one_is_dead(portal_server):
    browser = Browser(portal_server)
    browser.get("/en/sign-in")
    before = browser.session_id
    sign_in(browser)
    after = browser.session_id
    assert before
    assert after not in {None, before}

    browser.session.cookies.clear()
    browser.session.cookies.set("portal_session", before)
    assert not browser.is_signed_in("/en/record")


def test_cancelling_leads_to_a_page_with_a_way_on(client):
    client.get("/vi/sign-in")
    client.submit(action="sign-in")

    page = client.submit(button="login=", expect=400)

    assert page.lang == "vi"
    assert [link.get("href") for link in page.all("a") if link.get("class") == "button"] == [
        "/vi/sign-in?next=/vi/record"
    ]


def test_signing_out_ends_both_sessions(client, portal_server):
    resident = Resident(client, "resident-3", "en")
    resident.signs_in()
    provider = portal_server.app.extensions["portal.demo.provider"]
    assert len(provider.memory.sessions) == 1

    page = client.submit(action="sign-out")

    assert page.path == "/en/signed-out"
    assert provider.memory.sessions == {}
    assert provider.memory.tokens == {}
    assert any("/demo/provider/end-session" in url for url in page.passed)
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/en/record").path == "/en/sign-in"


def test_sign_out_takes_no_get(client):
    Resident(client, "resident-3", "en").signs_in()

    client.get("/en/sign-out", expect=405)

    assert client.get("/en/record").path == "/en/record"


def test_provider_page_speaks_the_readers_language_and_says_that_it_is_a_demonstration(client):
    client.get("/ur/sign-in")

    page = client.submit(action="sign-in")

    assert (page.lang, page.direction) == ("ur", "rtl")
    assert page.by_class("warning")
    buttons = [button.get("value") for button in page.all("button") if button.get("name") == "login"]
    assert buttons == [*RESIDENTS, "newcomer-1", ""]


def test_staff_are_offered_staff_only(client):
    client.get("/ja/staff/sign-in")

    page = client.submit(action="sign-in")

    assert [button.get("value") for button in page.all("button") if button.get("name") == "login"] == [*STAFF, ""]


def test_a_login_of_the_other_kind_is_not_taken(client):
    client.get("/en/sign-in")
    page = client.submit(action="sign-in")

    answer = client.post(page.url, {"login": "clerk-1"}, expect=400)

    assert answer.heading == "You are not signed in"
    assert client.get("/en/record").path == "/en/sign-in"
