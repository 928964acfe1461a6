"""Confirming one's record: everything is right, or what is wrong and why; "wrong" becomes a case for staff (Act art. 14)."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from portal.auth.guards import current_actor, current_record_id, resident_only
from portal.i18n.gettext import _, current_language
from portal.registry import registry
from portal.resident.face import blueprint
from portal.resident.record_items import ITEM_TERMS, PARTS, items_of
from portal.resident.wrong_form import WrongForm
from portal.web.forms import PortalForm, version_of
from registry_core.register import CONFIRMABLE_ITEMS, ItemAnswer, cases_of, confirm_record, look_at_record
from registry_core.values.errors import StaleRecord
from registry_core.values.legal_purpose import LegalPurpose


class ConfirmForm(PortalForm):
    """One button; the version says which state of the record the person has seen."""

    record_version = HiddenField()


@blueprint.post("/<lang:lang>/record/confirm")
@resident_only
def record_confirmed() -> ResponseReturnValue:
    """Keep that every item is right."""
    form = ConfirmForm()
    right = ItemAnswer(right=True, reason=None, text="")
    if form.validate_on_submit() and _kept(dict.fromkeys(CONFIRMABLE_ITEMS, right), form.record_version.data):
        flash(_("Thank you. We have noted that your record is right."), "success")
    return redirect(url_for("resident.record"), 303)


@blueprint.route("/<lang:lang>/record/wrong", methods=["GET", "POST"])
@resident_only
def record_wrong() -> ResponseReturnValue:
    """Say what is wrong, item by item."""
    form = WrongForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return _wrong_page(form)
    if not _kept(form.answers(), form.record_version.data):
        return _wrong_page(form)
    return redirect(url_for("resident.record_reported"), 303)


@blueprint.get("/<lang:lang>/record/reported")
@resident_only
def record_reported() -> ResponseReturnValue:
    """Say what happens next: for each item who corrects it, and what to bring."""
    with registry().read() as session:
        cases = [case for case in cases_of(session, record_id=current_record_id()) if case.is_open]
    return render_template("resident/reported.html", cases=cases, terms=ITEM_TERMS)


def _kept(answers: dict[str, ItemAnswer], shown_version: str | None) -> bool:
    """Keep the answers to the version of the record that was shown; False, and why, when it has changed meanwhile."""
    try:
        with registry().write() as session:
            confirm_record(
                session,
                record_id=current_record_id(),
                record_version=version_of(shown_version),
                answers=answers,
                language=current_language().tag,
                actor=current_actor(),
                at=registry().now(),
            )
    except StaleRecord:
        flash(_("Your record has changed meanwhile. Please look at it again."), "warning")
        return False
    return True


def _wrong_page(form: WrongForm) -> ResponseReturnValue:
    with registry().write() as session:
        seen = look_at_record(
            session,
            record_id=current_record_id(),
            actor=current_actor(),
            at=registry().now(),
            purpose=LegalPurpose.RECORD_CORRECTION,
        )
    form.record_version.data = str(seen.version)
    page = render_template("resident/wrong.html", form=form, items=items_of(seen), parts_of=PARTS, terms=ITEM_TERMS)
    return page, (422 if form.errors else 200)
