"""Another resident record code, screens 1 to 3: what will happen, your details, notices. Every step is kept in the draft."""

from collections.abc import Callable
from functools import wraps

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, current_record_id, resident_only
from portal.i18n.gettext import _
from portal.i18n.languages import languages
from portal.registry import registry
from portal.resident.drafts import CodeChangeDraft, load_draft, new_draft, save_draft
from portal.resident.face import blueprint, is_signed_in_afresh
from portal.resident.notices import Answered, answer_notices
from portal.resident.notices_form import NoticesForm
from portal.resident.record_items import items_of
from portal.web.forms import PortalForm
from registry_core.codes import requests_of
from registry_core.register import look_at_record
from registry_core.values.legal_purpose import LegalPurpose

View = Callable[[], ResponseReturnValue]


def kept_draft() -> CodeChangeDraft | None:
    """The draft of whoever is signed in."""
    with registry().write() as session:
        return load_draft(session, record_id=current_record_id(), at=registry().now())


def open_reference() -> str | None:
    """The reference of the request that is under way, if there is one: one open request a person."""
    with registry().read() as session:
        requests = requests_of(session, record_id=current_record_id())
    return next((each.reference for each in requests if each.status.is_open), None)


def draft_needed(view: View) -> View:
    """Send to screen 1 whoever has not begun, or has sent already."""

    @wraps(view)
    def with_draft() -> ResponseReturnValue:
        if kept_draft() is None:
            return redirect(url_for("resident.code_change_start"), 303)
        return view()

    return with_draft


@blueprint.get("/<lang:lang>/code-change")
@resident_only
def code_change_start() -> ResponseReturnValue:
    """Screen 1: what will happen."""
    return render_template(
        "resident/code_change/start.html",
        form=PortalForm(),
        draft=kept_draft(),
        open_reference=open_reference(),
    )


@blueprint.post("/<lang:lang>/code-change")
@resident_only
def code_change_begin() -> ResponseReturnValue:
    """Begin a draft, or go on with the one there is."""
    form = PortalForm()
    if form.is_language_switch() or not form.validate_on_submit() or open_reference():
        return code_change_start()
    record_id, at = current_record_id(), registry().now()
    with registry().write() as session:
        draft = load_draft(session, record_id=record_id, at=at)
        if draft is None:
            draft = new_draft()
            save_draft(session, record_id=record_id, draft=draft, at=at)
    return redirect(url_for(next_screen(draft)), 303)


def next_screen(draft: CodeChangeDraft) -> str:
    """The endpoint of the first screen that is not answered yet."""
    if not draft.details_seen:
        return "resident.code_change_details"
    return "resident.code_change_check" if draft.is_complete else "resident.code_change_notices"


@blueprint.get("/<lang:lang>/code-change/details")
@resident_only
@draft_needed
def code_change_details() -> ResponseReturnValue:
    """Screen 2: what the written request says about you, from the record (Regulation art. 10)."""
    with registry().write() as session:
        seen = look_at_record(
            session,
            record_id=current_record_id(),
            actor=current_actor(),
            at=registry().now(),
            purpose=LegalPurpose.CODE_CHANGE,
        )
    return render_template("resident/code_change/details.html", form=PortalForm(), items=items_of(seen))


@blueprint.post("/<lang:lang>/code-change/details")
@resident_only
@draft_needed
def code_change_details_seen() -> ResponseReturnValue:
    """Keep that the details were seen and found right."""
    form = PortalForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return code_change_details()
    record_id, at = current_record_id(), registry().now()
    with registry().write() as session:
        # One transaction: what another device answers, or sends, meanwhile is not undone.
        draft = load_draft(session, record_id=record_id, at=at)
        if draft is not None and not draft.details_seen:
            save_draft(session, record_id=record_id, draft=draft.with_answers(details_seen=True), at=at)
    return redirect(url_for("resident.code_change_notices"), 303)


@blueprint.get("/<lang:lang>/code-change/notices")
@resident_only
@draft_needed
def code_change_notices() -> ResponseReturnValue:
    """Screen 3: in which language, and whether an e-mail says when there is news."""
    draft = kept_draft() or new_draft()
    return _notices_page(NoticesForm.of_draft(draft, g.language.tag), draft)


@blueprint.post("/<lang:lang>/code-change/notices")
@resident_only
@draft_needed
def code_change_notices_answered() -> ResponseReturnValue:
    """Keep the answers; an address is proved before it is used."""
    form = NoticesForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return _notices_page(form, kept_draft() or new_draft())
    with registry().write() as session:
        answered = answer_notices(session, form=form, record_id=current_record_id(), at=registry().now())
    if answered is Answered.COMPLETE:
        return redirect(url_for("resident.code_change_check"), 303)
    if answered is Answered.MAILED:
        flash(_("We have sent six digits to your e-mail address. Type them below."))
        return redirect(url_for("resident.code_change_notices"), 303)
    return _notices_page(form, kept_draft() or new_draft())


def _notices_page(form: NoticesForm, draft: CodeChangeDraft) -> ResponseReturnValue:
    check = draft.email_check
    return render_template(
        "resident/code_change/notices.html",
        form=form,
        proved=draft.email,
        signed_in_afresh=is_signed_in_afresh(),
        waiting_for_digits=bool(check and check.digest),
        tongues={language.tag: language for language in languages()},
    ), (422 if form.errors else 200)
