"""Identity check, refusal for one of three reasons, a question to the resident."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor
from portal.i18n.gettext import _s
from portal.registry import registry
from portal.staff.case_page import UNPROCESSABLE, CaseForms, carry_out, case_page
from registry_core import codes
from registry_core.codes import DeclineReason, DocumentKind


def check_identity(request_id: UUID, forms: CaseForms) -> ResponseReturnValue:
    """Record which document was shown at the counter, now (Cabinet Order art. 30-3)."""
    form = forms.identity
    if not form.validate():
        return case_page(request_id, forms, failed=form, status=UNPROCESSABLE)
    kind = DocumentKind(form.kind.data)
    reason = form.last_resort_reason.data if kind is DocumentKind.LAST_RESORT else None
    actor, at = current_actor(), registry().now()
    return carry_out(
        request_id,
        forms,
        lambda session: codes.check_identity(
            session,
            request_id=request_id,
            kind=kind,
            last_resort_reason=reason,
            differences_accepted=bool(form.differences_accepted.data),
            actor=actor,
            at=at,
        ),
        done=_s("The identity check is recorded. Another person has to approve."),
    )


def decline(request_id: UUID, forms: CaseForms) -> ResponseReturnValue:
    """Decline for one of the three reasons."""
    form = forms.decline
    if not form.validate():
        return case_page(request_id, forms, failed=form, status=UNPROCESSABLE)
    reason = DeclineReason(form.reason.data)
    actor, at = current_actor(), registry().now()
    return carry_out(
        request_id,
        forms,
        lambda session: codes.decline_code_change(session, request_id=request_id, reason=reason, actor=actor, at=at),
        done=_s("The request is declined, and the resident is told why."),
    )


def ask(request_id: UUID, forms: CaseForms) -> ResponseReturnValue:
    """Ask the resident by a phrase that is translated, with words of one's own that are not."""
    form = forms.ask
    if not form.validate():
        return case_page(request_id, forms, failed=form, status=UNPROCESSABLE)
    actor, at = current_actor(), registry().now()
    return carry_out(
        request_id,
        forms,
        lambda session: codes.ask_resident(
            session,
            request_id=request_id,
            phrase=form.phrase.data,
            text=form.text.data or "",
            actor=actor,
            at=at,
        ),
        done=_s("The question was sent to the resident."),
    )
