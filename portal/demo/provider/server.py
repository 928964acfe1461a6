"""The demo provider put together: Authlib's authorization server, userinfo and end of session."""

import time
from collections.abc import Callable

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core.userinfo import UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest
from flask import Flask
from joserfc.jwk import KeySet

from portal.config import Config
from portal.demo.people import DemoPerson
from portal.demo.provider.clients import DemoClient, demo_clients
from portal.demo.provider.grant import DemoCodeGrant, DemoOpenId, RequiredS256, access_token, claims_for
from portal.demo.provider.keys import ES256, RS256, SigningKeys
from portal.demo.provider.memory import TOKEN_LIFE, IssuedToken, Memory

PATH = "/demo/provider"


class DemoProvider(AuthorizationServer):
    """One provider for residents and staff; ``clock`` gives whole seconds since 1970."""

    def __init__(self, app: Flask, config: Config, clock: Callable[[], int]) -> None:
        """Build it from the portal's own settings."""
        self.issuer = config.base_url.rstrip("/") + PATH
        self.clients: dict[str, DemoClient] = demo_clients(config)
        self.memory, self.keys, self.clock = Memory(), SigningKeys(), clock
        super().__init__(app, query_client=self.clients.get, save_token=self._keep_token)
        self.register_token_generator("default", access_token)
        openid = DemoOpenId(self.issuer, self.keys, self.memory)
        self.register_grant(DemoCodeGrant, [RequiredS256(), openid])
        self.register_extension(_Issuer(self.issuer))
        protector = ResourceProtector()
        protector.register_token_validator(_Tokens(self.memory))
        self.register_endpoint(_UserInfo(resource_protector=protector))
        self.register_endpoint(_EndSession(server=self))

    def metadata(self) -> dict[str, object]:
        """Return the discovery document."""
        issuer = self.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks.json",
            "end_session_endpoint": f"{issuer}/end-session",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ES256, RS256],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "name", "address", "birthdate", "gender"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _keep_token(self, token: dict[str, str], request: OAuth2Request) -> None:
        issued = IssuedToken(
            client=request.client,
            person=request.user,
            scope=token["scope"],
            session_id=request.authorization_code.session_id,
            until=time.monotonic() + TOKEN_LIFE,
        )
        self.memory.put(self.memory.tokens, token["access_token"], issued)


class _Issuer(IssuerParameter):
    """RFC 9207: every answer says whose it is."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def get_issuer(self) -> str:
        return self._issuer


class _Tokens(BearerTokenValidator):
    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    def authenticate_token(self, token_string: str) -> IssuedToken | None:
        return self._memory.tokens.get(token_string)


class _UserInfo(UserInfoEndpoint):
    def generate_user_info(self, user: DemoPerson, scope: str) -> dict[str, object]:
        return claims_for(user, scope)


class _EndSession(EndSessionEndpoint):
    """RP-initiated logout: back to the portal only with a valid ID token of ours and the registered address."""

    def get_server_jwks(self) -> KeySet:
        keys: SigningKeys = self.server.keys
        return keys.public()

    def get_algorithms(self) -> list[str]:
        return [ES256, RS256]

    def resolve_client_from_id_token_claims(self, id_token_claims: dict[str, object]) -> DemoClient | None:
        audience = id_token_claims.get("aud")
        only = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
        client: DemoClient | None = self.server.query_client(only)
        return client

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        claims = end_session_request.id_token_claims or {}
        self.server.memory.end_session(str(claims.get("sid", "")))
