"""Another code ex officio: the last one cannot be found out, or is a wrong one (Cabinet Order art. 30-2, 30-4).

One person begins, another approves, as for a request.
"""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.registry import registry
from portal.staff import desk, refusals
from portal.staff.case_page import UNPROCESSABLE, not_yours
from portal.staff.desk import blueprint
from portal.staff.forms import NewCodeForm
from registry_core.codes import AnsweredCase, CodeGround, begin_new_code
from registry_core.register import look_at_record
from registry_core.values import LegalPurpose
from registry_core.values.errors import CaseNotFound, OwnHousehold, RecordNotFound, RegistryError


@blueprint.get("/residents/<uuid:record_id>/new-code")
@staff_only(*desk.CASE_WORKERS)
def new_code(record_id: UUID) -> ResponseReturnValue:
    """Say what it means, and ask why; from a correction of the code it ends that case (`case`, `seen`, `language`)."""
    given = {name: request.args.get(name, "") for name in ("case", "seen", "language") if name in request.args}
    return new_code_page(record_id, NewCodeForm(data=given))


@blueprint.post("/residents/<uuid:record_id>/new-code")
@staff_only(*desk.CASE_WORKERS)
def begin_code(record_id: UUID) -> ResponseReturnValue:
    """Begin; then the case, which waits for another person."""
    form = NewCodeForm()
    if form.is_language_switch():
        return new_code_page(record_id, form)
    if not form.validate_on_submit():
        return new_code_page(record_id, form, status=UNPROCESSABLE)
    try:
        with registry().write() as session:
            begun = begin_new_code(
                session,
                record_id=record_id,
                ground=CodeGround(form.ground.data),
                words=form.words.data or "",
                language=form.language.data,
                answers=_answered(form),
                actor=current_actor(),
                at=registry().now(),
            )
    except (RecordNotFound, CaseNotFound):
        raise
    except RegistryError as error:
        return new_code_page(record_id, form, refusal=refusals.of_correction(error), status=refusals.status_of(error))
    return redirect(url_for("staff.case", request_id=begun.id), 303)


def new_code_page(record_id: UUID, form: NewCodeForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """Look at the record in one transaction and make the page."""
    try:
        with registry().write() as session:
            record = look_at_record(
                session,
                record_id=record_id,
                actor=current_actor(),
                at=registry().now(),
                purpose=LegalPurpose.CODE_CHANGE,
            )
    except OwnHousehold as error:
        return not_yours(error)
    return render_template("staff/new_code.html", record=record, form=form, refusal=refusal), status


def _answered(form: NewCodeForm) -> AnsweredCase | None:
    try:
        return AnsweredCase(UUID(form.case.data or ""), form.seen.data or "")
    except ValueError:
        return None
