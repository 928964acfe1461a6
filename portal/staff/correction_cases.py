"""Corrections residents asked for (Act art. 14): the list, one case on the desk, and the steps by which it is decided."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.case_page import UNPROCESSABLE
from portal.staff.correction_forms import CorrectionForms, correction_forms
from portal.staff.correction_page import correction_page
from portal.staff.desk import blueprint
from portal.web.forms import PortalForm, version_of
from registry_core.register import (
    CaseDeclined,
    CaseOutcome,
    Examined,
    correct_by_case,
    decline_case,
    open_cases,
    release_case,
    send_case_on,
    take_case,
)
from registry_core.values.errors import CaseNotFound, RegistryError


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
    return correction_page(case_id)


@blueprint.post("/corrections/<uuid:case_id>/take")
@staff_only(*desk.CASE_WORKERS)
def take_correction(case_id: UUID) -> ResponseReturnValue:
    """Look into it oneself."""
    return _in_hand(case_id, take_case, done=_s("The correction is yours now."))


@blueprint.post("/corrections/<uuid:case_id>/release")
@staff_only(*desk.CASE_WORKERS)
def release_correction(case_id: UUID) -> ResponseReturnValue:
    """Give it back to the list."""
    return _in_hand(case_id, release_case, done=_s("The correction is free for others now."))


@blueprint.post("/corrections/<uuid:case_id>")
@staff_only(*desk.CASE_WORKERS)
def work_on_correction(case_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    forms = correction_forms()
    if forms.case.is_language_switch():
        return correction_page(case_id, forms, comparing=bool(request.form.get("comparing")))
    step = STEPS.get(request.form.get("step", ""))
    if step is None or not forms.case.validate_on_submit():
        return correction_page(case_id, forms, refusal=_s("Press the button of the step you want to take."), status=400)
    return step(case_id, forms)


def edit(case_id: UUID, forms: CorrectionForms) -> ResponseReturnValue:
    """Back from the comparison to the fields."""
    return correction_page(case_id, forms)


def compare(case_id: UUID, forms: CorrectionForms) -> ResponseReturnValue:
    """Show before and after, to be confirmed."""
    forms.found.needs_something = True
    return _failed(case_id, forms, forms.found, forms.correct) or correction_page(case_id, forms, comparing=True)


def correct(case_id: UUID, forms: CorrectionForms) -> ResponseReturnValue:
    """Correct the record and end the case, in one transaction."""
    forms.found.needs_something = True
    return _failed(case_id, forms, forms.found, forms.correct) or _decided(
        case_id,
        forms,
        correct_by_case,
        done=_s("The record is corrected and the case is closed. The resident sees both."),
        record_version=version_of(forms.case.version.data),
        changes=forms.correct.values(),
        reason=forms.correct.why,
        municipality=registry().config.municipality.name_ja,
    )


def decline(case_id: UUID, forms: CorrectionForms) -> ResponseReturnValue:
    """End the case without a correction."""
    return _failed(case_id, forms, forms.found, forms.decline) or _decided(
        case_id,
        forms,
        decline_case,
        done=_s("The case is closed, and the resident sees the outcome."),
        reason=CaseDeclined(forms.decline.reason.data),
    )


def immigration(case_id: UUID, forms: CorrectionForms) -> ResponseReturnValue:
    """The card is wrong: tell the resident to go to Immigration first."""
    return _failed(case_id, forms, forms.found) or _decided(
        case_id,
        forms,
        send_case_on,
        done=_s("The case is closed, and the resident sees the outcome."),
        outcome=CaseOutcome.ASK_IMMIGRATION,
    )


STEPS: dict[str, Callable[[UUID, CorrectionForms], ResponseReturnValue]] = {
    "edit": edit,
    "compare": compare,
    "correct": correct,
    "decline": decline,
    "immigration": immigration,
}


def _failed(case_id: UUID, forms: CorrectionForms, *parts: PortalForm) -> ResponseReturnValue | None:
    """The page with what did not pass in these parts; None when all did."""
    failed = [part for part in parts if not part.validate()]
    return correction_page(case_id, forms, failed=failed[0], status=UNPROCESSABLE) if failed else None


def _decided(
    case_id: UUID, forms: CorrectionForms, use_case: Callable[..., object], *, done: str, **what: object
) -> ResponseReturnValue:
    """One use case in one transaction; then the list, with what was done, or the case with why not and everything typed."""
    try:
        with registry().write() as session:
            use_case(
                session,
                case_id=case_id,
                seen=forms.case.seen.data or "",
                examined=tuple(Examined(each) for each in forms.found.examined.data or ()),
                note=forms.found.note.data or "",
                actor=current_actor(),
                at=registry().now(),
                **what,
            )
    except CaseNotFound:
        raise
    except RegistryError as error:
        return correction_page(case_id, forms, refusal=refusals.of_correction(error), status=refusals.status_of(error))
    flash(plain(done), "success")
    return redirect(url_for("staff.corrections"), 303)


def _in_hand(case_id: UUID, use_case: Callable[..., object], *, done: str) -> ResponseReturnValue:
    try:
        with registry().write() as session:
            use_case(session, case_id=case_id, actor=current_actor(), at=registry().now())
    except CaseNotFound:
        raise
    except RegistryError as error:
        flash(plain(refusals.of_correction(error)), "error")
    else:
        flash(plain(done), "success")
    return redirect(url_for("staff.correction", case_id=case_id), 303)
