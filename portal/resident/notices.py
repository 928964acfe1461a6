"""What the answers of screen 3 do to the draft: an address is used only once the digits mailed to it came back."""

from dataclasses import replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy.orm import Session

from portal.i18n.gettext import _
from portal.resident.drafts import CodeChangeDraft, load_draft, new_draft, save_draft
from portal.resident.email_check import EmailCheck, are_digits_right, mail_digits
from portal.resident.notices_form import NoticesForm


class Answered(Enum):
    """How far the answers brought the draft."""

    COMPLETE = "complete"
    MAILED = "mailed"
    WRONG = "wrong"


def answer_notices(session: Session, *, form: NoticesForm, record_id: UUID, at: datetime) -> Answered:
    """Keep the answers of a valid form; WRONG leaves its reason on the form."""
    draft = load_draft(session, record_id=record_id, at=at) or new_draft()
    draft = draft.with_answers(language=form.language.data, wants_email=bool(form.address))
    answered, draft = _with_address(session, form, draft, record_id, at)
    save_draft(session, record_id=record_id, draft=draft, at=at)
    return answered


def _with_address(
    session: Session, form: NoticesForm, draft: CodeChangeDraft, record_id: UUID, at: datetime
) -> tuple[Answered, CodeChangeDraft]:
    check = draft.email_check
    if not form.address:
        return Answered.COMPLETE, replace(draft, email="")
    if form.address == draft.email:
        return Answered.COMPLETE, draft
    draft = replace(draft, email="")
    if check and check.digest and check.address == form.address and not form.again.data:
        return _with_digits(session, form, draft, check, record_id, at)
    if check and not check.may_mail_again(at):
        form.email.errors = [_("We have sent several e-mails already. Wait an hour, or choose letters only.")]
        return Answered.WRONG, draft
    mailed = mail_digits(
        session, record_id=record_id, address=form.address, language=draft.language, before=check, at=at
    )
    return Answered.MAILED, replace(draft, email_check=mailed)


def _with_digits(
    session: Session, form: NoticesForm, draft: CodeChangeDraft, check: EmailCheck, record_id: UUID, at: datetime
) -> tuple[Answered, CodeChangeDraft]:
    if not (form.digits.data or "").strip():
        form.digits.errors = [_("Type the six digits from our e-mail, or choose letters only.")]
        return Answered.WRONG, draft
    if not check.is_open(at):
        form.digits.errors = [_("These digits are no longer good. Ask for new ones.")]
        return Answered.WRONG, draft
    if are_digits_right(session, record_id=record_id, check=check, typed=form.digits.data):
        return Answered.COMPLETE, replace(draft, email=check.address, email_check=replace(check, digest=""))
    form.digits.errors = [_("These are not the digits we sent. Look at our newest e-mail.")]
    return Answered.WRONG, replace(draft, email_check=check.with_a_try())
