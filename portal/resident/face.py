"""What all residents' pages stand on: the blueprint, apart so that a journey imports it and not its siblings."""

from flask import Blueprint

from portal.auth.signed_in import SignedIn
from portal.registry import registry

blueprint = Blueprint("resident", __name__)


def has_proved_again() -> bool:
    """Whether the person has proved who they are within this session, minutes ago."""
    signed_in = SignedIn.load()
    return signed_in is not None and signed_in.has_proved_again(registry().now())


def is_signed_in_afresh() -> bool:
    """Whether a page that needs a fresh sign-in opens at once; if not, the page that leads there says so."""
    signed_in = SignedIn.load()
    return signed_in is not None and signed_in.is_stepped_up(registry().now())
