"""The two clients the demo provider knows: this portal's own registrations, read from its own settings."""

import hmac
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin

from portal.config import Config, OidcSettings

#: Which claims a scope opens; ``openid`` opens what only staff accounts have (their role and person).
SCOPES = {"name": ("name",), "birthdate": ("birthdate",), "gender": ("gender",), "address": ("address",)}


@dataclass(frozen=True)
class DemoClient(ClientMixin):
    """One registration: ``kind`` is "resident" or "staff" and decides who is offered on the page."""

    client_id: str
    secret: str
    kind: str
    redirect_uri: str
    signed_out_uri: str

    @property
    def client_metadata(self) -> dict[str, object]:
        """What Authlib's end-session endpoint asks of a client."""
        return {"post_logout_redirect_uris": [self.signed_out_uri]}

    @property
    def id_token_signed_response_alg(self) -> str:
        """Residents' ID tokens are signed as the Digital Agency signs (ES256), staff's as most others do."""
        return "ES256" if self.kind == "resident" else "RS256"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        known = {"openid", "profile", *SCOPES}
        return " ".join(word for word in (scope or "").split() if word in known)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(client_secret.encode(), self.secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint == "token" and method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


def demo_clients(config: Config) -> dict[str, DemoClient]:
    """Return the portal's registrations by client id."""
    base = config.base_url.rstrip("/")
    pairs: tuple[tuple[str, OidcSettings], ...] = (("resident", config.resident_oidc), ("staff", config.staff_oidc))
    return {
        settings.client_id: DemoClient(
            client_id=settings.client_id,
            secret=settings.client_secret or "",
            kind=kind,
            redirect_uri=f"{base}/auth/{kind}/callback",
            signed_out_uri=f"{base}/auth/signed-out",
        )
        for kind, settings in pairs
    }
