"""The page for a sign-in that finds no record by itself."""

import pytest
from sqlalchemy import select

from portal.auth.pins import issue_pin
from portal.demo.register import DEMO_MUNICIPALITY
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor, Role
from tests.people.resident import Resident

CLERK = Actor(person="staff-0001", account="clerk-1", role=Role.CLERK, municipality=DEMO_MUNICIPALITY)


@pytest.fixture
def pin(portal_server) -> str:
    """A PIN for newcomer-1, as a clerk gives it out."""
    registry = portal_server.registry
    with registry.write() as session:
        record_id = session.scalar(select(ResidentRecord.id).where(ResidentRecord.card_number == "BC11000014DE"))
        return issue_pin(session, record_id=record_id, actor=CLERK, at=registry.now()).reveal()


def test_newcomer_links_with_the_pin_and_does_not_need_it_again(portal_server, client, pin):
    newcomer = Resident(client, "newcomer-1", "vi")
    assert newcomer.signs_in().location == "/vi/sign-in/link?next=/vi/record"

    page = newcomer.sends({"pin": pin, "birth_date": "1998-09-02"})

    assert page.path == "/vi/record"
    other_phone = portal_server.client()
    assert Resident(other_phone, "newcomer-1", "vi").signs_in().path == "/vi/record"
    other_phone.close()


def test_each_wrong_try_tells_how_many_are_left_and_the_sixth_is_not_made(client, pin):
    newcomer = Resident(client, "newcomer-1", "en")
    newcomer.signs_in()

    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        assert left in newcomer.sends({"pin": "00000000", "birth_date": "1998-09-02"}, expect=422).text
    assert "no tries left" in newcomer.sends({"pin": "00000000", "birth_date": "1998-09-02"}, expect=422).text

    assert "no tries left" in newcomer.sends({"pin": pin, "birth_date": "1998-09-02"}, expect=422).text


def test_empty_form_is_told_field_by_field_and_costs_no_try(client, pin):
    newcomer = Resident(client, "newcomer-1", "en")
    newcomer.signs_in()

    page = newcomer.sends({"pin": "", "birth_date": ""}, expect=422)

    assert len(page.errors) == 2
    assert newcomer.sends({"pin": pin, "birth_date": "1998-09-02"}).path == "/en/record"


def test_what_can_be_no_pin_and_no_date_is_told_and_costs_no_try(client, pin):
    newcomer = Resident(client, "newcomer-1", "en")
    newcomer.signs_in()

    for _time in range(6):
        page = newcomer.sends({"pin": pin[:-1], "birth_date": "2 September"}, expect=422)

    assert "Type all 8 digits." in page.text
    assert "This is not a date." in page.text
    assert "more tr" not in page.text
    assert newcomer.sends({"pin": f"{pin[:4]} {pin[4:]}", "birth_date": "1998-09-02"}).path == "/en/record"


def test_language_can_be_changed_and_what_was_typed_stays(client):
    newcomer = Resident(client, "newcomer-1", "en")
    newcomer.signs_in()

    page = newcomer.sends({"pin": "1234", "birth_date": "1998"}, button="_switch=ur")

    assert page.lang == "ur"
    assert page.by_id("birth_date").get("value") == "1998"


def test_not_linked_means_no_page_of_a_record(client):
    Resident(client, "newcomer-1", "en").signs_in()

    for path in ("record", "requests", "code-change", "who-looked"):
        assert client.get(f"/en/{path}").path == "/en/sign-in/link"


def test_strangers_and_those_who_are_linked_are_sent_on(client):
    assert client.get("/en/sign-in/link").path == "/en/sign-in"

    Resident(client, "resident-1", "en").signs_in()
    assert client.get("/en/sign-in/link").path == "/en/record"


def test_pin_of_a_linked_record_ends_the_other_sign_ins_sessions(portal_server, client):
    first = portal_server.client()
    Resident(first, "resident-1", "en").signs_in()
    registry = portal_server.registry
    with registry.write() as session:
        record_id = session.scalar(select(ResidentRecord.id).where(ResidentRecord.card_number == "AB11000001CD"))
        pin = issue_pin(session, record_id=record_id, actor=CLERK, at=registry.now()).reveal()
    newcomer = Resident(client, "newcomer-1", "en")
    newcomer.signs_in()

    newcomer.sends({"pin": pin, "birth_date": "1996-03-08"})

    assert first.get("/en/record").path == "/en/sign-in"
    first.close()
