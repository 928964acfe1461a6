"""Where to send a person after sign-in: only paths of this portal, never another site."""

from urllib.parse import urlsplit

from flask import request

_LONGEST = 500


def is_own_path(text: str) -> bool:
    r"""Tell whether this is a plain path of ours that a browser will not read as another site.

    Browsers read ``//host`` and ``/\host`` as another site and drop tabs and line feeds, so all of these are refused.
    """
    if not text.startswith("/") or len(text) > _LONGEST or not text.isprintable():
        return False
    if text.startswith("//") or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and "//" not in parts.path


def own_path(text: str | None, otherwise: str) -> str:
    """Return the path when it is ours, else ``otherwise``."""
    return text if text and is_own_path(text) else otherwise


def path_to_come_back_to() -> str:
    """Return the path of this request with its query, or of the page the form was on when this is a POST."""
    if request.method in {"GET", "HEAD"}:
        path = request.full_path if request.query_string else request.path
        return own_path(path, request.path)
    return own_path(request.form.get("_page"), request.path)
