"""Corrections residents asked for, links of staff to their records, stuck deliveries, and who may open what."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from registry_core.outbox import OutboxKind, enqueue, mark_failed, stuck_items
from registry_core.outbox.message import TRIES_UNTIL_STUCK
from registry_core.register import cases_of, shares_household


def cases(counter, login: str):
    with counter.registry.read() as session:
        return cases_of(session, record_id=counter.record_id(login))


def test_case_shows_what_the_resident_says_beside_the_record_and_is_closed(counter, clerk):
    counter.hears_of_a_mistake("resident-1", "name", "Nguyễn Thị Mới")
    page = clerk.opens_staff("corrections")
    assert "Full name" in page.text
    assert "Nguyễn Thị Mới" not in page.text
    page = clerk.follows("/corrections/")
    assert "Nguyễn Thị Mới" in page.text
    assert counter.items("resident-1").address in page.text
    page = clerk.corrects_nothing()
    assert "The case is closed" in page.text
    [case] = cases(counter, "resident-1")
    assert (case.outcome, case.decline_reason) == ("declined", "was_right")
    actions = [entry.action for entry in counter.looks_at("resident-1")]
    assert actions == ["case.closed", "record.looked-at"]
    assert "佐藤 花子" in clerk.opens_staff(f"corrections/{case.id}").text


def test_second_to_decide_is_told_who_did(counter, clerk, supervisor):
    counter.hears_of_a_mistake("resident-1", "name", "x")
    [case] = cases(counter, "resident-1")
    for person in (clerk, supervisor):
        person.opens_staff(f"corrections/{case.id}")
    clerk.corrects_nothing()
    page = supervisor.corrects_nothing("not_shown", expect=409)
    assert "佐藤 花子" in page.text
    assert "Nothing was corrected, with a reason" in page.text
    assert cases(counter, "resident-1")[0].decline_reason == "was_right"


def test_case_without_a_reason_stays_open(counter, clerk):
    counter.hears_of_a_mistake("resident-1", "address", "x")
    [case] = cases(counter, "resident-1")
    clerk.opens_staff(f"corrections/{case.id}")
    assert clerk.sends({}, button="step=decline", expect=422).errors == ["Choose why nothing is corrected."]
    clerk.visitor.post(f"/en/staff/corrections/{case.id}", {"step": "forget"}, expect=400)
    assert cases(counter, "resident-1")[0].is_open


def test_case_of_the_own_household_is_refused(counter, second_clerk):
    counter.hears_of_a_mistake("resident-5", "name", "x")
    [case] = cases(counter, "resident-5")
    second_clerk.opens_staff(f"corrections/{case.id}", expect=403)


def test_absent_case_is_a_404(clerk):
    clerk.opens_staff(f"corrections/{uuid4()}", expect=404)


# ---- links


def test_administrator_links_staff_and_the_household_is_closed_to_them(counter, administrator, clerk):
    administrator.searches_record(card=counter.items("resident-7").card_number)
    administrator.follows("/links/")
    page = administrator.links("staff-0001")
    assert "The record is linked." in page.text
    with counter.registry.read() as session:
        assert shares_household(session, person="staff-0001", record_id=counter.record_id("resident-8"))
    clerk.opens_staff(f"residents/{counter.record_id('resident-8')}", expect=403)


@pytest.mark.parametrize("person", ["", "   ", "x" * 300])
def test_link_needs_a_person(counter, administrator, person):
    administrator.opens_staff(f"links/{counter.record_id('resident-7')}")
    assert len(administrator.links(person, expect=422).errors) == 1


def test_administrator_starts_at_the_links(administrator):
    assert administrator.opens_staff("").path == "/en/staff/links"


# ---- deliveries


def test_stuck_delivery_is_shown_without_its_content_and_tried_again(counter, clerk):
    at = datetime.now(UTC)
    with counter.registry.write() as session:
        item_id = enqueue(session, kind=OutboxKind.MAIL, dedupe_key="k", payload={"to": "secret@example.org"}, at=at)
        for _ in range(TRIES_UNTIL_STUCK):
            mark_failed(session, item_id=item_id, at=at, error="connection refused")
    page = clerk.opens_staff("deliveries")
    assert "connection refused" in page.text
    assert "secret@example.org" not in page.text
    page = clerk.sends(action="/retry")
    assert "It will be tried again" in page.text
    with counter.registry.read() as session:
        assert stuck_items(session) == []


def test_absent_delivery_is_a_404(clerk):
    clerk.opens_queue()
    clerk.visitor.post(f"/en/staff/deliveries/{uuid4()}/retry", expect=404)


# ---- roles


def test_auditor_sees_that_there_is_nothing_here(auditor):
    assert auditor.opens_staff("").heading == "Nothing for your role here"


@pytest.mark.parametrize("path", ["search", "corrections", "deliveries", "links", "find?ref=x", "my-looks"])
def test_auditor_opens_nothing(auditor, path):
    auditor.opens_staff(path, expect=403)


@pytest.mark.parametrize("path", ["search", "corrections", "deliveries", "find?ref=x"])
def test_administrator_works_on_no_case(counter, administrator, path):
    administrator.opens_staff(path, expect=403)
    administrator.opens_staff(f"requests/{counter.receives_request().id}", expect=403)


def test_clerk_links_nobody(counter, clerk):
    clerk.opens_staff("links", expect=403)
    clerk.opens_staff(f"links/{counter.record_id('resident-1')}", expect=403)


def test_words_the_resident_renewed_meanwhile_are_read_before_the_case_is_closed(counter, clerk):
    counter.hears_of_a_mistake("resident-1", "name", "first words")
    clerk.opens_staff("corrections")
    clerk.follows("/corrections/")
    counter.hears_of_a_mistake("resident-1", "name", "other words")
    page = clerk.corrects_nothing(expect=409)
    assert "The record changed while you were reading it. Look at it again." in page.text
    assert "other words" in page.text
    clerk.corrects_nothing()
