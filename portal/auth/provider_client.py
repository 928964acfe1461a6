"""One OpenID Connect provider as this portal sees it: Authlib's Flask client with the checks Authlib leaves to us.

Authlib keeps state, nonce and PKCE verifier in the web session, which is server-side here. Never give the OAuth
registry a ``cache``: state in a cache is not tied to the browser (CVE-2025-68158, CVE-2026-41425).
"""

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.flask_client.apps import FlaskOAuth2App

from portal.auth.failures import Reason, SignInFailed

#: Signature algorithms this portal believes; never ``none``, never a shared secret (HS*).
ALGORITHMS = ("ES256", "RS256", "PS256")
#: Seconds for each HTTP call to a provider (connecting, and each wait for bytes).
TIMEOUT = 10
#: Seconds a provider's metadata and keys are kept; an unknown key id fetches the keys again at once.
_METADATA_LIFE = 3600

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
_REQUIRED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderClient(FlaskOAuth2App):
    """Authlib's client, with metadata that is checked before anything is built on it."""

    #: The issuer of the configuration; set once after registration.
    expected_issuer: str = ""
    server_metadata: dict[str, Any]

    def load_server_metadata(self) -> dict[str, Any]:
        """Return the checked metadata, at most an hour old. Raises SignInFailed."""
        loaded_at = self.server_metadata.get("_loaded_at")
        if loaded_at is None or time.monotonic() - loaded_at > _METADATA_LIFE:
            self.server_metadata = {**self._fetched_metadata(), "_loaded_at": time.monotonic()}
        return self.server_metadata

    def _fetched_metadata(self) -> dict[str, Any]:
        try:
            with self._get_session() as session:
                answer = session.request("GET", self._server_metadata_url, withhold_token=True)
                answer.raise_for_status()
                document = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise SignInFailed(Reason.PROVIDER_DOWN, f"metadata: {type(error).__name__}") from error
        return self._checked(document)

    def _checked(self, document: object) -> dict[str, Any]:
        """Keep what we use of the metadata; the rest would become settings of the HTTP client."""
        if not isinstance(document, dict) or any(not isinstance(document.get(name), str) for name in _REQUIRED):
            raise SignInFailed(Reason.PROVIDER_WRONG, "metadata: incomplete")
        if document["issuer"] != self.expected_issuer:
            raise SignInFailed(Reason.PROVIDER_WRONG, "metadata: another issuer")
        endpoints = {name: document[name] for name in _ENDPOINTS if isinstance(document.get(name), str)}
        scheme = urlsplit(self.expected_issuer).scheme
        if any(urlsplit(url).scheme not in {scheme, "https"} for url in endpoints.values()):
            raise SignInFailed(Reason.PROVIDER_WRONG, "metadata: an endpoint without TLS")
        return {
            "issuer": document["issuer"],
            **endpoints,
            "id_token_signing_alg_values_supported": _believed(document.get("id_token_signing_alg_values_supported")),
            "authorization_response_iss_parameter_supported": (
                document.get("authorization_response_iss_parameter_supported") is True
            ),
            **self._client_authentication(document.get("token_endpoint_auth_methods_supported")),
        }

    def _client_authentication(self, offered: object) -> dict[str, str]:
        """Choose how to authenticate at the token endpoint: the key when there is one, else the secret."""
        if self.client_auth_methods:
            return {"token_endpoint_auth_method": "private_key_jwt"}
        if isinstance(offered, list) and "client_secret_basic" not in offered and "client_secret_post" in offered:
            return {"token_endpoint_auth_method": "client_secret_post"}
        return {"token_endpoint_auth_method": "client_secret_basic"}


def _believed(offered: object) -> list[str]:
    """Return the provider's algorithms that we believe; all of ours when it names none. Raises SignInFailed."""
    if not isinstance(offered, list):
        return list(ALGORITHMS)
    both = [name for name in ALGORITHMS if name in offered]
    if not both:
        raise SignInFailed(Reason.PROVIDER_WRONG, "metadata: no signature algorithm in common")
    return both
