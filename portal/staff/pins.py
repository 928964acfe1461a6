"""A PIN for signing in: found by search, issued after a document was shown, seen once, in large digits."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.auth.guards import current_actor, staff_only
from portal.auth.pins import issue_pin
from portal.registry import registry
from portal.staff import desk
from portal.staff.case_page import UNPROCESSABLE, not_yours
from portal.staff.desk import blueprint
from portal.staff.forms import LONGEST_LINE, DocumentForm
from portal.staff.record_page import record_page
from registry_core.codes import DocumentKind
from registry_core.ledger import record_entry
from registry_core.register import hide_known_codes
from registry_core.values import LegalPurpose
from registry_core.values.errors import RecordNotFound, RegistryError
from registry_core.values.plain_text import plain_text


@blueprint.get("/residents/<uuid:record_id>/pin")
@staff_only(*desk.CASE_WORKERS)
def pin(record_id: UUID) -> ResponseReturnValue:
    """Show whose PIN it will be, and ask which document was shown."""
    return pin_page(record_id, DocumentForm())


@blueprint.post("/residents/<uuid:record_id>/pin")
@staff_only(*desk.CASE_WORKERS)
def new_pin(record_id: UUID) -> ResponseReturnValue:
    """Note the document and issue the PIN in one transaction; an earlier PIN of this resident dies."""
    form = DocumentForm()
    if form.is_language_switch():
        return pin_page(record_id, form)
    if not form.validate_on_submit():
        return pin_page(record_id, form, status=UNPROCESSABLE)
    actor, at = current_actor(), registry().now()
    try:
        with registry().write() as session:
            issued = issue_pin(session, record_id=record_id, actor=actor, at=at)
            record_entry(
                session,
                action="sign-in.document-shown",
                actor=actor,
                at=at,
                purpose=LegalPurpose.SIGN_IN_LINK,
                record_id=record_id,
                facts={"document": form.kind.data, "reason": _reason(session, form)},
            )
    except RecordNotFound:
        raise
    except RegistryError as error:
        return not_yours(error)
    return render_template("staff/pin_issued.html", issued=issued)


def pin_page(record_id: UUID, form: DocumentForm, *, status: int = 200) -> ResponseReturnValue:
    """Name and birth date, to compare with the document."""
    return record_page(record_id, "staff/pin.html", LegalPurpose.SIGN_IN_LINK, status=status, form=form)


def _reason(session: Session, form: DocumentForm) -> str | None:
    """Why only another document could be shown, where that is the one; a code in it is masked: the ledger keeps it for ever."""
    if form.kind.data != DocumentKind.LAST_RESORT:
        return None
    words = plain_text(form.last_resort_reason.data or "", item="last_resort_reason", limit=LONGEST_LINE)
    return hide_known_codes(session, text=words)
