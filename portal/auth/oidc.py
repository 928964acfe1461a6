"""The sign-in flow at a provider: begin it, finish it, and say nothing but what the provider proved.

Authorization code with PKCE (S256), state and nonce; one redirect address per registration, so that an answer of one
provider cannot be used at the other; ``iss`` of the answer compared with the metadata (RFC 9207), which Authlib does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.base_client import MismatchingStateError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, request, session
from joserfc.errors import JoseError

from portal.auth.client_keys import ClientAssertion, load_client_key
from portal.auth.failures import Reason, SignInFailed
from portal.auth.provider_client import TIMEOUT, ProviderClient
from portal.auth.signed_in import RESIDENT, STAFF
from portal.config import OidcSettings
from portal.i18n.languages import language_by_tag
from portal.registry import registry

#: Seconds a begun sign-in waits for the provider's answer; it is used once.
FLOW_LIFE = 600
#: Seconds of clock difference between this portal and a provider that are forgiven.
LEEWAY = 60
#: Sign-ins one browser may have begun at once (tabs); the oldest go first.
_PENDING_LIMIT = 5
_EXTENSION = "portal.auth.oidc"
_LONGEST_SUBJECT = 255
#: What a wrong or hostile answer can raise on its way through Authlib, joserfc and requests.
UNBELIEVABLE = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


@dataclass(frozen=True)
class Finished:
    """What a provider proved: ``claims`` of the ID token, completed from userinfo; ``flow`` is what we had begun."""

    audience: str
    issuer: str
    subject: str
    claims: Mapping[str, Any]
    id_token: str
    flow: Mapping[str, Any]


def init_oidc(app: Flask, resident: OidcSettings, staff: OidcSettings) -> None:
    """Register both providers. Nothing is fetched yet, so that the portal starts while a provider is down."""
    oauth = OAuth(app)
    app.extensions[_EXTENSION] = oauth
    for name, settings in ((RESIDENT, resident), (STAFF, staff)):
        client = oauth.register(name, client_cls=ProviderClient, **_registration(settings))
        client.expected_issuer = settings.issuer
        client.framework.expires_in = FLOW_LIFE


def _registration(settings: OidcSettings) -> dict[str, Any]:
    """Return what Authlib needs to know about one provider."""
    scopes = settings.scopes if "openid" in settings.scopes else ("openid", *settings.scopes)
    registration: dict[str, Any] = {
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "server_metadata_url": settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
        "client_kwargs": {
            "scope": " ".join(scopes),
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
            # A provider on this machine (demonstration, tests) is not asked through a proxy of the environment.
            "trust_env": urlsplit(settings.issuer).hostname not in {"127.0.0.1", "localhost", "::1"},
            "leeway": 0,  # a token is used at once, however short its life
        },
    }
    if settings.client_key_file:
        key = load_client_key(settings.client_key_file)
        registration |= {"client_secret": key, "client_auth_methods": [ClientAssertion(key)]}
    return registration


def provider(audience: str) -> ProviderClient:
    """Return the client of the residents' or of the staff's provider."""
    return cast("ProviderClient", current_app.extensions[_EXTENSION].create_client(audience))


def settings_of(audience: str) -> OidcSettings:
    """Return the settings of the residents' or of the staff's provider."""
    config = registry().config
    return config.staff_oidc if audience == STAFF else config.resident_oidc


def _ui_locales(tag: str) -> str:
    """What we ask the provider to speak: our own tag, which our demonstration knows, then the one every provider knows."""
    language = language_by_tag(tag)
    names = [tag] if language is None else [tag, language.html_lang]
    return " ".join(dict.fromkeys(names))


def begin(audience: str, *, language: str, come_back_to: str, step_up: bool = False) -> str:
    """Begin a sign-in and return the provider's address to send the browser to. Raises SignInFailed.

    The language (a tag) and the path to come back to travel with the state. A step-up asks for a fresh proof.
    """
    client = provider(audience)
    parameters: dict[str, str] = {"ui_locales": _ui_locales(language)}
    acr = settings_of(audience).step_up_acr
    if step_up:
        parameters |= {"prompt": "login", "max_age": "0"}
        if acr:
            parameters["acr_values"] = " ".join(acr)
    redirect_uri = registry().config.base_url.rstrip("/") + f"/auth/{audience}/callback"
    started_at = int(registry().now().timestamp())
    try:
        begun = client.create_authorization_url(redirect_uri, state=generate_token(43), **parameters)
    except UNBELIEVABLE as error:
        raise SignInFailed(Reason.PROVIDER_WRONG, f"begin: {type(error).__name__}") from error
    _forget_old_flows(audience)
    client.save_authorize_data(
        redirect_uri=redirect_uri,
        **begun,
        language=language,
        come_back_to=come_back_to,
        step_up=step_up,
        started_at=started_at,
    )
    return str(begun["url"])


def begun_flow(audience: str) -> Mapping[str, Any] | None:
    """Return what we had begun for the state of this answer, or None: unknown here, used already, or too old."""
    state = request.args.get("state", "")
    client = provider(audience)
    flow: Mapping[str, Any] | None = client.framework.get_state_data(session, state) if state else None
    if flow is None:
        return None
    if registry().now().timestamp() - flow.get("started_at", 0) > FLOW_LIFE:
        client.framework.clear_state_data(session, state)
        return None
    return flow


def finish(audience: str, flow: Mapping[str, Any] | None) -> Finished:
    """Check the provider's answer to what we began, once. Raises SignInFailed; no session is made or changed."""
    client = provider(audience)
    if flow is None:
        raise SignInFailed(Reason.EXPIRED, "state")
    try:
        metadata = client.load_server_metadata()
        _check_issuer_of_answer(metadata)
        _check_error_of_answer()
        token = _exchanged(client, metadata["issuer"])
        claims = _completed(client, token, audience)
    finally:
        client.framework.clear_state_data(session, request.args.get("state", ""))
    return Finished(
        audience=audience,
        issuer=metadata["issuer"],
        subject=claims["sub"],
        claims=claims,
        id_token=token["id_token"],
        flow=flow,
    )


