"""Authorization code with PKCE (S256 only) and ID tokens, as Authlib's server wants them told."""

import time
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode

from portal.demo.people import STAFF, DemoPerson
from portal.demo.provider.clients import SCOPES, DemoClient
from portal.demo.provider.keys import SigningKeys
from portal.demo.provider.memory import CODE_LIFE, SESSION_LIFE, TOKEN_LIFE, IssuedCode, Memory

#: The level of an ordinary choice on the page; a step-up asks for another by ``acr_values``.
PLAIN_ACR = "urn:demo:chosen"


class DemoCodeGrant(AuthorizationCodeGrant):
    """Codes that live a minute and are used once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    @property
    def memory(self) -> Memory:
        """Where codes are kept."""
        memory: Memory = self.server.memory
        return memory

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        data = request.payload.data
        wanted = data.get("acr_values", "").split()
        session_id = generate_token(24)
        now = time.monotonic()
        issued = IssuedCode(
            code=code,
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri or request.client.redirect_uri,
            scope=request.scope,
            nonce=data.get("nonce", ""),
            code_challenge=data.get("code_challenge", ""),
            code_challenge_method=data.get("code_challenge_method", ""),
            person=request.user,
            auth_time=self.server.clock(),
            acr=wanted[0] if wanted else PLAIN_ACR,
            session_id=session_id,
            until=now + CODE_LIFE,
        )
        self.memory.put(self.memory.codes, code, issued)
        self.memory.put(self.memory.nonces, issued.nonce, now)
        self.memory.put(self.memory.sessions, session_id, now + SESSION_LIFE)

    def query_authorization_code(self, code: str, client: DemoClient) -> IssuedCode | None:
        return self.memory.take_code(code, client.client_id)

    def delete_authorization_code(self, authorization_code: IssuedCode) -> None:
        """Nothing is left to delete: it was taken out when it was asked for."""

    def authenticate_user(self, authorization_code: IssuedCode) -> DemoPerson:
        return authorization_code.person


class RequiredS256(CodeChallenge):
    """PKCE is a must, for a client with a secret too, and with S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:  # noqa: ANN401 - Authlib is untyped
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE with S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class DemoOpenId(OpenIDCode):
    """ID tokens with the subject only (staff: with role and person); userinfo tells the rest."""

    def __init__(self, issuer: str, keys: SigningKeys, memory: Memory) -> None:
        """Take what is signed with and under which name."""
        super().__init__(require_nonce=True)
        self._issuer, self._keys, self._memory = issuer, keys, memory

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002 - Authlib asks so
        return self._memory.seen_nonce(nonce)

    def get_client_claims(self, client: DemoClient) -> dict[str, object]:
        return {"iss": self._issuer, "aud": [client.client_id]}

    def get_encode_header(self, client: DemoClient) -> dict[str, str]:
        algorithm = client.id_token_signed_response_alg
        return {"alg": algorithm, "kid": self._keys.kid(algorithm)}

    def resolve_client_private_key(self, client: DemoClient) -> object:
        return self._keys.private(client.id_token_signed_response_alg)

    def get_authorization_code_claims(self, authorization_code: IssuedCode) -> dict[str, object]:
        claims: dict[str, object] = super().get_authorization_code_claims(authorization_code)
        return {**claims, "sid": authorization_code.session_id}

    def generate_user_info(self, user: DemoPerson, scope: str) -> dict[str, object]:  # noqa: ARG002 - Authlib asks so
        return {"sub": user.login, **(user.claims if user.kind == STAFF else {})}


def claims_for(person: DemoPerson, scope: str) -> dict[str, object]:
    """Return what userinfo tells for these scopes."""
    words = scope.split()
    opened = {claim for word in words for claim in SCOPES.get(word, ())}
    if person.kind == STAFF:
        opened |= set(person.claims)
    return {"sub": person.login, **{name: value for name, value in person.claims.items() if name in opened}}


def access_token(**facts: Any) -> dict[str, object]:
    """Make the token answer of one code; short-lived, no refresh."""
    return {
        "token_type": "Bearer",
        "access_token": generate_token(42),
        "expires_in": TOKEN_LIFE,
        "scope": facts.get("scope") or "openid",
    }
