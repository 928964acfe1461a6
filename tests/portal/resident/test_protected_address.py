"""A protected resident's address (支援措置) is on her own page too only after she has just signed in."""

import pytest

from registry_core.register import correct_record
from registry_core.values import ChangeReason
from registry_core.values.actor import system_actor

HER, ADDRESS = "resident-10", "緑が丘市若葉町一丁目1番9号"
NEW_ADDRESS = "緑が丘市港町三丁目3番3号"
SENTENCES = {
    "en": "Hidden on this page. Sign in once more to see your address.",
    "ja": "もう一度ログインすると、住所を見られます。",
    "vi": "Hãy đăng nhập một lần nữa để xem địa chỉ của bạn.",
    "ur": "اپنا پتہ دیکھنے کے لیے ایک بار پھر سائن اِن کریں۔",
}


@pytest.mark.parametrize("lang", SENTENCES)
def test_the_record_says_how_to_see_the_address(another, lang):
    page = another(HER, lang).opens_the_record()
    assert SENTENCES[lang] in page.text
    assert "若葉町" not in page.source.decode()


def test_after_another_sign_in_the_page_shows_it(another):
    her = another(HER)
    her.opens_the_record()
    her.follows("Show my address")
    page = her.proves_it_is_her()
    assert page.path == "/en/record"
    assert ADDRESS in page.text
    assert "Yes, all of it is right" in page.text


def test_nothing_is_confirmed_that_she_has_not_seen(another):
    page = another(HER).opens_the_record()
    assert "Show your address first. Then you can confirm that everything is right." in page.text
    assert "Yes, all of it is right" not in page.text


def test_her_moves_are_hidden_too(another, portal_server, record_id):
    her = another(HER)
    with portal_server.registry.write() as session:
        correct_record(
            session,
            record_id=record_id(HER),
            changes={"address": NEW_ADDRESS},
            reason=ChangeReason.MOVED_WITHIN,
            on=portal_server.registry.today(),
            actor=system_actor(portal_server.registry.config.municipality.code),
            at=portal_server.registry.now(),
        )
    shown = her.opens_the_record().source.decode()
    assert "若葉町" not in shown
    assert "港町" not in shown
    her.follows("Show my address")
    page = her.proves_it_is_her()
    assert ADDRESS in page.text
    assert NEW_ADDRESS in page.text


def test_no_step_of_a_request_shows_it_before_the_one_that_asks_for_another_sign_in(another):
    her = another(HER)
    assert "若葉町" not in her.begins_the_request().source.decode()
    assert SENTENCES["en"] in her.page.text
    assert "若葉町" not in her.finds_the_details_right().source.decode()
    assert "若葉町" not in her.opens("record/wrong").source.decode()
    assert SENTENCES["en"] in her.page.text


def test_others_see_their_own_as_before(another):
    assert "緑が丘市中央二丁目14番6号" in another("resident-2").opens_the_record().text
