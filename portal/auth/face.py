"""The blueprint of the sign-in pages, and the way out of them to a provider."""

import logging

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.failures import SignInFailed
from portal.auth.oidc import begin
from portal.auth.own_paths import own_path
from portal.auth.signed_in import STAFF
from portal.i18n.gettext import current_language

blueprint = Blueprint("auth", __name__)

_LOG = logging.getLogger(__name__)


def first_page(audience: str) -> str:
    """Where a person goes who came from nowhere: the record, or the queue."""
    return url_for("staff.queue") if audience == STAFF else url_for("resident.record")


def sign_in_page(audience: str, come_back_to: str | None = None) -> str:
    """Return the address of the page where a sign-in of this audience begins."""
    endpoint = "auth.staff_sign_in" if audience == STAFF else "auth.sign_in"
    return url_for(endpoint, next=come_back_to) if come_back_to else url_for(endpoint)


def to_the_provider(audience: str, come_back_to: str | None, *, step_up: bool = False) -> ResponseReturnValue:
    """Send the browser to the provider, or say that the provider cannot be reached."""
    target = own_path(come_back_to, first_page(audience))
    try:
        address = begin(audience, language=current_language().tag, come_back_to=target, step_up=step_up)
    except SignInFailed as failure:
        return refused(failure, audience, target, step_up=step_up)
    return redirect(address, 303)


def refused(
    failure: SignInFailed, audience: str, come_back_to: str | None, *, step_up: bool = False
) -> ResponseReturnValue:
    """Show why a sign-in did not go on, with a way on. The log tells which check failed, without claims or tokens."""
    _LOG.warning("sign-in refused: audience=%s reason=%s check=%s", audience, failure.reason, failure.detail or "-")
    page = render_template(
        "auth/failed.html",
        reason=failure.reason.value,
        step_up=step_up,
        again=url_for("auth.step_up", next=come_back_to) if step_up else sign_in_page(audience, come_back_to),
    )
    return page, failure.reason.status
