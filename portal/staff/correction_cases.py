"""Corrections residents asked for (Act art. 14): the list, one case beside the record, and how it ends."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.case_page import not_yours
from portal.staff.desk import blueprint
from portal.staff.forms import CloseCaseForm
from portal.staff.record_items import rows_of_record
from registry_core.register import close_case, look_at_case, open_cases
from registry_core.values.errors import CaseNotFound, OwnHousehold, RegistryError


@blueprint.get("/corrections")
@staff_only(*desk.CASE_WORKERS)
def corrections() -> ResponseReturnValue:
    """List the open cases, oldest first, without names: opening one is the look."""
    with registry().read() as session:
        cases = open_cases(session, actor=current_actor())
    return render_template(
        "staff/corrections.html", cases=cases, items=words.items(), reasons=words.wrong_reasons(), now=registry().now()
    )


@blueprint.get("/corrections/<uuid:case_id>")
@staff_only(*desk.CASE_WORKERS)
def correction(case_id: UUID) -> ResponseReturnValue:
    """Show what the resident says beside what the register says."""
    return correction_page(case_id, CloseCaseForm())


@blueprint.post("/corrections/<uuid:case_id>")
@staff_only(*desk.CASE_WORKERS)
def close_correction(case_id: UUID) -> ResponseReturnValue:
    """End the case with one of three outcomes; the record itself is corrected in the register's own system."""
    form = CloseCaseForm()
    if form.is_language_switch():
        return correction_page(case_id, form)
    if not form.validate_on_submit():
        return correction_page(case_id, form, status=422)
    try:
        with registry().write() as session:
            close_case(
                session,
                case_id=case_id,
                outcome=form.outcome.data,
                seen=form.seen.data or "",
                actor=current_actor(),
                at=registry().now(),
            )
    except CaseNotFound:
        raise
    except RegistryError as error:
        return correction_page(case_id, form, refusal=refusals.sentence(error), status=refusals.status_of(error))
    flash(plain(_s("The case is closed, and the resident sees the outcome.")), "success")
    return redirect(url_for("staff.corrections"), 303)


def correction_page(case_id: UUID, form: CloseCaseForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """Look at the case in one transaction and make its page."""
    actor = current_actor()
    try:
        with registry().write() as session:
            case, record = look_at_case(session, case_id=case_id, actor=actor, at=registry().now())
    except OwnHousehold as error:
        return not_yours(error)
    form.seen.data = case.mark  # what this page shows, whatever an earlier page showed
    page = render_template(
        "staff/correction.html",
        case=case,
        said=case.text,
        rows=rows_of_record(record),
        form=form,
        refusal=refusal,
        items=words.items(),
        reasons=words.wrong_reasons(),
        outcomes=words.correction_outcomes(),
    )
    return page, status
