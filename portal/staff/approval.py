"""Approval by a second person: a page that says what will happen, then one transaction that does it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.case_page import not_yours
from portal.staff.desk import blueprint
from portal.staff.forms import PlainForm
from portal.staff.opened_case import open_case
from registry_core import codes
from registry_core.values.errors import (
    OwnHousehold,
    RecordNotFound,
    RegistryError,
    RequestNotFound,
)


@blueprint.get("/requests/<uuid:request_id>/approve")
@staff_only(*desk.CASE_WORKERS)
def approval(request_id: UUID) -> ResponseReturnValue:
    """Say what an approval will do, before it is done."""
    try:
        opened = open_case(request_id, current_actor())
    except OwnHousehold as error:
        return not_yours(error)
    if not opened.steps.approve:
        return redirect(url_for("staff.case", request_id=request_id), 303)
    return render_template(
        "staff/approve.html",
        case=opened,
        form=PlainForm(),
        pool=opened.pool,
        documents=words.document_kinds(),
        grounds=words.code_grounds(),
    )


@blueprint.post("/requests/<uuid:request_id>/approve")
@staff_only(*desk.CASE_WORKERS)
def approve(request_id: UUID) -> ResponseReturnValue:
    """Change the code: the new one from the pool, the old one dead, slip and notice queued, in one transaction."""
    form = PlainForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return approval(request_id)
    try:
        with registry().write() as session:
            codes.approve_code_change(session, request_id=request_id, actor=current_actor(), at=registry().now())
    except (RequestNotFound, RecordNotFound):
        raise
    except RegistryError as error:
        flash(plain(refusals.sentence(error)), "error")
    else:
        flash(plain(_s("Approved. The code has changed; the slip and the change notice are queued.")), "success")
    return redirect(url_for("staff.case", request_id=request_id), 303)
