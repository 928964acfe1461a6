"""What the demo provider has given out: codes, tokens and sessions, in the memory of this one process."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oidc.core import AuthorizationCodeMixin

from portal.demo.people import DemoPerson

#: Seconds until a code, a token or a session of the demo provider is over.
CODE_LIFE = 60
TOKEN_LIFE = 600
SESSION_LIFE = 8 * 3600
_LIMIT = 10_000


@dataclass
class IssuedCode(AuthorizationCodeMixin):
    """An authorization code and what it was given for."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    person: DemoPerson
    auth_time: int
    acr: str
    session_id: str
    until: float

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return self.acr


@dataclass
class IssuedToken(TokenMixin):
    """An access token, good for userinfo only."""

    client: Any
    person: DemoPerson
    scope: str
    session_id: str
    until: float

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return time.monotonic() >= self.until

    def is_revoked(self) -> bool:
        return False

    def get_client(self) -> object:
        return self.client

    def get_user(self) -> DemoPerson:
        return self.person


@dataclass
class Memory:
    """All of it, behind one lock; the oldest goes first when there is too much."""

    codes: dict[str, IssuedCode] = field(default_factory=dict)
    tokens: dict[str, IssuedToken] = field(default_factory=dict)
    nonces: dict[str, float] = field(default_factory=dict)
    sessions: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, shelf: dict[str, Any], key: str, value: object) -> None:
        """Keep something."""
        with self._lock:
            while len(shelf) >= _LIMIT:
                shelf.pop(next(iter(shelf)))
            shelf[key] = value

    def take_code(self, code: str, client_id: str) -> IssuedCode | None:
        """Give a code out of hand: it is used once, whatever comes of it."""
        with self._lock:
            issued = self.codes.pop(code, None)
        if issued is None or issued.client_id != client_id or time.monotonic() >= issued.until:
            return None
        return issued

    def seen_nonce(self, nonce: str) -> bool:
        """Tell whether a code was already given for this nonce."""
        return nonce in self.nonces

    def is_session_live(self, session_id: str) -> bool:
        """Tell whether the person has not signed out here."""
        return time.monotonic() < self.sessions.get(session_id, 0.0)

    def end_session(self, session_id: str) -> None:
        """Sign out: the session's tokens die with it."""
        with self._lock:
            self.sessions.pop(session_id, None)
            for key in [key for key, token in self.tokens.items() if token.session_id == session_id]:
                self.tokens.pop(key)
