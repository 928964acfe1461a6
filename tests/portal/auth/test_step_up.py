"""A fresh proof: by the same person, just now, in a way that is strong enough."""

import time

import pytest

from tests.portal.auth.browser import Browser, held_about, parameters
from tests.portal.auth.conftest import STEP_UP_ACR
from tests.portal.auth.provider import Bent, Provider

PAGE = "/vi/step-up?next=/vi/who-looked"


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    assert browser.sign_in().status_code == 303
    return browser


def stepped_up_at(browser: Browser) -> int:
    return held_about(browser).stepped_up_at


def test_step_up_asks_for_a_fresh_and_strong_proof(signed_in: Browser):
    asked = parameters(signed_in.begin(PAGE))

    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", STEP_UP_ACR)
    assert (asked["code_challenge_method"], asked["ui_locales"], asked["response_type"]) == ("S256", "vi", "code")
    assert {"state", "nonce", "code_challenge"} <= set(asked)


def test_fresh_and_strong_proof_is_taken_under_a_new_session_id(signed_in: Browser, provider: Provider):
    before = signed_in.session_id
    provider.bent = Bent(claims={"acr": STEP_UP_ACR})

    answer = signed_in.sign_in(PAGE)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/vi/who-looked")
    assert signed_in.session_id != before
    assert abs(stepped_up_at(signed_in) - time.time()) < 10


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({}, id="no level"),
        pytest.param({"acr": "aal1"}, id="a lower level"),
        pytest.param({"acr": [STEP_UP_ACR]}, id="a level that is a list"),
        pytest.param({"acr": STEP_UP_ACR, "auth_time": None}, id="no time"),
        pytest.param({"acr": STEP_UP_ACR, "auth_time": time.time() - 3600}, id="an hour ago"),
        pytest.param({"acr": STEP_UP_ACR, "auth_time": time.time() + 3600}, id="in an hour"),
        pytest.param({"acr": STEP_UP_ACR, "auth_time": True}, id="a time that is none"),
    ],
)
def test_weak_or_old_proof_is_refused_and_she_stays_signed_in(signed_in: Browser, provider: Provider, claims):
    provider.bent = Bent(claims=claims)

    answer = signed_in.sign_in(PAGE)

    assert answer.status_code == 403
    assert '<html lang="vi"' in answer.text
    assert 'href="/vi/step-up?next=/vi/who-looked"' in answer.text
    assert stepped_up_at(signed_in) == 0
    assert signed_in.is_signed_in()


def test_level_told_by_userinfo_alone_does_not_count(signed_in: Browser, provider: Provider):
    provider.bent = Bent(userinfo_changes={"acr": STEP_UP_ACR, "auth_time": int(time.time())})

    assert signed_in.sign_in(PAGE).status_code == 403


def test_proof_of_somebody_else_is_refused(signed_in: Browser, provider: Provider):
    provider.bent = Bent(claims={"acr": STEP_UP_ACR, "sub": "subject-2"}, userinfo_changes={"sub": "subject-2"})

    assert signed_in.sign_in(PAGE).status_code == 403
    assert stepped_up_at(signed_in) == 0


def test_a_sign_in_that_is_strong_enough_needs_no_second_one(browser: Browser, provider: Provider):
    provider.bent = Bent(claims={"acr": STEP_UP_ACR})

    assert browser.sign_in().status_code == 303
    assert stepped_up_at(browser) > 0


def test_step_up_of_a_stranger_leads_to_sign_in(browser: Browser):
    answer = browser.get(PAGE)

    assert answer.headers["Location"] == "/vi/sign-in?next=/vi/who-looked"
