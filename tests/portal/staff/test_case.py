"""One request: the look, the identity check, the second person, the refusals, the follow-up."""

from uuid import uuid4

import pytest

from registry_core.codes import CardOutcome, DeclineReason, DocumentKind, RequestStatus
from tests.page_client import PageClient
from tests.portal.staff.conftest import day_from_now, today


@pytest.fixture
def request_of_1(counter):
    return counter.receives_request("resident-1")


@pytest.fixture
def clerk_at_case(clerk, request_of_1):
    clerk.opens_staff(f"requests/{request_of_1.id}")
    return clerk


@pytest.fixture
def checked(clerk_at_case, request_of_1):
    clerk_at_case.checks_identity()
    return request_of_1


@pytest.fixture
def approved(supervisor, checked):
    supervisor.opens_staff(f"requests/{checked.id}")
    supervisor.approves()
    return checked


def test_opening_a_case_is_a_look_in_the_ledger(counter, clerk_at_case):
    [entry] = counter.looks_at("resident-1")
    assert (entry.action, entry.purpose, entry.actor_person) == ("record.looked-at", "code-change", "staff-0001")


def test_case_shows_the_register_and_the_code_masked_only(counter, clerk_at_case):
    text = clerk_at_case.page.text
    assert counter.items("resident-1").address in text
    assert "•" in text
    assert "No change" in text


def test_identity_check_sends_it_to_a_second_person(counter, clerk_at_case):
    page = clerk_at_case.checks_identity("residence-card")
    assert "The identity check is recorded." in page.text
    assert "You checked the identity, so another person has to approve." in page.text
    now = counter.request_now()
    assert (now.status, now.identity.kind) == (RequestStatus.IDENTITY_CHECKED, DocumentKind.RESIDENCE_CARD)


def test_last_resort_needs_its_reason_and_keeps_what_was_ticked(counter, clerk_at_case):
    page = clerk_at_case.checks_identity("last-resort", expect=422)
    assert page.errors == ["Say why none of the other documents can be shown."]
    clerk_at_case.checks_identity("last-resort", reason="家が焼けた。社員証で確認。")
    assert counter.request_now().identity.last_resort_reason == "家が焼けた。社員証で確認。"


def test_identity_check_without_a_document_names_the_field(clerk_at_case):
    page = clerk_at_case.sends({}, button="step=identity", expect=422)
    assert page.errors == ["Choose the document that was shown."]


def test_changed_record_is_shown_in_words_and_has_to_be_accepted(counter, clerk, request_of_1):
    counter.corrects("resident-1", address="北海道緑が丘市新町9番9号")
    page = clerk.opens_staff(f"requests/{request_of_1.id}")
    assert "1 item of the record has changed since the request." in page.text
    assert "Changed since the request" in page.text
    assert "北海道緑が丘市新町9番9号" in page.text
    refused = clerk.checks_identity(expect=409)
    assert "Show the resident the difference" in refused.text
    clerk.checks_identity(accepted=True)
    assert counter.request_now().snapshot["address"] == "北海道緑が丘市新町9番9号"


def test_record_that_was_changed_and_changed_back_is_accepted_too(counter, clerk, supervisor, request_of_1):
    before = counter.items("resident-1").address
    for address in ("北海道緑が丘市新町9番9号", before):
        counter.corrects("resident-1", address=address)
    page = clerk.opens_staff(f"requests/{request_of_1.id}")
    assert "The record was changed since the request, and stands now as it stood then." in page.text
    assert "have changed since the request" not in page.text
    clerk.checks_identity(accepted=True)
    for address in ("北海道緑が丘市新町9番9号", before):
        counter.corrects("resident-1", address=address)
    page = supervisor.opens_staff(f"requests/{request_of_1.id}")
    assert "The resident has to come to the counter again." in page.text
    clerk.opens_staff(f"requests/{request_of_1.id}")
    clerk.checks_identity(accepted=True)
    supervisor.opens_staff(f"requests/{request_of_1.id}")
    supervisor.follows("/approve")
    assert "Approved. The code has changed" in supervisor.sends(button="approve").text


def test_record_that_changes_after_the_check_cannot_be_approved(counter, supervisor, checked):
    counter.corrects("resident-1", address="北海道緑が丘市新町9番9号")
    page = supervisor.opens_staff(f"requests/{checked.id}")
    assert "The resident has to come to the counter again." in page.text
    page = supervisor.visitor.post(f"/en/staff/requests/{checked.id}/approve")
    assert "The record has changed since the request." in page.text
    assert counter.request_now().status is RequestStatus.IDENTITY_CHECKED


def test_who_checked_is_offered_no_approval_and_is_refused(counter, clerk, checked):
    page = clerk.opens_staff(f"requests/{checked.id}/approve")
    assert page.heading == f"Request {checked.reference}"
    page = clerk.visitor.post(f"/en/staff/requests/{checked.id}/approve")
    assert "You checked or began it, so another person has to approve." in page.text
    assert counter.request_now().status is RequestStatus.IDENTITY_CHECKED


def test_approval_page_says_what_will_happen_before_it_does(counter, supervisor, checked):
    supervisor.opens_staff(f"requests/{checked.id}")
    page = supervisor.follows("/approve")
    assert "The My Number card becomes void and has to be returned." in page.text
    assert counter.request_now().status is RequestStatus.IDENTITY_CHECKED
    page = supervisor.sends(button="approve")
    assert "Approved. The code has changed" in page.text
    assert counter.request_now().status is RequestStatus.APPROVED


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_second_approval_is_told_who_was_first(counter, come_in, supervisor, checked):
    from tests.people.staff import Supervisor

    other = come_in(Supervisor, "supervisor-1")
    for person in (supervisor, other):
        person.opens_staff(f"requests/{checked.id}/approve")
    supervisor.sends(button="approve")
    page = other.sends(button="approve")
    assert "This request is not open any more: Approved" in page.text
    assert "鈴木 一郎" in page.text


