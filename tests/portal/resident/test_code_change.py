"""Another code: five screens, saved at every step, resumable elsewhere, sent once."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import event, select

from portal.resident.drafts import drop_old_drafts, load_draft
from registry_core.codes import RequestStatus, requests_of
from registry_core.outbox import OutboxKind, payload_of
from registry_core.outbox.message import OutboxMessage
from registry_core.values.change_reason import ChangeReason
from tests.people.resident import MASKED, WHOLE, Resident


@pytest.fixture
def mine(portal_server, record_id):
    """The requests of `resident-1`."""

    def now():
        with portal_server.registry.read() as session:
            return requests_of(session, record_id=record_id())

    return now


@pytest.fixture
def digits_mailed(portal_server):
    """The six digits of the newest mail that waits."""

    def newest() -> tuple[str, str]:
        with portal_server.registry.read() as session:
            newest = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at.desc())).first()
            payload = payload_of(session, kind=OutboxKind.MAIL, dedupe_key=newest.dedupe_key).payload
        return payload["digits"], payload["to"]

    return newest


def test_the_whole_journey_is_five_screens_and_sends_what_was_shown(resident, mine):
    page = resident.begins_the_request()
    assert MASKED.search(page.text)
    resident.finds_the_details_right()
    page = resident.chooses_notices(language="vi")
    assert page.path == "/en/code-change/check"
    assert {"日本語", "English"} <= set(page.text.split())
    assert "住民票コードの変更" in page.text
    assert not WHOLE.search(page.text)
    page = resident.sends_the_request()
    assert page.path.endswith("/sent")
    [request] = mine()
    assert (request.reference, request.language, request.email) == (resident.reference, "vi", None)
    assert request.status is RequestStatus.SUBMITTED


def test_two_taps_send_once_and_arrive_at_the_same_page(resident, client, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices()
    values = {name: value[0] for name, value in resident.main_form().values().items()}
    first = client.post("/en/code-change/check", values)
    second = client.post("/en/code-change/check", values)
    assert first.url == second.url
    assert len(mine()) == 1


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_two_taps_begin_one_draft(resident, client, portal_server, record_id):
    """Both have found no draft before either has begun one; where one writer waits for the other, it goes on."""
    resident.opens("code-change")
    token = resident.main_form().values()["csrf_token"][0]
    both, engine = threading.Barrier(2), portal_server.registry.engine

    def meet(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT") and "code_change_draft" in statement:
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)

    event.listen(engine, "after_cursor_execute", meet)
    with ThreadPoolExecutor(2) as pool:
        taps = [pool.submit(client.ask, "POST", "/en/code-change", data={"csrf_token": token}) for _ in range(2)]
        assert [tap.result().url for tap in taps] == [f"{portal_server.url}/en/code-change/details"] * 2
    event.remove(engine, "after_cursor_execute", meet)
    with portal_server.registry.write() as session:
        assert load_draft(session, record_id=record_id(), at=portal_server.registry.now()) is not None


def test_an_old_page_does_not_call_a_withdrawn_request_sent(resident, client, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices()
    values = {name: value[0] for name, value in resident.main_form().values().items()}
    client.post("/en/code-change/check", values)
    client.get(f"/en/requests/{mine()[0].reference}/withdraw")
    resident.sends(action="/withdraw")
    assert mine()[0].status is RequestStatus.WITHDRAWN
    assert client.post("/en/code-change/check", values).path == "/en/code-change"


def test_another_device_goes_on_where_the_first_one_stopped(resident, another):
    resident.begins_the_request()
    resident.finds_the_details_right()
    elsewhere = another("resident-1", "ja")
    page = elsewhere.begins_the_request()
    assert page.path == "/ja/code-change/notices"
    elsewhere.chooses_notices(language="ur")
    resident.opens("code-change/notices")
    assert resident.main_form().values()["language"] == ["ur"]


def test_a_page_older_than_the_answers_sends_nothing(resident, client, another, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(language="vi")
    values = {name: value[0] for name, value in resident.main_form().values().items()}
    elsewhere = another("resident-1")
    elsewhere.opens("code-change/notices")
    elsewhere.chooses_notices(language="ja")
    page = client.post("/en/code-change/check", values)
    assert "Your answers or your record have changed meanwhile" in page.text
    assert mine() == []


def test_a_record_that_changed_since_it_was_shown_is_shown_again(
    resident, client, portal_server, record_id, clerk, mine
):
    from registry_core.register import correct_record

    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices()
    values = {name: value[0] for name, value in resident.main_form().values().items()}
    registry = portal_server.registry
    with registry.write() as session:
        correct_record(
            session,
            record_id=record_id(),
            changes={"address": "東京都千代田区一番町1番地"},
            reason=ChangeReason.MOVED_WITHIN,
            on=registry.today(),
            actor=clerk(),
            at=registry.now(),
        )
    page = client.post("/en/code-change/check", values)
    assert page.path == "/en/code-change/check"
    assert "東京都千代田区一番町1番地" in page.text
    assert mine() == []


def test_an_open_request_is_pointed_at_and_no_second_one_begins(resident, mine):
    reference = resident.asks_for_another_code()
    page = resident.opens("code-change")
    assert "You have a request under way already." in page.text
    assert not [form for form in page.forms if form.element.get("id") == "main-form"]
    page = resident.opens("code-change/check")
    assert page.path == "/en/code-change"
    assert [each.reference for each in mine()] == [reference]


def test_sending_needs_a_fresh_sign_in(resident, time_passes, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    time_passes(minutes=6)
    page = resident.chooses_notices()
    assert "/en/step-up" in page.url
    resident.sends_the_request()
    assert len(mine()) == 1


def test_the_form_of_an_old_sign_in_is_not_sent_either(resident, time_passes, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices()
    time_passes(minutes=6)
    page = resident.sends(button="Send the request")
    assert "/en/step-up" in page.url
    assert mine() == []
    assert resident.proves_it_is_her().path == "/en/code-change/check"


# ---------------------------------------------------------------- the e-mail address


def test_an_address_is_used_only_after_its_digits_came_back(resident, digits_mailed, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    page = resident.chooses_notices(email="ＬＥＥ＠example.com ")
    assert page.path == "/en/code-change/notices"
    digits, address = digits_mailed()
    assert address == "LEE@example.com"
    assert re.fullmatch(r"\d{6}", digits)
    # Full-width digits with a space are what a Japanese keyboard gives.
    typed = " ".join((digits[:3], digits[3:])).translate({ord("0") + n: ord("０") + n for n in range(10)})
    page = resident.types_the_digits(typed)
    assert page.path == "/en/code-change/check"
    assert "LEE@example.com" in page.text
    resident.sends_the_request()
    assert mine()[0].email == "LEE@example.com"


def test_after_five_wrong_tries_even_the_right_digits_are_refused_until_new_ones_come(resident, digits_mailed):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(email="lee@example.com")
    digits, _ = digits_mailed()
    wrong = "000000" if digits != "000000" else "111111"
    for _try in range(5):
        page = resident.types_the_digits(wrong, expect=422)
        assert page.errors == ["These are not the digits we sent. Look at our newest e-mail."]
    page = resident.types_the_digits(digits, expect=422)
    assert page.errors == ["These digits are no longer good. Ask for new ones."]
    resident.sends(button="Send new digits")
    fresh, _ = digits_mailed()
    assert resident.types_the_digits(fresh).path == "/en/code-change/check"


def test_digits_are_good_for_ten_minutes(resident, digits_mailed, time_passes):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(email="lee@example.com")
    digits, _ = digits_mailed()
    time_passes(minutes=11)
    page = resident.types_the_digits(digits, expect=422)
    assert page.errors == ["These digits are no longer good. Ask for new ones."]


def test_who_cannot_read_the_mail_goes_on_with_letters(resident, mine):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(email="lee@example.com")
    assert resident.chooses_notices().path == "/en/code-change/check"
    resident.sends_the_request()
    assert mine()[0].email is None


def test_nobody_is_flooded_with_mails(resident, portal_server):
    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(email="lee@example.com")
    for _mail in range(4):
        resident.sends(button="Send new digits")
    page = resident.sends(button="Send new digits", expect=422)
    assert page.errors == ["We have sent several e-mails already. Wait an hour, or choose letters only."]


@pytest.mark.parametrize(
    "address", ["", "lee", "lee@", "@example.com", "lee@example", "a b@example.com", "x" * 300, "a@b@c..d"]
)
def test_what_is_no_address_is_told_and_kept(resident, address):
    resident.begins_the_request()
    resident.finds_the_details_right()
    page = resident.sends({"channel": "email", "email": address}, button="Save and go on", expect=422)
    assert page.errors
    assert resident.main_form().values()["email"] == [address]


def test_the_language_switch_keeps_the_address_and_saves_nothing(resident, portal_server, record_id):
    resident.begins_the_request()
    resident.finds_the_details_right()
    page = resident.sends({"channel": "email", "email": "not yet"}, button="_switch=vi")
    assert page.lang == "vi"
    values = Resident.main_form(resident).values()
    assert (values["channel"], values["email"]) == (["email"], ["not yet"])
    registry = portal_server.registry
    with registry.write() as session:
        draft = load_draft(session, record_id=record_id(), at=registry.now())
    assert (draft.language, draft.email_check) == ("", None)


# ---------------------------------------------------------------- the draft


def test_a_draft_is_sealed_and_forgotten_after_thirty_days(resident, portal_server, record_id, time_passes):
    from portal.resident.drafts import CodeChangeDraftRow

    resident.begins_the_request()
    registry = portal_server.registry
    with registry.write() as session:
        assert b"details_seen" not in session.get_one(CodeChangeDraftRow, record_id()).payload
        assert drop_old_drafts(session, at=registry.now()) == 0
    time_passes(days=31)
    with registry.write() as session:
        assert load_draft(session, record_id=record_id(), at=registry.now()) is None
        assert drop_old_drafts(session, at=registry.now()) == 1


def test_a_step_ahead_of_the_answers_leads_back_to_the_first_open_one(resident):
    assert resident.opens("code-change/check").path == "/en/code-change"
    resident.begins_the_request()
    assert resident.opens("code-change/check").path == "/en/code-change/details"


def test_what_was_typed_survives_the_end_of_the_session(resident, time_passes):
    resident.begins_the_request()
    resident.finds_the_details_right()
    time_passes(minutes=31)
    page = resident.sends({"channel": "email", "email": "lee@example.com", "language": "ur"}, button="Save and go on")
    assert "/en/sign-in" in page.url
    page = resident.goes_on_to_the_provider()
    assert page.path == "/en/code-change/notices"
    values = resident.main_form().values()
    assert (values["email"], values["language"], values["channel"]) == (["lee@example.com"], ["ur"], ["email"])


def test_the_mail_with_the_digits_comes_in_the_chosen_language_with_the_japanese_below(
    resident, portal_server, digits_mailed
):
    from portal.worker import work_once

    resident.begins_the_request()
    resident.finds_the_details_right()
    resident.chooses_notices(email="lee@example.com", language="vi")
    digits, _ = digits_mailed()
    with portal_server.app.test_request_context(base_url=portal_server.url):
        work_once()
    [mail] = portal_server.mailbox.sent_to("lee@example.com")
    body = mail.get_body(("plain",)).get_content()
    assert body.count(digits) == 2
    assert "これは住民票コードではありません" in body
    assert digits not in str(mail["Subject"])


def test_a_portal_without_mail_offers_letters_only(resident, portal_server, monkeypatch, mine):
    from dataclasses import replace

    monkeypatch.setattr(portal_server.registry, "config", replace(portal_server.registry.config, smtp_url=None))
    resident.begins_the_request()
    page = resident.finds_the_details_right()
    assert "email" not in resident.main_form().controls
    assert resident.sends({"language": "en"}, button="Save and go on").path == "/en/code-change/check"
    assert page.path == "/en/code-change/notices"
    resident.sends_the_request()
    assert mine()[0].email is None
