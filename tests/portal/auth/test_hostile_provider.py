"""Whatever a provider, a network or a thief answers: a page in the reader's language, and nobody is signed in."""

import time

import pytest
from sqlalchemy import func, select

from portal.web.session_table import WebSession
from tests.portal.auth.browser import Browser, parameters
from tests.portal.auth.provider import Bent

NOW = int(time.time())

#: What the provider does, which check refuses it, and how the provider is bent to do it.
WRONG = {
    "another issuer in the token": ("token: InvalidClaimError", Bent(claims={"iss": "https://evil.example"})),
    "no issuer in the token": ("token: MissingClaimError", Bent(claims={"iss": None})),
    "unsigned": ("token: UnsupportedAlgorithmError", Bent(sign="none")),
    "signed with the public key as a secret": ("token: UnsupportedAlgorithmError", Bent(sign="hs256")),
    "signed with a key of somebody else": ("token: BadSignatureError", Bent(sign="other-key")),
    "no key id although there are two keys": ("token: InvalidKeyIdError", Bent(header={"kid": None})),
    "unknown key id": ("token: InvalidKeyIdError", Bent(header={"kid": "nobody's"})),
    "critical header nobody knows": ("token: ", Bent(header={"crit": ["bent"], "bent": True})),
    "for another client": ("token: InvalidClaimError", Bent(claims={"aud": "another-portal"})),
    "for two clients, without naming the one it was given to": (
        "token: MissingClaimError",
        Bent(claims={"aud": ["portal-under-test", "another"]}),
    ),
    "given to another client": ("token: InvalidClaimError", Bent(claims={"azp": "another-portal"})),
    "another nonce": ("token: InvalidClaimError", Bent(claims={"nonce": "of another sign-in"})),
    "no nonce": ("token: MissingClaimError", Bent(claims={"nonce": None})),
    "expired": ("token: ExpiredTokenError", Bent(claims={"exp": NOW - 600, "iat": NOW - 900})),
    "no expiry": ("token: MissingClaimError", Bent(claims={"exp": None})),
    "issued in the future": ("token: InvalidClaimError", Bent(claims={"iat": NOW + 3600, "exp": NOW + 7200})),
    "no time of issue": ("token: MissingClaimError", Bent(claims={"iat": None})),
    "of another access token": ("token: InvalidClaimError", Bent(claims={"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"})),
    "no subject": ("token: MissingClaimError", Bent(claims={"sub": None})),
    "a subject that is a list": ("token: InvalidClaimError", Bent(claims={"sub": ["subject-1"]})),
    "an empty subject": ("token: InvalidClaimError", Bent(claims={"sub": ""})),
    "a subject of 300 letters": ("token: no ID token, or no usable subject", Bent(claims={"sub": "s" * 300})),
    "no ID token": ("token: no ID token, or no usable subject", Bent(token_changes={"id_token": None})),
    "an ID token that is none": ("token: DecodeError", Bent(token_changes={"id_token": "a.b"})),
    "an ID token that is a number": ("token: DecodeError", Bent(token_changes={"id_token": 7})),
    "a token answer that is a list": ("token: ValueError", Bent(token=(200, "[]"))),
    "a token answer that is a word": ("token: ValueError", Bent(token=(200, '"token"'))),
    "a token answer that is no JSON": ("token: ValueError", Bent(token=(200, "<html>"))),
    "the code is refused": ("token: OAuthError", Bent(token=(400, '{"error": "invalid_grant"}'))),
    "the client is refused": ("token: OAuthError", Bent(token=(401, '{"error": "invalid_client"}'))),
    "the token endpoint is broken": ("token: HTTPError", Bent(token=(500, "oops"))),
    "userinfo of somebody else": ("userinfo: another subject", Bent(userinfo_changes={"sub": "subject-2"})),
    "userinfo without a subject": ("userinfo: another subject", Bent(userinfo_changes={"sub": None})),
    "userinfo is broken": ("userinfo: HTTPError", Bent(userinfo=(500, "oops"))),
    "userinfo is no JSON": ("userinfo: JSONDecodeError", Bent(userinfo=(200, "<html>"))),
    "userinfo is a list": ("userinfo: another subject", Bent(userinfo=(200, "[]"))),
    "an answer of another provider": ("answer: another iss", Bent(answer={"iss": "https://evil.example"})),
    "an answer without a name, where names are promised": ("answer: no iss", Bent(answer={"iss": None})),
    "an answer without a code": ("answer: no code", Bent(answer={"code": None})),
    "an answer with another state": ("state", Bent(answer={"state": "forged"})),
    "an answer without a state": ("state", Bent(answer={"state": None})),
    "the person said no": ("-", Bent(answer={"error": "access_denied", "code": None})),
    "the provider has a fault": ("answer: error", Bent(answer={"error": "server_error", "code": None})),
    "a key of another kind": ("token: InvalidKeyTypeError", Bent(header={"kid": "rsa"})),
}


