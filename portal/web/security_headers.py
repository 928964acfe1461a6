"""Headers of every answer, the hosts we answer to, and which proxies we believe.

The Content Security Policy allows our own files only, nothing inline, so it needs no nonce. Everything that does not say
otherwise is `no-store`. The Referer stays within our own pages: with `no-referrer` browsers would send `Origin: null` with our
own forms.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, g
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Config
from portal.web.finished_response import FinishedResponse
from portal.web.sessions import registry_of

_PERMISSIONS: Final = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), "
    "microphone=(), midi=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()"
)
_POLICY: Final = "Content-Security-Policy"
_TWO_YEARS: Final = 2 * 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Set hosts, proxies and headers from the configuration."""
    config = registry_of(app).config
    app.config["TRUSTED_HOSTS"] = [urlsplit(config.base_url).hostname or "localhost"]
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    headers = security_headers(config)

    @app.after_request
    def add_headers(response: Response) -> Response:
        if isinstance(response, FinishedResponse):  # it has them
            return response
        if _POLICY not in response.headers:
            response.headers.extend(headers)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if g.get("clear_site_data"):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def security_headers(config: Config) -> tuple[tuple[str, str], ...]:
    """Name and value of each header that does not depend on the page."""
    headers = [
        (_POLICY, content_security_policy(config)),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", _PERMISSIONS),
    ]
    if config.env == "production":
        headers.append(("Strict-Transport-Security", f"max-age={_TWO_YEARS}; includeSubDomains"))
    return tuple(headers)


def content_security_policy(config: Config) -> str:
    """Own files only. A form may lead to the sign-in providers, because browsers apply `form-action` to redirects too."""
    form_targets = {_origin(each.issuer) for each in (config.resident_oidc, config.staff_oidc)} - {
        _origin(config.base_url),
        "",
    }
    directives = [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "script-src 'self'",
        " ".join(["form-action 'self'", *sorted(form_targets)]),
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    if config.env == "production":
        directives.append("upgrade-insecure-requests")
    return "; ".join(directives)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
