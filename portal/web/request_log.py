"""The log of requests: what was asked for, not by whom nor with what; and a net under every log line of the process.

Every request has its line, at INFO; a public page, the same for everybody, only at DEBUG. A line names the rule of the address
(no ids, no query), never the body or a header. The net masks every run of eleven or more digits, of any script and with hyphens
or spaces between, in the message and in the traceback: that is what a resident record code would look like, if some mistake let
one get so far.
"""

import logging
import re
import secrets
import time
import traceback
from typing import Any, Final

from flask import Flask, Response, g, has_request_context, request

from portal.web.finished_response import FinishedResponse

LOG = logging.getLogger("portal.requests")

_LETTERS: Final = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")  # no digits: the net below leaves it whole
_NUMBER_BYTES: Final = 6
#: Eleven digits of any script, with at most two separators of any kind between one and the next.
_CODE = re.compile(r"\d(?:[\s\-._/,·‐-―−ー－・\u200b-\u200f\u2060]{0,2}\d){10,}")
_MASK: Final = "•••••••••••"


def masked(text: str) -> str:
    """The text without anything that could be a resident record code.

    >>> masked("code 1234-5678-901, １２３４５６７８９０１")
    'code •••••••••••, •••••••••••'
    >>> masked("2026-11-23 and 1234567890")
    '2026-11-23 and 1234567890'
    """
    return _CODE.sub(_MASK, text)


def request_number() -> str:
    """Twelve letters that a person can quote and that stand in the log: the number of this request."""
    if not has_request_context():
        return "-"
    if "request_number" not in g:
        g.request_number = secrets.token_hex(_NUMBER_BYTES).translate(_LETTERS)
    number: str = g.request_number
    return number


def install_net() -> None:
    """Mask every record of every logger of this process, from its making on. Twice is once."""
    making = logging.getLogRecordFactory()
    if getattr(making, "is_net", False):
        return

    def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = making(*args, **kwargs)
        _mask(record)
        return record

    masked_record.is_net = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(masked_record)


def init_app(app: Flask) -> None:
    """Write one line a request."""
    install_net()
    app.before_request(_note_start)
    app.after_request(_write_line)


def _mask(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):
        message = str(record.msg)
    hidden = masked(message)
    if hidden != message:
        record.msg, record.args = hidden, None
    if record.exc_info and record.exc_info[0] is not None and not record.exc_text:
        # A formatter uses this text in place of the exception's own.
        record.exc_text = masked("".join(traceback.format_exception(*record.exc_info)).rstrip())


def _note_start() -> None:
    g.request_started = time.perf_counter()


def _write_line(response: Response) -> Response:
    if isinstance(response, FinishedResponse):
        # Caches answer most of its readers, so that a count would say nothing, and it names nobody's request.
        if LOG.isEnabledFor(logging.DEBUG):
            LOG.debug(*_line(response, "-"))
        return response
    number = request_number()
    LOG.info(*_line(response, number))
    response.headers.add("X-Request-Number", number)
    return response


def _line(response: Response, number: str) -> tuple[Any, ...]:
    """What a line says: the format and its values."""
    started = g.get("request_started")
    spent = (time.perf_counter() - started) * 1000 if started is not None else 0.0
    rule = request.url_rule.rule if request.url_rule else "-"
    language = (request.view_args or {}).get("lang") or g.get("language")
    tag = getattr(language, "tag", "-")
    return "%s %s %s %d %.1fms %s", request.method, rule, tag, response.status_code, spent, number
