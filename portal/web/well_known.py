"""`/.well-known/security.txt` (RFC 9116): whom somebody who has found a weakness can tell."""

import unicodedata
from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, Response

from portal.auth.guards import machine
from portal.registry import registry

#: RFC 9116 asks for less than a year; whoever keeps a copy looks again after this long.
VALID_FOR: Final = timedelta(days=180)

PATH: Final = "/.well-known/security.txt"
_JAPAN: Final = "+81-"

blueprint = Blueprint("well_known", __name__)


def init_app(app: Flask) -> None:
    """Add the address."""
    app.register_blueprint(blueprint)


@blueprint.get(PATH)
@machine
def security_txt() -> Response:
    """The municipality's telephone and its page of help; never an address taken from the request."""
    config = registry().config
    base_url = config.base_url.rstrip("/")
    fields = (
        ("Contact", telephone_uri(config.municipality.phone)),
        ("Contact", f"{base_url}/ja/help"),
        ("Expires", f"{registry().today() + VALID_FOR}T00:00:00Z"),
        ("Preferred-Languages", "ja, en"),
        ("Canonical", f"{base_url}{PATH}"),
    )
    return Response("".join(f"{name}: {value}\n" for name, value in fields), mimetype="text/plain")


def telephone_uri(phone: str) -> str:
    """A number as Japan writes it (or one with its country code) as RFC 3966 wants it.

    >>> telephone_uri("０３－１２３４－５６７８（代表）")
    'tel:+81-3-1234-5678'
    >>> telephone_uri("+81 3 1234 5678")
    'tel:+81-3-1234-5678'
    """
    text = unicodedata.normalize("NFKC", phone)
    digits = "".join(each if each.isdecimal() else " " for each in text)
    number = "-".join(digits.split())
    return f"tel:+{number}" if text.lstrip().startswith("+") else f"tel:{_JAPAN}{number.removeprefix('0')}"