@pytest.mark.parametrize("reason", [each for each in DeclineReason if each is not DeclineReason.CODE_FOUND_OUT])
def test_request_is_declined_for_one_of_three_reasons(counter, clerk_at_case, reason):
    clerk_at_case.declines(reason.value)
    now = counter.request_now()
    assert (now.status, now.decline_reason) == (RequestStatus.DECLINED, reason)


def test_no_other_reason_declines(counter, clerk_at_case, request_of_1):
    clerk_at_case.visitor.post(
        f"/en/staff/requests/{request_of_1.id}", {"step": "decline", "decline-reason": "busy"}, expect=422
    )
    assert counter.request_now().status is RequestStatus.SUBMITTED


def test_question_waits_for_the_resident_and_the_answer_comes_back(counter, clerk_at_case, request_of_1):
    page = clerk_at_case.asks("confirm-address", "アパートの部屋番号は？")
    assert "The question was sent to the resident." in page.text
    assert request_of_1.reference in clerk_at_case.opens_queue("resident").text
    counter.hears_answer("resident-1", "Phòng 203")
    page = clerk_at_case.opens_staff(f"requests/{request_of_1.id}")
    assert "Phòng 203" in page.text
    assert "アパートの部屋番号は？" in page.text


def test_question_of_ones_own_needs_words(clerk_at_case):
    assert clerk_at_case.asks("other", expect=422).errors == ["Write what you want to ask."]


def test_slip_and_card_are_followed_up_each_with_its_day(counter, supervisor, approved):
    page = supervisor.opens_staff(f"requests/{approved.id}")
    assert approved.reference in supervisor.opens_queue("follow-up").text
    supervisor.opens_staff(f"requests/{approved.id}")
    supervisor.records_slip("printed", today())
    supervisor.records_slip("handed-over", today())
    page = supervisor.records_card("returned-later", today(), "来週持参")
    assert "The resident will return the card later." in page.text
    supervisor.records_card("returned", today())
    follow_up = counter.request_now().follow_up
    assert follow_up.slip_handed_over_on.isoformat() == today()
    assert follow_up.card is CardOutcome.RETURNED


@pytest.mark.parametrize(
    ("days", "expected"), [(1, "The day is in the future."), (-1, "The day is before the approval or in the future.")]
)
def test_days_that_cannot_be_are_refused(counter, supervisor, approved, days, expected):
    supervisor.opens_staff(f"requests/{approved.id}")
    page = supervisor.records_slip("printed", day_from_now(days), expect=422)
    assert expected in page.text
    assert counter.request_now().follow_up.slip_printed_on is None


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "0000-00-00", "9" * 50])
def test_what_is_no_day_is_told_beside_its_field(supervisor, approved, day):
    supervisor.opens_staff(f"requests/{approved.id}")
    page = supervisor.records_card("lost", day, expect=422)
    assert len(page.errors) == 1


def test_own_household_is_refused_in_plain_words(counter, second_clerk):
    request = counter.receives_request("resident-5")
    page = second_clerk.opens_staff(f"requests/{request.id}", expect=403)
    assert "This is your own record or that of your household. A colleague has to work on it." in page.text
    second_clerk.opens_staff(f"requests/{request.id}/approve", expect=403)
    assert counter.looks_at("resident-5") == []


@pytest.mark.parametrize("end", ["", "/approve"])
def test_absent_request_is_a_404_by_any_method(clerk, end):
    clerk.opens_queue()
    clerk.opens_staff(f"requests/{uuid4()}{end}", expect=404)
    clerk.opens_queue()
    clerk.visitor.post(
        f"/en/staff/requests/{uuid4()}{end}", {"step": "identity", "identity-kind": "residence-card"}, expect=404
    )


def test_no_step_changes_nothing_and_says_what_to_do(counter, clerk_at_case, request_of_1):
    for data in ({}, {"step": "nothing"}, {"step": "approve"}):
        page = clerk_at_case.visitor.post(f"/en/staff/requests/{request_of_1.id}", data, expect=400)
        assert "Press the button of the step you want to take." in page.text
    assert counter.request_now().status is RequestStatus.SUBMITTED


@pytest.mark.parametrize("text", ["a\x00b", "a\u202eb", "a\ufeffb", "長" * 5000])
def test_text_that_cannot_be_kept_is_refused_and_nothing_else_is_lost(counter, clerk_at_case, text):
    page = clerk_at_case.asks("call-us", text, expect=422)
    assert page.errors
    assert page.form("step=ask").values()["ask-phrase"] == ["call-us"]
    assert counter.request_now().status is RequestStatus.SUBMITTED


def test_changing_the_language_keeps_everything_typed_and_saves_nothing(counter, clerk_at_case):
    page = clerk_at_case.sends({"ask-phrase": "call-us", "ask-text": "03-0000-0000"}, button="_switch=ja")
    assert page.lang == "ja"
    values = page.form("step=ask").values()
    assert (values["ask-phrase"], values["ask-text"]) == (["call-us"], ["03-0000-0000"])
    assert counter.request_now().status is RequestStatus.SUBMITTED


def test_without_a_token_nothing_happens(counter, clerk_at_case, request_of_1):
    visitor: PageClient = clerk_at_case.visitor
    visitor.ask(
        "POST", f"/en/staff/requests/{request_of_1.id}", data={"step": "decline", "decline-reason": "not-the-person"}
    )
    assert counter.request_now().status is RequestStatus.SUBMITTED
