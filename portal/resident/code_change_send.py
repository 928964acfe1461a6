"""Another resident record code, screen 4: check the answers, in two languages, and send. Sending needs a fresh sign-in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from portal.auth.guards import current_actor, current_record_id, resident_only, step_up_required
from portal.i18n.gettext import _, current_language
from portal.i18n.languages import language_by_tag
from portal.registry import registry
from portal.resident.code_change import draft_needed, kept_draft, next_screen
from portal.resident.drafts import CodeChangeDraft, drop_draft, load_draft, new_draft
from portal.resident.face import blueprint
from portal.resident.record_items import items_of
from portal.web.forms import PortalForm
from registry_core.codes import request_code_change, requests_of
from registry_core.register import look_at_record
from registry_core.values.errors import OpenRequestExists, StaleRecord
from registry_core.values.legal_purpose import LegalPurpose


class SendForm(PortalForm):
    """What the page showed: the draft by its key, the record by its version. Only exactly that is sent."""

    key = HiddenField()
    record_version = HiddenField()


@blueprint.get("/<lang:lang>/code-change/check")
@resident_only
@draft_needed
@step_up_required
def code_change_check() -> ResponseReturnValue:
    """Screen 4: the answers in the reader's language and, beside them, in Japanese as the clerk will see them."""
    draft = kept_draft() or new_draft()
    if not draft.is_complete:
        return redirect(url_for(next_screen(draft)), 303)
    return _check_page(draft)


@blueprint.post("/<lang:lang>/code-change/check")
@resident_only
@step_up_required
def code_change_send() -> ResponseReturnValue:
    """Send the request; a second tap finds the draft gone and the request there, and arrives at the same page."""
    form = SendForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return code_change_check()
    try:
        reference = _sent(form)
    except OpenRequestExists as error:
        flash(_("You have a request under way already. This is it."))
        return redirect(url_for("resident.request_page", reference=error.facts["reference"]), 303)
    except StaleRecord:
        flash(_("Your answers or your record have changed meanwhile. Please look again before you send."), "warning")
        return redirect(url_for("resident.code_change_check"), 303)
    if reference is None:
        return redirect(url_for("resident.code_change_start"), 303)
    return redirect(url_for("resident.request_sent", reference=reference), 303)


def _sent(form: SendForm) -> str | None:
    """Send what was shown and forget the draft, in one transaction. None: nothing to send, and nothing under way."""
    record_id = current_record_id()
    with registry().write() as session:
        draft = load_draft(session, record_id=record_id, at=registry().now())
        if draft is None:
            before = requests_of(session, record_id=record_id)
            return next((each.reference for each in before if each.status.is_open), None)
        if not draft.is_complete or draft.key != form.key.data:
            raise StaleRecord
        sent = request_code_change(
            session,
            record_id=record_id,
            language=draft.language,
            email=draft.email or None,
            actor=current_actor(),
            at=registry().now(),
            idempotency_key=draft.key,
            lapses_after_days=registry().config.request_lapses_after_days,
        )
        if str(sent.record_version) != form.record_version.data:
            raise StaleRecord  # rolls the request back: it would hold what the person has not seen
        drop_draft(session, record_id=record_id)
        return sent.reference


def _check_page(draft: CodeChangeDraft) -> ResponseReturnValue:
    with registry().write() as session:
        seen = look_at_record(
            session,
            record_id=current_record_id(),
            actor=current_actor(),
            at=registry().now(),
            purpose=LegalPurpose.CODE_CHANGE,
        )
    form = SendForm(formdata=None, data={"key": draft.key, "record_version": str(seen.version)})
    return render_template(
        "resident/code_change/check.html",
        form=form,
        items=items_of(seen),
        draft=draft,
        notice_language=language_by_tag(draft.language) or current_language(),
    )
