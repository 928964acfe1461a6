"""How the portal proves to a provider which client it is: by a secret (in two ways) or by a signed assertion."""

import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from portal.auth.client_keys import load_client_key
from tests.live_server import portal_serving
from tests.portal.auth.browser import Browser
from tests.portal.auth.provider import CLIENT_ID, CLIENT_SECRET, Bent, Provider


def test_secret_goes_into_the_header(browser: Browser, provider: Provider):
    assert browser.sign_in().status_code == 303

    sent = provider.token_requests[-1]
    assert (sent["auth"].username, sent["auth"].password) == (CLIENT_ID, CLIENT_SECRET)
    assert "client_secret" not in sent["form"]


def test_secret_goes_into_the_form_where_the_provider_takes_it_only_there(browser: Browser, provider: Provider):
    provider.bent = Bent(metadata={"token_endpoint_auth_methods_supported": ["client_secret_post"]})

    assert browser.sign_in().status_code == 303

    sent = provider.token_requests[-1]
    assert (sent["form"]["client_id"], sent["form"]["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert sent["auth"] is None


@pytest.mark.parametrize("kind", ["ec-jwk", "rsa-pem"])
def test_assertion_is_signed_with_the_key_of_the_portal(
    kind, serving_provider, demo_templates, keys_file, tmp_path, oidc_settings
):
    serving_provider.bent = Bent(metadata={"token_endpoint_auth_methods_supported": ["private_key_jwt"]})
    key = ECKey.generate_key("P-256", {"kid": "portal-1"}) if kind == "ec-jwk" else RSAKey.generate_key(2048)
    file = tmp_path / "client-key"
    if kind == "ec-jwk":
        import json

        file.write_text(json.dumps(key.as_dict(private=True)))
    else:
        file.write_bytes(key.as_pem(private=True))
    settings = {**oidc_settings, "PORTAL_RESIDENT_OIDC_CLIENT_KEY_FILE": str(file)}
    with portal_serving(tmp_path, demo_templates["sqlite"].fresh(), keys_file, settings) as portal:
        assert Browser(portal).sign_in().status_code == 303

    form = serving_provider.token_requests[-1]["form"]
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assertion = jwt.decode(form["client_assertion"], key, ["ES256" if kind == "ec-jwk" else "RS256"])
    assert assertion.claims["iss"] == assertion.claims["sub"] == CLIENT_ID
    assert assertion.claims["aud"] == f"{serving_provider.url}/token"
    assert 0 < assertion.claims["exp"] - time.time() <= 60
    assert assertion.claims["jti"]
    assert assertion.header.get("kid") == ("portal-1" if kind == "ec-jwk" else None)


@pytest.mark.parametrize("content", ["", "{}", "{", "no key", '{"kty": "oct", "k": "c2VjcmV0"}'])
def test_a_file_without_a_private_key_is_told_at_the_start(tmp_path, content):
    file = tmp_path / "client-key"
    file.write_text(content)

    with pytest.raises(ValueError):
        load_client_key(file)


def test_a_public_key_is_no_client_key(tmp_path):
    file = tmp_path / "client-key"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=False))

    with pytest.raises(ValueError, match="no private"):
        load_client_key(file)
