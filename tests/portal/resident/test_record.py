"""My record: exactly the items of FAQ Q4, the code masked, and what the resident says of them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.web.session_table import WebSession
from registry_core.register import cases_of, latest_confirmation
from tests.html_page import text_of
from tests.people.resident import MASKED, WHOLE


def test_the_record_shows_the_items_of_faq_q4_and_no_others(resident):
    page = resident.opens_the_record()
    assert MASKED.search(page.text)
    assert not WHOLE.search(page.text)
    official = {text_of(each) for each in page.by_class("official")}
    assert {"住所", "生年月日", "性別", "住民票コード"} <= official
    assert "Juki Net does not hold it" in page.text, (
        "kana are not sent to the network for foreign residents (Order 30-16 para. 7)"
    )
    assert not official & {"国籍・地域", "在留資格", "在留期間", "世帯主", "続柄", "在留カード等の番号"}


def test_confirming_everything_is_kept_and_shown_with_its_day(resident, portal_server, record_id):
    page = resident.confirms_the_record()
    assert page.url.endswith("/en/record")
    assert "Thank you. We have noted that your record is right." in page.text
    assert "You last confirmed your record on" in page.text
    with portal_server.registry.read() as session:
        assert latest_confirmation(session, record_id=record_id()).all_right


def test_what_is_wrong_becomes_a_case_in_the_residents_words(resident, portal_server, record_id):
    page = resident.says_what_is_wrong(address_answer="outdated", address_text="میں منتقل ہو گیا ہوں")
    assert page.url.endswith("/en/record/reported")
    with portal_server.registry.read() as session:
        cases = cases_of(session, record_id=record_id())
    assert [(case.item, case.reason, case.text, case.language) for case in cases] == [
        ("address", "outdated", "میں منتقل ہو گیا ہوں", "en")
    ]
    assert "The city looks into it." in resident.opens_the_record().text


def test_nothing_wrong_is_no_report_and_words_without_a_choice_are_asked_for(resident):
    page = resident.says_what_is_wrong(expect=422)
    assert page.errors == ["Choose at least one item that is wrong. If all is right, go back and confirm."]
    page = resident.says_what_is_wrong(name_text="LEE", sex_answer="other", expect=422)
    assert page.errors == ["You have written something here. Choose what is wrong as well.", "Write what is wrong."]
    assert resident.main_form().values()["name_text"] == ["LEE"]


def test_too_long_words_and_unseen_characters_are_told_and_nothing_else_is_lost(resident):
    page = resident.says_what_is_wrong(
        name_answer="misspelt", name_text="x" * 501, alias_answer="missing", alias_text="a\u202eb", expect=422
    )
    assert any("Use at most 500 characters." in error for error in page.errors)
    assert len(page.errors) == 2


def test_switching_the_language_keeps_what_was_typed_and_saves_nothing(resident, portal_server, record_id):
    resident.opens("record/wrong")
    page = resident.sends({"name_answer": "misspelt", "name_text": "<b>LEE"}, button="_switch=ur")
    assert (page.lang, page.direction) == ("ur", "rtl")
    values = resident.main_form().values()
    assert (values["name_answer"], values["name_text"]) == (["misspelt"], ["<b>LEE"])
    with portal_server.registry.read() as session:
        assert cases_of(session, record_id=record_id()) == []


def test_an_answer_to_an_older_state_of_the_record_is_asked_again(resident, client):
    resident.opens_the_record()
    page = client.post("/en/record/confirm", {"record_version": "999"})
    assert "Your record has changed meanwhile. Please look at it again." in page.text


def test_a_button_pressed_with_a_dead_token_is_not_silent(resident, client):
    resident.opens_the_record()
    page = client.post("/en/record/confirm", {"record_version": "1", "_page": "/en/record", "csrf_token": "dead"})
    assert page.path == "/en/record"
    assert "so nothing was sent" in page.text
    assert "You last confirmed" not in page.text


def test_the_sign_in_that_an_ended_session_leads_to_says_why_and_what_is_still_there(resident, portal_server):
    for values, words in (
        ({"name_answer": "misspelt", "name_text": "LEE"}, "what you typed is still there"),
        ({}, "nothing was sent. Sign in again."),
    ):
        resident.opens("record/wrong" if values else "record/code")
        with portal_server.registry.write() as session:
            session.execute(update(WebSession).values(last_seen_at=portal_server.registry.now() - timedelta(hours=1)))
        page = resident.sends(values, action="/record/")
        assert page.path == "/en/sign-in"
        assert words in page.text
        page = resident.goes_on_to_the_provider()
    assert page.path == "/en/record/code"


def test_the_whole_code_is_shown_once_after_a_fresh_sign_in_and_closes_by_itself(resident, client):
    page = resident.asks_to_see_the_whole_code()
    assert WHOLE.search(page.text)
    assert page.headers["Refresh"] == "30; url=/en/record"
    assert "no-store" in page.headers["Cache-Control"]
    assert not WHOLE.search(page.title + page.url)
    assert [each.url for each in client.answers if WHOLE.search(each.text)] == [page.url]
    assert "Saw the whole resident record code." in resident.sees_who_looked().text


def test_the_whole_code_needs_a_sign_in_not_older_than_five_minutes(resident, time_passes):
    time_passes(minutes=6)
    resident.opens_the_record()
    page = resident.sends(action="/record/code")
    assert "/en/step-up" in page.url
    assert not WHOLE.search(page.text)
    page = resident.proves_it_is_her()
    assert page.path == "/en/record/code"
    assert not WHOLE.search(page.text)
    assert WHOLE.search(resident.sends(button="Show the code now").text)


def test_a_stranger_is_sent_to_sign_in(portal_server):
    stranger = portal_server.client()
    for path in ("record", "record/wrong", "code-change", "requests", "who-looked", "requests/0123456789AB"):
        assert "/en/sign-in" in stranger.get(f"/en/{path}").url
    stranger.close()


def test_a_long_text_in_a_script_with_many_marks_is_kept(resident):
    page = resident.says_what_is_wrong(name_answer="other", name_text="नि" * 400)
    assert page.path == "/en/record/reported"


@pytest.mark.parametrize(
    ("path", "terms"),
    [
        ("record/wrong", ("氏名", "通称", "生年月日", "性別", "住所", "住民票コード")),
        ("follow", ("受付番号", "生年月日")),
    ],
)
def test_the_official_word_stands_beside_the_readers_on_forms(another, path, terms):
    page = another("resident-1", "ur").opens(path)
    shown = {text_of(each) for each in page.by_class("official")}
    assert set(terms) <= shown
    page = another("resident-1", "ja").opens(path)
    assert not page.by_class("official"), "a reader of Japanese is not told twice"
