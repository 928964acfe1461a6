"""Another code ex officio: the last one cannot be found out, or is a wrong one (Cabinet Order art. 30-2, 30-4).

One person begins, another approves, as for a request.
"""

from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.registry import registry
from portal.staff import desk, refusals
from portal.staff.case_page import UNPROCESSABLE
from portal.staff.desk import blueprint
from portal.staff.forms import NewCodeForm
from portal.staff.record_page import record_page
from registry_core.codes import AnsweredCase, CodeGround, begin_new_code
from registry_core.values import LegalPurpose
from registry_core.values.errors import CaseNotFound, RecordNotFound, RegistryError


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
    """Whose code it will be, and why."""
    return record_page(
        record_id, "staff/new_code.html", LegalPurpose.CODE_CHANGE, status=status, form=form, refusal=refusal
    )


def _answered(form: NewCodeForm) -> AnsweredCase | None:
    try:
        return AnsweredCase(UUID(form.case.data or ""), form.seen.data or "")
    except ValueError:
        return None