def _check_issuer_of_answer(metadata: Mapping[str, Any]) -> None:
    """Refuse an answer of another provider (RFC 9207; mix-up)."""
    told = request.args.getlist("iss")
    if metadata["authorization_response_iss_parameter_supported"] and not told:
        raise SignInFailed(Reason.PROVIDER_WRONG, "answer: no iss")
    if any(issuer != metadata["issuer"] for issuer in told):
        raise SignInFailed(Reason.PROVIDER_WRONG, "answer: another iss")


def _check_error_of_answer() -> None:
    error = request.args.get("error")
    if error == "access_denied":
        raise SignInFailed(Reason.CANCELLED)
    if error:
        raise SignInFailed(Reason.PROVIDER_REFUSED, "answer: error")
    if not request.args.get("code"):
        raise SignInFailed(Reason.PROVIDER_WRONG, "answer: no code")


def _exchanged(client: ProviderClient, issuer: str) -> dict[str, Any]:
    """Trade the code for tokens and check the ID token: signature, iss, aud, azp, exp, iat, nonce, at_hash."""
    expected = {
        "iss": {"essential": True, "value": issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": client.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True},
    }
    try:
        token = client.authorize_access_token(claims_options=expected, leeway=LEEWAY)
    except MismatchingStateError as error:
        raise SignInFailed(Reason.EXPIRED, "state") from error
    except requests.RequestException as error:
        raise SignInFailed(Reason.PROVIDER_DOWN, f"token: {type(error).__name__}") from error
    except UNBELIEVABLE as error:
        raise SignInFailed(Reason.PROVIDER_WRONG, f"token: {type(error).__name__}") from error
    subject = (token.get("userinfo") or {}).get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise SignInFailed(Reason.PROVIDER_WRONG, "token: no ID token, or no usable subject")
    exchanged: dict[str, Any] = token
    return exchanged


def _completed(client: ProviderClient, token: Mapping[str, Any], audience: str) -> dict[str, Any]:
    """Return the ID token's claims; what we need and it lacks is asked of userinfo, for the same subject only."""
    proved = dict(token["userinfo"])
    if not any(name not in proved for name in _needed_claims(audience)):
        return proved
    if "userinfo_endpoint" not in client.load_server_metadata():
        return proved
    try:
        told = dict(client.userinfo(token=token))
    except requests.RequestException as error:
        raise SignInFailed(Reason.PROVIDER_DOWN, f"userinfo: {type(error).__name__}") from error
    except UNBELIEVABLE as error:
        raise SignInFailed(Reason.PROVIDER_WRONG, f"userinfo: {type(error).__name__}") from error
    if told.get("sub") != proved["sub"]:
        raise SignInFailed(Reason.PROVIDER_WRONG, "userinfo: another subject")
    # What proves when and how the person signed in counts only from the signed token.
    return {name: value for name, value in told.items() if name not in {"auth_time", "acr", "amr"}} | proved


def _needed_claims(audience: str) -> tuple[str, ...]:
    settings = settings_of(audience)
    if audience == STAFF:
        return (settings.role_claim or "", settings.person_claim or "", "name")
    return ("name", "birthdate", "gender", "address") if settings.trust_attributes else ()


def _forget_old_flows(audience: str) -> None:
    """Keep the session small: a browser that begins again and again keeps its latest few flows."""
    prefix = f"_state_{audience}_"
    pending = sorted((name for name in session if name.startswith(prefix)), key=lambda name: session[name]["exp"])
    for name in pending[: max(0, len(pending) - _PENDING_LIMIT + 1)]:
        session.pop(name)
