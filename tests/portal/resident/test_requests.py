"""My requests: timeline, counter page, withdrawal, questions; nobody else's."""

import re
from datetime import timedelta

import pytest
import segno

from registry_core import codes
from registry_core.codes import DocumentKind, RequestStatus, SlipStep
from tests.html_page import text_of
from tests.people.resident import MASKED, WHOLE

#: What a picture of its own has and one inside a page has not.
PLAIN_SVG = re.compile(r' xmlns="[^"]*"|\n$')


def timeline(page) -> list[tuple[str, str]]:
    """State and words of each moment."""
    return [
        (item.get("class"), text_of(next(each for each in item.iter("p"))))
        for place in page.by_class("timeline")
        for item in place.iter("li")
    ]


@pytest.fixture
def staff_do(portal_server, clerk, record_id):
    """What the office does with the newest request of `resident-1`."""
    registry = portal_server.registry

    def do(use_case, person: str = "staff-0001", **arguments) -> None:
        with registry.write() as session:
            newest = codes.requests_of(session, record_id=record_id())[0]
            use_case(session, request_id=newest.id, actor=clerk(person), at=registry.now(), **arguments)

    return do


@pytest.fixture
def approved(resident, staff_do, portal_server):
    """A request that two people have brought to its end."""
    reference = resident.asks_for_another_code()
    staff_do(codes.take_request)
    staff_do(
        codes.check_identity, kind=DocumentKind.RESIDENCE_CARD, last_resort_reason=None, differences_accepted=False
    )
    staff_do(codes.release_request)
    staff_do(codes.take_request, person="staff-0003")
    staff_do(codes.approve_code_change, person="staff-0003")
    return reference


def test_the_timeline_tells_what_happened_and_what_comes_next(resident):
    reference = resident.asks_for_another_code()
    page = resident.opens_the_request(reference)
    assert timeline(page) == [
        ("done", "Done: You sent the request."),
        ("now", "Now: Show a document at the counter."),
        ("next", "Still to come: A second person decides."),
        ("next", "Still to come: You get the slip with the new code on paper."),
    ]


def test_after_the_approval_slip_and_card_are_still_to_come(resident, approved):
    page = resident.opens_the_request(approved)
    assert timeline(page)[-2:] == [
        ("next", "Still to come: You get the slip with the new code on paper."),
        ("next", "Still to come: If you have a My Number card, return it."),
    ]


def test_after_the_approval_every_step_has_its_day(resident, approved, staff_do, portal_server):
    today = portal_server.registry.today()
    for step in (SlipStep.PRINTED, SlipStep.HANDED_OVER):
        staff_do(codes.record_slip, step=step, on=today)
    staff_do(codes.record_card, outcome=codes.CardOutcome.RETURNED, note="", on=today)
    page = resident.opens_the_request(approved)
    assert [state for state, _ in timeline(page)] == ["done"] * 6
    assert len([each for each in page.all("time") if each.get("datetime")]) == 6
    assert not WHOLE.search(page.text)


def test_a_new_code_is_shown_whole_only_once_its_slip_has_left(resident, approved, staff_do, portal_server):
    resident.opens_the_record()
    page = resident.sends(action="/record/code", expect=409)
    assert page.heading.startswith("Your new code is on the slip")
    assert not WHOLE.search(page.text)
    staff_do(codes.record_slip, step=SlipStep.POSTED, on=portal_server.registry.today())
    assert WHOLE.search(resident.asks_to_see_the_whole_code().text)


def test_the_change_stands_in_the_record_with_both_codes_masked(resident, approved):
    page = resident.opens_the_record()
    assert "Another resident record code" in page.text or "code" in page.text
    assert len(MASKED.findall(page.text)) >= 3
    assert not WHOLE.search(page.text)


def test_a_request_is_withdrawn_after_being_asked_once_more(resident, portal_server, record_id):
    reference = resident.asks_for_another_code()
    page = resident.withdraws(reference)
    assert "Your request is withdrawn. Your code stays as it is." in page.text
    assert ("stopped", "Ended: You withdrew the request.") in timeline(page)
    with portal_server.registry.read() as session:
        assert codes.requests_of(session, record_id=record_id())[0].status is RequestStatus.WITHDRAWN


def test_what_is_decided_cannot_be_withdrawn_and_says_so(resident, client, approved):
    page = resident.opens(f"requests/{approved}/withdraw")
    assert "it cannot be withdrawn" in page.text
    page = client.post(f"/en/requests/{approved}/withdraw")
    assert "This request has been decided meanwhile" in page.text


def test_a_question_is_read_in_the_residents_language_and_answered_in_hers(resident, staff_do):
    reference = resident.asks_for_another_code()
    staff_do(codes.take_request)
    staff_do(codes.ask_resident, phrase="confirm-address", text="部屋番号を教えてください")
    page = resident.opens_the_request(reference)
    assert "The clerk's own words, not translated:" in page.text
    assert "部屋番号を教えてください" in page.text
    resident.answers(reference, "", expect=422)
    page = resident.answers(reference, "کمرہ نمبر 203")
    assert "Thank you. The city has your answer." in page.text
    assert "کمرہ نمبر 203" in page.text
    assert not [form for form in page.forms if "text" in form.controls]


def test_an_answer_is_kept_when_the_language_is_switched(resident, staff_do):
    reference = resident.asks_for_another_code()
    staff_do(codes.take_request)
    staff_do(codes.ask_resident, phrase="other", text="質問")
    resident.opens_the_request(reference)
    page = resident.sends({"text": "half an ans"}, button="_switch=vi")
    assert page.lang == "vi"
    assert resident.main_form().values()["text"] == ["half an ans"]


def test_the_counter_page_has_one_japanese_sentence_and_a_code_without_personal_data(resident, client, portal_server):
    reference = resident.asks_for_another_code()
    page = resident.opens(f"requests/{reference}/counter")
    assert page.heading == "住民票コードの変更を請求します。"
    address = next(each.get("src") for each in page.all("img") if "qr.svg" in each.get("src", ""))
    drawing = client.ask("GET", address)
    assert drawing.headers["Content-Type"].startswith("image/svg+xml")
    assert "no-store" in drawing.headers["Cache-Control"]
    assert "style=" not in drawing.text
    find = f"{portal_server.registry.config.base_url.rstrip('/')}/ja/staff/find?ref={reference.replace('-', '')}"
    assert segno.make(find, error="m", micro=False).svg_inline(scale=6, border=4) == PLAIN_SVG.sub("", drawing.text)


def test_other_peoples_requests_and_absent_ones_are_answered_alike(resident, another):
    reference = another("resident-2").asks_for_another_code()
    for tail in ("", "/sent", "/withdraw", "/counter", "/qr.svg"):
        foreign = resident.visitor.ask("GET", f"/en/requests/{reference}{tail}")
        absent = resident.visitor.ask("GET", f"/en/requests/{'0' * 12}{tail}")
        assert (foreign.status_code, absent.status_code) == (404, 404), tail
        assert foreign.text.replace(reference, "") == absent.text.replace("0" * 12, ""), tail


def test_a_lapsed_request_says_that_one_may_ask_again(resident, portal_server, time_passes, clerk):
    from registry_core.values.actor import system_actor

    reference = resident.asks_for_another_code()
    registry = portal_server.registry
    with registry.write() as session:
        codes.lapse_requests(
            session,
            actor=system_actor(registry.config.municipality.code),
            at=registry.now() + timedelta(days=registry.config.request_lapses_after_days + 1),
        )
    assert "You can ask again at any time." in resident.opens_the_request(reference).text
    assert resident.opens("requests").link(reference)
