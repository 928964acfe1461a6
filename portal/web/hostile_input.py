"""Limits of what a request may be, checked before anything else looks at it.

Bytes that are no text, control characters and over-long addresses are answered with a page of 400, 404 or 414, never with a
fault of ours. What is typed into forms is checked by the forms, which can show it again (`portal.web.forms`).
"""

from typing import Final

from flask import Flask, abort, request

LARGEST_BODY: Final = 256 * 1024
MOST_FORM_PARTS: Final = 300
LONGEST_PATH: Final = 1_000
LONGEST_QUERY: Final = 4_000

_REPLACED = "\ufffd"  # what Werkzeug puts in the place of bytes that are no UTF-8
_ALLOWED_CONTROLS = frozenset("\t\r\n")


def init_app(app: Flask) -> None:
    """Set the limits; Werkzeug answers a larger body with 413."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.config["MAX_FORM_PARTS"] = MOST_FORM_PARTS
    app.before_request(_check_address)


def _check_address() -> None:
    if len(request.path) > LONGEST_PATH or len(request.query_string) > LONGEST_QUERY:
        abort(414)
    if not request.path.isprintable() or _REPLACED in request.path:
        abort(404)
    if request.query_string and not all(_is_readable(text) for pair in request.args.items(multi=True) for text in pair):
        abort(400)


def _is_readable(text: str) -> bool:
    if text.isprintable():
        return _REPLACED not in text
    return not any(_is_refused(character) for character in text)


def _is_refused(character: str) -> bool:
    if character in _ALLOWED_CONTROLS:
        return False
    return (
        character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff" or character == _REPLACED
    )
