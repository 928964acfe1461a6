"""After the approval: the slip printed, posted or handed over; the My Number card, void now, taken back or not."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor
from portal.i18n.gettext import _s
from portal.registry import registry
from portal.staff.case_page import UNPROCESSABLE, CaseForms, carry_out, case_page
from registry_core import codes
from registry_core.codes import CardOutcome, SlipStep


def slip_step(request_id: UUID, forms: CaseForms) -> ResponseReturnValue:
    """Record what was done with the slip, and on which day."""
    form = forms.slip
    if not form.validate():
        return case_page(request_id, forms, failed=form, status=UNPROCESSABLE)
    actor, at = current_actor(), registry().now()
    return carry_out(
        request_id,
        forms,
        lambda session: codes.record_slip(
            session, request_id=request_id, step=SlipStep(form.step.data), on=form.on.data, actor=actor, at=at
        ),
        done=_s("The step of the slip is recorded."),
    )


def card(request_id: UUID, forms: CaseForms) -> ResponseReturnValue:
    """Record what became of the My Number card."""
    form = forms.card
    if not form.validate():
        return case_page(request_id, forms, failed=form, status=UNPROCESSABLE)
    outcome = CardOutcome(form.outcome.data)
    actor, at = current_actor(), registry().now()
    return carry_out(
        request_id,
        forms,
        lambda session: codes.record_card(
            session,
            request_id=request_id,
            outcome=outcome,
            note=form.note.data or "",
            on=form.on.data,
            actor=actor,
            at=at,
        ),
        done=_s("What became of the card is recorded."),
    )
