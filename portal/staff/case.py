"""One request on the desk: shown by GET; by POST the step its button names."""

from collections.abc import Callable
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from portal.auth.guards import staff_only
from portal.i18n.gettext import _s
from portal.staff import decide, desk, follow_up
from portal.staff.case_page import CaseForms, case_forms, case_page
from portal.staff.desk import blueprint

Step = Callable[[UUID, CaseForms], ResponseReturnValue]

STEPS: dict[str, Step] = {
    "identity": decide.check_identity,
    "decline": decide.decline,
    "ask": decide.ask,
    "slip": follow_up.slip_step,
    "card": follow_up.card,
}


@blueprint.get("/requests/<uuid:request_id>")
@staff_only(*desk.CASE_WORKERS)
def case(request_id: UUID) -> ResponseReturnValue:
    """Show the request, the register now and at request time, and what can be done next."""
    return case_page(request_id, case_forms())


@blueprint.post("/requests/<uuid:request_id>")
@staff_only(*desk.CASE_WORKERS)
def work_on_case(request_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    forms = case_forms()
    if forms.token.is_language_switch():
        return case_page(request_id, forms)
    step = STEPS.get(request.form.get("step", ""))
    if step is None or not forms.token.validate_on_submit():
        return case_page(request_id, forms, refusal=_s("Press the button of the step you want to take."), status=400)
    return step(request_id, forms)