def signed_in_sessions(portal) -> int:
    with portal.registry.read() as session:
        return session.scalar(select(func.count()).where(WebSession.audience != "anonymous"))


@pytest.mark.parametrize(("check", "bent"), [pytest.param(*case, id=name) for name, case in WRONG.items()])
def test_refused_with_a_page_in_her_language_and_no_session(
    browser: Browser, bent_portal, provider, caplog, check: str, bent: Bent
):
    address = browser.begin()
    provider.bent = bent
    before = signed_in_sessions(bent_portal)

    answer = browser.get(browser.ask_provider(address))

    assert answer.status_code in {400, 502}
    assert f"check={check}" in caplog.text
    if "forged" not in answer.url and parameters(answer.url).get("state"):
        assert '<html lang="vi"' in answer.text
    assert "/sign-in" in answer.text
    assert not browser.is_signed_in()
    assert signed_in_sessions(bent_portal) == before


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"token_endpoint": "ftp://127.0.0.1/token"},
    ],
)
def test_metadata_that_cannot_be_right_stop_the_sign_in_before_it_begins(browser: Browser, provider, metadata):
    provider.bent = Bent(metadata=metadata)

    page = browser.get("/ur/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = browser.session.post(browser.portal.url + "/ur/sign-in", data={"csrf_token": token}, allow_redirects=False)

    assert answer.status_code == 502
    assert '<html lang="ur" dir="rtl"' in answer.text


def test_a_right_answer_signs_her_in(browser: Browser, bent_portal):
    before = signed_in_sessions(bent_portal)

    answer = browser.sign_in()

    assert (answer.status_code, answer.headers["Location"]) == (303, "/vi/record")
    assert browser.is_signed_in()
    assert signed_in_sessions(bent_portal) == before + 1


def test_an_answer_is_used_once(browser: Browser):
    callback = browser.ask_provider(browser.begin())
    assert browser.get(callback).status_code == 303

    again = browser.get(callback)

    assert again.status_code == 400


def test_a_refused_answer_cannot_be_tried_again(browser: Browser, provider):
    callback = browser.ask_provider(browser.begin())
    provider.bent = Bent(token=(500, "oops"))
    assert browser.get(callback).status_code == 502
    provider.bent = Bent()

    assert browser.get(callback).status_code == 400
    assert not browser.is_signed_in()


def test_an_answer_to_another_browser_signs_nobody_in(browser: Browser, bent_portal):
    thief = Browser(bent_portal)
    callback = thief.ask_provider(thief.begin())

    assert browser.get(callback).status_code == 400
    assert not browser.is_signed_in()


def test_the_code_of_another_sign_in_is_refused(browser: Browser, bent_portal):
    thief = Browser(bent_portal)
    stolen = parameters(thief.ask_provider(thief.begin()))["code"]
    own = parameters(browser.ask_provider(browser.begin()))

    answer = browser.get(f"/auth/resident/callback?code={stolen}&state={own['state']}&iss={own['iss']}")

    assert answer.status_code == 502
    assert not browser.is_signed_in()


def test_an_answer_for_residents_is_none_for_staff(browser: Browser):
    callback = browser.ask_provider(browser.begin())

    assert browser.get(callback.replace("/resident/", "/staff/")).status_code == 400


def test_a_flow_is_over_after_ten_minutes(browser: Browser, monkeypatch):
    callback = browser.ask_provider(browser.begin())
    monkeypatch.setattr("portal.auth.oidc.FLOW_LIFE", -1)

    assert browser.get(callback).status_code == 400
    assert not browser.is_signed_in()


def test_a_provider_that_never_answers_is_given_up(browser: Browser, bent_portal, provider):
    client = bent_portal.app.extensions["portal.auth.oidc"].create_client("resident")
    client.client_kwargs["default_timeout"] = 0.3
    callback = browser.ask_provider(browser.begin())
    provider.bent = Bent(token_waits=1.5)

    answer = browser.get(callback)

    client.client_kwargs["default_timeout"] = 10
    assert answer.status_code == 502  # had we waited, its answer would have been a good one


def test_two_issuers_in_one_answer_are_refused(browser: Browser):
    callback = browser.ask_provider(browser.begin())

    assert browser.get(f"{callback}&iss=https://evil.example").status_code == 502
