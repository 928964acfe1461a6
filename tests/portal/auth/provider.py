"""A provider on loopback that does as a test tells it: right by default, wrong in one way at a time."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask, Response, jsonify, redirect, request
from joserfc.jwk import ECKey, RSAKey

from tests.live_server import wsgi_serving

CLIENT_ID, CLIENT_SECRET = "portal-under-test", "a secret of the tests"
CLAIMS = {"name": "NGUYEN THI HONG DAO", "birthdate": "19960308", "gender": "2"}
ADDRESS = "緑が丘市さくら町一丁目2番3号 コーポさくら201号"


@dataclass
class Bent:
    """How the provider is bent for one test."""

    metadata: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)  # query of the callback; None leaves a parameter out
    claims: dict[str, Any] = field(default_factory=dict)  # of the ID token; None leaves a claim out
    header: dict[str, Any] = field(default_factory=dict)
    sign: str = "right"  # right, none, hs256, other-key
    token: tuple[int, str] | None = None  # an answer of the token endpoint in place of the right one
    token_changes: dict[str, Any] = field(default_factory=dict)
    token_waits: float = 0.0  # seconds
    userinfo: tuple[int, str] | None = None
    userinfo_changes: dict[str, Any] = field(default_factory=dict)


class Provider:
    """Serves one code flow; `url` is its issuer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bent = Bent()
        self.keys = [
            ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
            RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
        ]
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []  # authorization requests
        self.token_requests: list[dict[str, Any]] = []
        self.ended: list[dict[str, str]] = []
        self.app = self._app()

    def _app(self) -> Flask:
        app = Flask("provider")
        app.get("/.well-known/openid-configuration")(self._metadata)
        app.get("/jwks")(lambda: jsonify(keys=[key.as_dict(private=False) for key in self.keys]))
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/userinfo")(self._userinfo)
        app.get("/end")(self._end)
        return app

    def _metadata(self) -> Response:
        document = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        } | self.bent.metadata
        return jsonify({name: value for name, value in document.items() if value is not None})

    def _authorize(self) -> Response:
        self.asked.append(request.args.to_dict())
        code = f"code-{len(self.asked)}"
        self.codes[code] = request.args.to_dict()
        answer = {"code": code, "state": request.args["state"], "iss": self.url} | self.bent.answer
        told = {name: value for name, value in answer.items() if value is not None}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(told)}")

    def _token(self) -> Response:
        self.token_requests.append({"form": request.form.to_dict(), "auth": request.authorization})
        time.sleep(self.bent.token_waits)
        if self.bent.token:
            status, body = self.bent.token
            return Response(body, status, content_type="application/json")
        begun = self.codes.pop(request.form["code"], None)
        if begun is None or not _proves(request.form["code_verifier"], begun["code_challenge"]):
            return Response(json.dumps({"error": "invalid_grant"}), 400, content_type="application/json")
        right = {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": self._id_token(begun)}
        token = right | self.bent.token_changes
        return jsonify({name: value for name, value in token.items() if value is not None})

    def _id_token(self, begun: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            "auth_time": now,
            "at_hash": _left_half("access"),
        } | self.bent.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.bent.sign == "none":
            return f"{_b64(json.dumps({'alg': 'none'}))}.{_b64(json.dumps(claims))}."
        if self.bent.sign == "hs256":
            signed = f"{_b64(json.dumps({'alg': 'HS256', 'kid': 'rsa'}))}.{_b64(json.dumps(claims))}"
            return f"{signed}.{_b64(hmac.digest(self.keys[1].as_pem(private=False), signed.encode(), 'sha256'))}"
        key = ECKey.generate_key("P-256") if self.bent.sign == "other-key" else self.keys[0]
        header = {"alg": "ES256", "kid": "ec"} | self.bent.header
        signed = f"{_b64(json.dumps({k: v for k, v in header.items() if v is not None}))}.{_b64(json.dumps(claims))}"
        first, second = decode_dss_signature(key.private_key.sign(signed.encode(), ECDSA(SHA256())))
        return f"{signed}.{_b64(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"

    def _userinfo(self) -> Response:
        if self.bent.userinfo:
            status, body = self.bent.userinfo
            return Response(body, status, content_type="application/json")
        told = {"sub": "subject-1", **CLAIMS, "address": {"formatted": ADDRESS}} | self.bent.userinfo_changes
        return jsonify({name: value for name, value in told.items() if value is not None})

    def _end(self) -> Response:
        self.ended.append(request.args.to_dict())
        return redirect(f"{request.args['post_logout_redirect_uri']}?{urlencode({'state': request.args['state']})}")


def _proves(verifier: str, challenge: str) -> bool:
    return _b64(hashlib.sha256(verifier.encode()).digest()) == challenge


def _left_half(token: str) -> str:
    return _b64(hashlib.sha256(token.encode()).digest()[:16])


def _b64(data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def provider_serving() -> Iterator[Provider]:
    """Serve a provider on a free loopback port."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen(16)
    provider = Provider(f"http://127.0.0.1:{listening.getsockname()[1]}")
    with wsgi_serving(provider.app, listening, threads=4):
        yield provider
