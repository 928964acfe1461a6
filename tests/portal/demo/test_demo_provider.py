"""The built-in provider is a real one: it refuses what a provider must refuse, and runs nowhere but in the demonstration."""

import dataclasses
from urllib.parse import urlencode

import pytest
import requests
from flask import Flask

from portal.demo.provider.install import NotADemonstrationError, init_app
from tests.portal.auth.browser import Browser, parameters

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def issuer(portal_server) -> str:
    return f"{portal_server.url}/demo/provider"


@pytest.fixture
def client_of(portal_server):
    return portal_server.registry.config.resident_oidc


def asked(portal_server, **changes: str | None) -> str:
    """The query of a right authorization request, with changes (None leaves a parameter out)."""
    right = {
        "response_type": "code",
        "client_id": "demo-portal-resident",
        "redirect_uri": f"{portal_server.url}/auth/resident/callback",
        "scope": "openid name",
        "state": "state",
        "nonce": "nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return urlencode({name: value for name, value in right.items() if value is not None})


def code_for(portal_server, issuer: str, **changes: str | None) -> str:
    browser = Browser(portal_server)
    address = f"{issuer}/authorize?{asked(portal_server, **changes)}"
    token = browser.get(address).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = browser.session.post(address, data={"csrf_token": token, "login": "resident-1"}, allow_redirects=False)
    told = parameters(answer.headers["Location"])
    assert told["iss"] == issuer
    return told["code"]


def traded(portal_server, issuer: str, client_of, code: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{portal_server.url}/auth/resident/callback",
        "code_verifier": VERIFIER,
    } | changes
    return requests.post(f"{issuer}/token", data=form, auth=(client_of.client_id, client_of.client_secret), timeout=20)


def test_it_refuses_to_start_in_production(portal_server):
    production = dataclasses.replace(portal_server.registry.config, env="production")

    with pytest.raises(NotADemonstrationError):
        init_app(Flask("portal"), production)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"nonce": None},
        {"response_type": "token"},
    ],
)
def test_a_request_that_is_not_safe_is_sent_back_with_an_error(portal_server, issuer, changes):
    answer = Browser(portal_server).get(f"{issuer}/authorize?{asked(portal_server, **changes)}")

    assert answer.status_code == 302
    told = parameters(answer.headers["Location"])
    assert answer.headers["Location"].startswith(portal_server.url + "/auth/resident/callback")
    assert told["error"] in {"invalid_request", "unsupported_response_type", "unauthorized_client"}


@pytest.mark.parametrize(
    "changes", [{"client_id": "another"}, {"redirect_uri": "https://evil.example/"}, {"client_id": None}]
)
def test_a_request_of_nobody_known_is_answered_on_the_spot(portal_server, issuer, changes):
    answer = Browser(portal_server).get(f"{issuer}/authorize?{asked(portal_server, **changes)}")

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_code_is_traded_once(portal_server, issuer, client_of):
    code = code_for(portal_server, issuer)

    assert traded(portal_server, issuer, client_of, code).status_code == 200
    assert traded(portal_server, issuer, client_of, code).json() == {
        "error": "invalid_grant",
        "error_description": "Invalid 'code' in request.",
    }


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "x" * 43}, {"code_verifier": ""}, {"redirect_uri": "https://evil.example/"}]
)
def test_a_code_is_traded_only_by_who_began(portal_server, issuer, client_of, changes):
    code = code_for(portal_server, issuer)

    assert traded(portal_server, issuer, client_of, code, **changes).status_code == 400


def test_a_code_is_not_traded_with_a_wrong_secret(portal_server, issuer, client_of):
    code = code_for(portal_server, issuer)
    stranger = dataclasses.replace(client_of, client_secret="wrong")

    assert traded(portal_server, issuer, stranger, code).status_code == 401


def test_userinfo_tells_what_the_scopes_open_and_nothing_without_a_token(portal_server, issuer, client_of):
    token = traded(portal_server, issuer, client_of, code_for(portal_server, issuer)).json()["access_token"]

    told = requests.get(f"{issuer}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=20)

    assert told.json() == {"sub": "resident-1", "name": "NGUYEN THI HONG DAO"}
    assert requests.get(f"{issuer}/userinfo", timeout=20).status_code == 401
    wrong = requests.get(f"{issuer}/userinfo", headers={"Authorization": "Bearer wrong"}, timeout=20)
    assert wrong.status_code == 401


def test_keys_are_public_halves_only(issuer):
    keys = requests.get(f"{issuer}/jwks.json", timeout=20).json()["keys"]

    assert {key["kty"] for key in keys} == {"EC", "RSA"}
    assert all(not {"d", "p", "q"} & set(key) for key in keys)


def test_end_of_session_sends_nobody_to_another_site(portal_server, issuer):
    query = urlencode({"post_logout_redirect_uri": "https://evil.example/", "client_id": "demo-portal-resident"})

    answer = Browser(portal_server).get(f"{issuer}/end-session?{query}")

    assert answer.status_code == 200
    assert "evil.example" not in answer.text
