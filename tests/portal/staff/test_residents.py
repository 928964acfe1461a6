"""Finding a resident, the PIN, and what protected persons and one's own household look like."""

import re
from uuid import uuid4

import pytest

from registry_core.register.find import find_record
from registry_core.storage.keys import keyring
from tests.people.staff import Clerk

NAME_NEEDED = "Enter a part of the name, and the date of birth or a part of the address; or one of the numbers."


def name_of(counter, login: str) -> str:
    items = counter.items(login)
    return items.latin_name or items.kanji_name


def test_resident_is_found_by_two_items_and_each_hit_is_in_the_ledger(counter, clerk):
    items = counter.items("resident-1")
    page = clerk.searches(name_of(counter, "resident-1"), str(items.birth_date))
    assert name_of(counter, "resident-1") in page.text
    assert [entry.action for entry in counter.looks_at("resident-1")] == ["record.found"]
    page = clerk.follows(f"/residents/{counter.record_id('resident-1')}")
    assert items.address in page.text
    looked, _found = counter.looks_at("resident-1")
    assert (looked.action, looked.purpose) == ("record.looked-at", "counter-service")


def test_card_number_is_enough_alone(counter, clerk):
    page = clerk.searches(card=counter.items("resident-2").card_number)
    assert name_of(counter, "resident-2") in page.text


def test_resident_is_found_by_a_part_of_the_name_and_of_the_address(counter, clerk):
    items = counter.items("resident-1")
    page = clerk.searches("グエン", address="さくら町1")
    assert name_of(counter, "resident-1") in page.text
    assert f"born in {items.birth_date.year}" in page.text
    assert str(items.birth_date) not in page.source.decode()
    clerk.follows(f"/residents/{counter.record_id('resident-1')}")


def code_of(counter, login: str) -> str:
    record_id = counter.record_id(login)
    with counter.registry.read() as session:
        _, assignment = find_record(session, record_id=record_id, municipality_code=counter.municipality)
        return assignment.code(keyring(session)).reveal()


def test_code_is_enough_alone_and_is_not_shown_again(counter, clerk):
    code = code_of(counter, "resident-2")
    page = clerk.searches(code=f"{code[:4]}-{code[4:8]} {code[8:]}")
    assert name_of(counter, "resident-2") in page.text
    assert code[4:8] not in page.source.decode()
    page = clerk.searches(code=code, name="x" * 300, expect=422)
    assert code not in page.source.decode()


def test_who_searches_by_code_very_often_has_to_wait(counter, clerk):
    for _ in range(30):
        clerk.searches(code="12345678903")
    page = clerk.searches(code=code_of(counter, "resident-2"), expect=429)
    assert "You have searched by code very often." in page.text
    assert name_of(counter, "resident-2") not in page.text
    clerk.searches(card=counter.items("resident-2").card_number)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, NAME_NEEDED),
        ({"name": "NGUYEN"}, "Enter the date of birth, or a part of the address: two items are needed."),
        ({"born": "1990-01-01"}, NAME_NEEDED),
        ({"address": "中央"}, NAME_NEEDED),
        ({"name": "・", "address": "中央"}, NAME_NEEDED),
        ({"name": "N", "address": "中央"}, "Write at least two characters of the name, or the date of birth too."),
        ({"name": "NGUYEN", "address": "中"}, "Write at least two characters of the address."),
        ({"name": "NGUYEN", "born": "long ago"}, "This is not a date. Write it like this: 1990-03-27"),
        ({"code": "1234"}, "Type all 11 digits."),
    ],
)
def test_too_little_finds_nobody(clerk, typed, expected):
    assert clerk.searches(**typed, expect=422).errors == [expected]


def test_search_without_a_purpose_is_refused(clerk):
    clerk.opens_staff("search")
    page = clerk.sends({"card_number": "AB12345678CD"}, button="search", expect=422)
    assert page.errors == ["Say why you look for this person."]


@pytest.mark.parametrize("purpose", ["audit", "staff-link", "record-correction", "x" * 500])
def test_purposes_of_others_are_refused(counter, clerk, purpose):
    clerk.opens_staff("search")
    card = counter.items("resident-1").card_number
    clerk.visitor.post("/en/staff/search", {"purpose": purpose, "card_number": card}, expect=422)
    assert counter.looks_at("resident-1") == []


def test_own_household_is_not_opened(counter, second_clerk):
    page = second_clerk.searches(card=counter.items("resident-5").card_number)
    assert "This is your own record or that of your household." in page.text
    second_clerk.opens_staff(f"residents/{counter.record_id('resident-5')}", expect=403)
    second_clerk.opens_staff(f"residents/{counter.record_id('resident-5')}/pin", expect=403)


def test_pin_is_shown_once_after_a_document_was_noted(counter, clerk):
    clerk.searches(card=counter.items("resident-1").card_number, purpose="sign-in-link")
    page = clerk.follows("/pin")
    assert name_of(counter, "resident-1") in page.text
    page = clerk.issues_pin("driving-licence")
    [pin] = page.by_class("big-code")
    digits = re.sub(r"\D", "", "".join(pin.itertext()))
    assert len(digits) == 8
    assert page.headers["Cache-Control"] == "no-store"
    assert digits not in page.title + page.url
    noted = next(entry for entry in counter.looks_at("resident-1") if entry.action == "sign-in.document-shown")
    assert noted.facts == {"document": "driving-licence", "reason": None}


def test_code_in_the_reason_for_a_pin_is_masked_before_the_ledger_keeps_it_for_ever(counter, clerk):
    code = code_of(counter, "resident-1")
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}/pin")
    clerk.issues_pin("last-resort", reason=f"A slip with {code[:4]} {code[4:]}")
    noted = next(entry for entry in counter.looks_at("resident-1") if entry.action == "sign-in.document-shown")
    assert noted.facts == {"document": "last-resort", "reason": f"A slip with {'•' * 11}"}


def test_pin_without_a_document_is_not_issued(counter, clerk):
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}/pin")
    assert clerk.sends({}, button="issue", expect=422).errors == ["Choose the document that was shown."]
    page = clerk.issues_pin("last-resort", expect=422)
    assert page.errors == ["Say why none of the other documents can be shown."]


@pytest.mark.parametrize("end", ["", "/pin"])
def test_absent_resident_is_a_404(clerk, end):
    clerk.opens_staff(f"residents/{uuid4()}{end}", expect=404)
    clerk.opens_staff(f"residents/not-an-id{end}", expect=404)


def test_own_looks_are_listed_without_names(counter, clerk):
    clerk.searches(card=counter.items("resident-1").card_number)
    page = clerk.opens_own_looks()
    assert "Found a record by searching" in page.text
    assert "To serve the resident at the counter" in page.text
    assert name_of(counter, "resident-1") not in page.text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_pages_about_a_resident_are_well_formed(counter, come_in, lang):
    clerk = come_in(Clerk, "clerk-1", lang)
    record_id = counter.record_id("resident-3")
    clerk.opens_staff(f"residents/{record_id}")
    clerk.opens_staff(f"residents/{record_id}/pin")
    clerk.issues_pin()
