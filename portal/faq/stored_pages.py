"""Public pages are the same bytes for everybody in a language: rendered once in a process, then handed out as they are."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from flask import Response, current_app, g, request

from portal.i18n.gettext import current_language
from portal.registry import registry
from portal.web.finished_response import FinishedResponse, SealedHeaders
from portal.web.security_headers import security_headers

EXTENSION = "stored-pages"
MOST_PAGES = 200
"""Bound of the store: four pages in each language, with room; what does not fit is rendered each time."""
FRESH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A rendered page: its bytes, its ETag (a digest of them, unquoted), the headers with it and those of a 304 (no body)."""

    body: bytes
    etag: str
    headers: SealedHeaders
    headers_without_body: SealedHeaders


def public_page(name: str, render: Callable[[], str]) -> Response:
    """Answer with the page of this name in the current language; 304 to a browser that has these bytes."""
    page = _stored(name, render)
    # A proxy that compresses makes the tag weak: compare weakly, as RFC 9110 wants for If-None-Match.
    if "HTTP_IF_NONE_MATCH" in request.environ and request.if_none_match.contains_weak(page.etag):
        return FinishedResponse(b"", page.headers_without_body, 304)
    return FinishedResponse(page.body, page.headers)


def _stored(name: str, render: Callable[[], str]) -> StoredPage:
    pages: dict[tuple[str, str], StoredPage] = current_app.extensions.setdefault(EXTENSION, {})
    language = current_language()
    page = pages.get((language.tag, name))
    if page is None:
        g.without_query = True  # what one reader's address carries must not be in what everybody gets
        page = _rendered(render().encode(), language.html_lang)
        if len(pages) < MOST_PAGES:
            pages[language.tag, name] = page
    return page


def _rendered(body: bytes, language: str) -> StoredPage:
    etag = sha256(body).hexdigest()[:32]
    of_body = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Language", language),
        ("Content-Length", str(len(body))),
    )
    of_both = (
        ("Cache-Control", f"public, max-age={FRESH_SECONDS}"),
        ("ETag", f'"{etag}"'),
        *security_headers(registry().config),
    )
    return StoredPage(body, etag, SealedHeaders(of_body + of_both), SealedHeaders(of_both))
