"""Our own files (style, pictures, scripts), sent by WhiteNoise and kept by browsers for a year.

`url_for("static", filename=...)` carries a digest of the file's bytes, so a changed file has a new address.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, current_app
from whitenoise import WhiteNoise

from portal.config import PROJECT_ROOT

A_YEAR: Final = 365 * 24 * 3600

_DIGEST_LENGTH = 8
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Serve `static/` in front of the application."""
    folder = PROJECT_ROOT / "static"
    app.static_folder = str(folder)
    if folder.is_dir():
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=str(folder),
            prefix="static/",
            max_age=A_YEAR,
            allow_all_origins=False,
            add_headers_function=_add_headers,
        )
    if "static" not in app.view_functions:
        app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)
    app.url_defaults(_add_digest)
    app.jinja_env.globals["static_url"] = static_url


def static_url(name: str) -> str:
    """The address of a file of ours, by its name under `static/`."""
    root = current_app.config.get("APPLICATION_ROOT", "/").rstrip("/")
    return f"{root}/static/{name}?v={_digest(name)}"


def _add_digest(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _digest(values["filename"]))


@cache
def _digest(name: str) -> str:
    file = PROJECT_ROOT / "static" / Path(name)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGEST_LENGTH] if file.is_file() else "absent"


def _add_headers(headers: Any, _path: str, _url: str) -> None:  # noqa: ANN401 -- wsgiref's Headers, untyped by WhiteNoise
    for name, value in _HEADERS.items():
        headers[name] = value
