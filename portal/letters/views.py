"""The page of a slip, for staff to print."""

from uuid import UUID

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.letters.slip import open_slip
from portal.registry import registry
from registry_core.values.actor import Role

blueprint = Blueprint("letters", __name__)
_WAIT_SECONDS = "3"


@blueprint.get("/<lang:lang>/staff/requests/<uuid:request_id>/slip")
@staff_only(Role.CLERK, Role.SUPERVISOR)
def slip(request_id: UUID) -> ResponseReturnValue:
    """The slip to print; while the worker writes it, a page that looks again by itself."""
    with registry().write() as session:
        page = open_slip(session, request_id=request_id, actor=current_actor(), at=registry().now())
    if page is None:
        return render_template("letters/slip_not_ready.html"), 200, {"Refresh": _WAIT_SECONDS}
    return page
