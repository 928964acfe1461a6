"""Forms are accepted from our own pages only: a token per session, and the browser's word on where the request comes from.

A form whose token does not fit is not thrown away: what was typed is kept and shown again (`kept_posts`), unless the request
came from another site or the form was made for somebody else.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, validate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

from portal.auth.own_paths import own_path
from portal.i18n.gettext import _
from portal.registry import registry
from portal.web import kept_posts
from portal.web.error_words import BAD_REQUEST, CROSS_SITE, OLD_FORM, PortalHTTPError, words_of_status
from portal.web.sessions import STAFF, current_session, token_mark

View = TypeVar("View", bound=Callable[..., Any])

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FIELD = "csrf_token"


def csrf_exempt(view: View) -> View:
    """Mark an endpoint for programs, which carries its own proof and no cookie (a token endpoint)."""
    view.__csrf_exempt__ = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Check every unsafe request before its view. Tokens live as long as their session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # `_protect` decides when; Flask-WTF makes and reads the tokens
    app.config["WTF_CSRF_SSL_STRICT"] = False  # the Origin is checked below; a Referer is not always sent
    CSRFProtect(app)
    app.before_request(_protect)


def _protect() -> ResponseReturnValue | None:
    if request.method in _SAFE or request.endpoint is None or _is_exempt():
        return None
    if not _is_from_our_own_page():
        raise PortalHTTPError(CROSS_SITE)
    try:
        validate_csrf(request.form.get(_FIELD))
    except ValidationError:
        return _refused()
    g.csrf_valid = True  # Flask-WTF's forms do not check a second time
    return None


def _is_exempt() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "__csrf_exempt__", False)) or _guard() == "machine"


def _is_from_our_own_page() -> bool:
    """Sec-Fetch-Site where the browser sends it, else Origin; a browser that sends neither still needs the token."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    own = urlsplit(registry().config.base_url)
    return origin == f"{own.scheme}://{own.netloc}"


# ---- a form that does not fit


def _refused() -> ResponseReturnValue:
    """Keep what was typed for whom it belongs to and lead them back to the filled form. Raises PortalHTTPError (400)."""
    lazy = current_session()
    page = _page_of_the_form()
    past = None if _guard() == "anonymous" else lazy.past
    if page and lazy.had_cookie and not past and not kept_posts.typed_fields():
        flash(
            words_of_status(BAD_REQUEST, OLD_FORM).title, "warning"
        )  # only a button was pressed: it can be pressed again
        return redirect(page, 303)
    if lazy.is_signed_in:
        if page and _keep(lazy.subject_index, page, kept_posts.SEND_AGAIN):
            return redirect(page, 303)
    elif past:
        kept = _keep(past.subject_index, page, kept_posts.SIGNED_OUT)
        flash(_signed_out_words(is_kept=kept), "warning")
        return redirect(_sign_in(past.audience, page), 303)
    elif lazy.had_cookie and page:
        owner = kept_posts.owner_of_browser(lazy.row_id)
        if _keep(owner, page, kept_posts.SEND_AGAIN):
            return redirect(page, 303)
    raise PortalHTTPError(OLD_FORM)


def _signed_out_words(*, is_kept: bool) -> str:
    """What to tell on the sign-in page, where the person did not want to go."""
    if is_kept:
        return _("You were signed out, so nothing was sent yet. Sign in again: what you typed is still there.")
    return _("You were signed out, so nothing was sent. Sign in again.")


def _keep(owner: bytes | None, page: str | None, reason: str) -> bool:
    """Keep the form, unless it was made for somebody else (the one signed in here before, on a shared phone)."""
    if owner is None or page is None:
        return False
    mark = _mark_of_token()
    if mark and mark != token_mark(owner):
        return False
    kept = kept_posts.keep_post(owner=owner, path=page, reason=reason)
    if kept:
        kept_posts.look_for_kept(owner)
    return kept


def _mark_of_token() -> str:
    """For whom the form's token was made; empty for nobody, and when there is no token of ours."""
    signer = URLSafeTimedSerializer(current_app.secret_key or b"", salt="wtf-csrf-token")
    try:
        raw = signer.loads(request.form.get(_FIELD, ""))
    except BadData:
        return ""
    return str(raw).partition(".")[2]


def _page_of_the_form() -> str | None:
    """The page on which the form stood: named by the form, or its own address, or the page the browser came from."""
    candidates = (request.form.get("_page"), request.path, _path_of(request.referrer or ""))
    return next((path for path in candidates if path and own_path(path, "") and _can_be_opened(path)), None)


def _path_of(address: str) -> str:
    """The path of an address the browser told, or nothing where it told none that can be read."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _can_be_opened(path: str) -> bool:
    adapter = request_ctx.url_adapter
    if adapter is None:
        return False
    try:
        adapter.match(urlsplit(path).path, method="GET")
    except HTTPException:
        return False
    return True


def _sign_in(audience: str, page: str | None) -> str:
    endpoint = "auth.staff_sign_in" if audience == STAFF or _guard() == "staff_only" else "auth.sign_in"
    return url_for(endpoint, next=page) if page else url_for(endpoint)


def _guard() -> str:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__guard__", "")
