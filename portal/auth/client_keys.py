"""How this portal proves to a provider that it is the registered client: a secret, or a signed assertion (RFC 7523)."""

import json
from pathlib import Path
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

#: Seconds an assertion lives: long enough for a slow line, too short to be of use to a thief.
_ASSERTION_LIFE = 60


class ClientAssertion(PrivateKeyJWT):
    """``private_key_jwt`` with a short life, the key's own algorithm and its ``kid``."""

    def __init__(self, key: ECKey | RSAKey) -> None:
        """Take the private key of this portal at one provider."""
        header = {"kid": key.kid} if key.kid else {}
        super().__init__(headers=header, alg="ES256" if isinstance(key, ECKey) else "RS256")

    def sign(self, auth: OAuth2Session, token_endpoint: str) -> str:
        """Return the assertion for one token request (fresh ``jti`` each time)."""
        signed: str = private_key_jwt_sign(
            auth.client_secret,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            alg=self.alg,
            header=dict(self.headers or {}),
            expires_in=_ASSERTION_LIFE,
        )
        return signed


def load_client_key(path: Path) -> ECKey | RSAKey:
    """Read the private key, JWK or PEM, P-256 or RSA. Raises ValueError when it is another kind, OSError when unreadable."""
    text = path.read_text(encoding="utf-8")
    for kind in (ECKey, RSAKey):
        key = _imported(kind, text)
        if key is not None and key.is_private and (isinstance(key, RSAKey) or key.curve_name == "P-256"):
            return key
    message = f"{path.name} holds no private P-256 or RSA key (JWK or PEM)"
    raise ValueError(message)


def _imported(kind: type[ECKey] | type[RSAKey], text: str) -> ECKey | RSAKey | None:
    source: Any = json.loads(text) if text.lstrip().startswith("{") else text
    try:
        return kind.import_key(source)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
