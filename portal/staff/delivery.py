"""What keeps failing to leave the house, shown to staff, and tried again when the cause is mended."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from portal.auth.guards import staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, words
from portal.staff.desk import blueprint
from portal.staff.forms import PlainForm
from registry_core.outbox import retry, stuck_items


@blueprint.get("/deliveries")
@staff_only(*desk.CASE_WORKERS)
def deliveries() -> ResponseReturnValue:
    """List what is stuck, oldest first; kind and failure only, never the content."""
    with registry().read() as session:
        items = stuck_items(session)
    return render_template("staff/deliveries.html", items=items, kinds=words.delivery_kinds())


@blueprint.post("/deliveries/<uuid:item_id>/retry")
@staff_only(*desk.CASE_WORKERS)
def retry_delivery(item_id: UUID) -> ResponseReturnValue:
    """Put it back in front of the worker."""
    if not PlainForm().validate_on_submit():
        return redirect(url_for("staff.deliveries"), 303)
    try:
        with registry().write() as session:
            retry(session, item_id=item_id, at=registry().now())
    except NoResultFound:
        abort(404)
    flash(plain(_s("It will be tried again within a minute.")), "success")
    return redirect(url_for("staff.deliveries"), 303)
