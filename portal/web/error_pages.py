"""Every refusal is a page in the language of its address, with its status and what to do next; none leaks anything.

An address without a language is answered in Japanese and English. Error pages look at no session and no database, so they are
the same when the database is down. A page for something foreign and a page for something absent are the same bytes; only
faults of ours (500 and above) print the number of the request, which a person can quote.
"""

import logging
from collections.abc import Callable
from typing import Final

import psycopg
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.globals import request_ctx
from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge, ServiceUnavailable

from portal.i18n.availability import current_availability
from portal.i18n.gettext import pgettext, speaking
from portal.i18n.languages import Language, pivot_language, source_language
from portal.web.error_words import CONFLICT, UNKNOWN_OUTCOME, ErrorWords, words_of_refusal, words_of_status
from portal.web.request_log import request_number
from registry_core.storage.keys import KeysReplaced
from registry_core.values.errors import RegistryError

LOG = logging.getLogger(__name__)

#: Seconds after which a browser may come back when the service is not available.
COME_BACK_AFTER: Final = 30
#: How much of a body that is too large is read and dropped, so that the browser gets to read the answer.
DROPPED_AT_MOST: Final = 16 * 1024 * 1024

_OUR_FAULT = 500
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LAST_RESORT = (
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Error エラー</title>"
    "<h1>Something went wrong on our side. We are sorry.</h1><p>Please try again later.</p>"
    "<div lang=ja><h1>申し訳ありません。システムに問題が起きました。</h1>"
    "<p>しばらくしてから、もう一度お試しください。</p></div></html>"
)


def init_app(app: Flask) -> None:
    """Answer every refusal, of the web, of the core and of the database."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RegistryError, _refusal)
    for unreachable in (exc.OperationalError, exc.InterfaceError, exc.TimeoutError):
        app.register_error_handler(unreachable, _database_unreachable)
    app.register_error_handler(exc.IntegrityError, _refused_by_the_database)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(KeysReplaced, _keys_replaced)
    app.register_error_handler(exc.DataError, _unfit_for_the_database)
    app.register_error_handler(UnicodeEncodeError, _unfit_for_the_database)


def error_response(words: ErrorWords, *, kind: str = "") -> Response:
    """The page of an error; a face may use it for errors of its own."""
    if request.path.startswith("/api/"):
        problem = jsonify({"type": "about:blank", "title": words.title, "status": words.status})
        problem.status_code, problem.mimetype = words.status, "application/problem+json"
        return problem
    response = make_response(_page(words, kind), words.status)
    response.headers["Cache-Control"] = "no-store"
    return response


def language_of_path(path: str) -> Language | None:
    """The language a path names in its first part, whether or not a page is there."""
    tag = path.lstrip("/").partition("/")[0]
    served = current_availability()
    languages = served.languages if served else (source_language(), pivot_language())
    return next((language for language in languages if language.tag == tag), None)


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None:
        return error
    if isinstance(error, RequestEntityTooLarge):
        _drop_body()
    kind = getattr(error, "kind", "")
    response = _in_language(lambda: words_of_status(error.code or _OUR_FAULT, kind), kind)
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    if response.status_code == ServiceUnavailable.code:
        response.headers.setdefault("Retry-After", str(COME_BACK_AFTER))
    return response


def _refusal(error: RegistryError) -> Response:
    to_staff = request.path.strip("/").split("/")[1:2] == ["staff"]
    return _in_language(lambda: words_of_refusal(error, to_staff=to_staff))


def _database_unreachable(error: exc.SQLAlchemyError) -> Response | HTTPException:
    # The text of the error names statements and hosts, never values (`hide_parameters`); it goes to the log alone.
    LOG.error("database: %s", type(error).__name__, exc_info=error)
    if request.method in _SAFE:
        return _http_error(ServiceUnavailable())
    response = _in_language(lambda: words_of_status(503, UNKNOWN_OUTCOME), UNKNOWN_OUTCOME)
    response.headers["Retry-After"] = str(COME_BACK_AFTER)
    return response


def _refused_by_the_database(error: exc.IntegrityError) -> Response | HTTPException:
    """Two did at once what the database lets happen once: the second is told so. Any other constraint is a fault of ours.

    PostgreSQL quotes the whole row in such an error, so only the constraint goes to the log.
    """
    told = getattr(error.orig, "diag", None)
    constraint = (told.constraint_name or told.column_name) if told else str(error.orig)
    LOG.error("the database refused a row: %s", constraint)
    if isinstance(error.orig, psycopg.errors.UniqueViolation) or "UNIQUE constraint" in str(constraint):
        return _in_language(lambda: words_of_status(CONFLICT))
    return _http_error(InternalServerError())


def _changed_meanwhile(_error: StaleDataError) -> Response:
    """Two changed one row at once, and one of them was second."""
    LOG.error("a row had another version than the one read")
    return _in_language(lambda: words_of_status(CONFLICT))


def _keys_replaced(_error: KeysReplaced) -> Response | HTTPException:
    """Nothing was written; with the new keys it goes through."""
    LOG.error("the keys were replaced while a transaction ran")
    return _http_error(ServiceUnavailable())


def _unfit_for_the_database(error: Exception) -> Response:
    """Text that no form checked and the database cannot hold (NUL, lone surrogates): the sender's, not ours, but worth a look."""
    LOG.error("text reached the database unchecked: %s", type(error).__name__)
    return _in_language(lambda: words_of_status(422))


def _in_language(words: Callable[[], ErrorWords], kind: str = "") -> Response:
    language = language_of_path(request.path)
    if language is None:
        return error_response(words(), kind=kind)
    g.language = language
    with speaking(language):
        return error_response(words(), kind=kind)


def _page(words: ErrorWords, kind: str) -> str:
    """The page in the language of the address; a simpler one when that cannot be made, a fixed text when nothing can."""
    language = language_of_path(request.path)
    can_link = request_ctx.url_adapter is not None  # there is none for a host that is not ours
    if language is not None and can_link and words.status < _OUR_FAULT:
        try:
            return render_template("errors/error.html", words=words)
        except Exception:
            LOG.exception("the error page could not be made")
    try:
        return _plain_page(words, kind, language)
    except Exception:
        LOG.exception("the plain error page could not be made")
        return _LAST_RESORT


def _plain_page(words: ErrorWords, kind: str, language: Language | None) -> str:
    """A page that needs no address, no municipality and no session; in Japanese and English where no language is known."""
    spoken = []
    for each in (language,) if language else (source_language(), pivot_language()):
        with speaking(each):
            said = words if language else words_of_status(words.status, kind)
            spoken.append(
                (each, said, pgettext("error page", "Number to tell us:"), pgettext("error page", "First page"))
            )
    number = request_number() if words.status >= _OUR_FAULT else ""
    with speaking(spoken[0][0]):
        return render_template("errors/plain.html", spoken=spoken, number=number, root=request.script_root)


def _drop_body() -> None:
    """Read on and drop: a server that closes with unread bytes resets the connection, and the page would never be seen."""
    stream = request.environ.get("wsgi.input")
    expected = request.content_length
    if stream is None or (expected is None and not request.environ.get("wsgi.input_terminated")):
        return
    left = min(expected if expected is not None else DROPPED_AT_MOST, DROPPED_AT_MOST)
    try:
        while left > 0 and (chunk := stream.read(min(left, 64 * 1024))):
            left -= len(chunk)
    except (OSError, ValueError, HTTPException):
        return
