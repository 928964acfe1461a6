"""The page of one request: one form whose buttons name the step, so that changing the language loses nothing typed."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.auth.guards import current_actor
from portal.i18n.gettext import plain
from portal.registry import registry
from portal.staff import refusals, words
from portal.staff.forms import AskForm, CardForm, DeclineForm, IdentityForm, PlainForm, SlipForm
from portal.staff.opened_case import open_case
from portal.web.forms import PortalForm
from registry_core.values.errors import (
    OwnHousehold,
    RecordNotFound,
    RegistryError,
    RequestNotFound,
)

OK, UNPROCESSABLE = 200, 422


@dataclass(frozen=True, slots=True)
class CaseForms:
    """The parts of the one form; only the part whose button was pressed is validated."""

    token: PlainForm
    identity: IdentityForm
    decline: DeclineForm
    ask: AskForm
    slip: SlipForm
    card: CardForm


def case_forms() -> CaseForms:
    """Read the parts from the post, or make them empty; days start at today."""
    today = registry().today()
    return CaseForms(
        token=PlainForm(),
        identity=IdentityForm(prefix="identity-"),
        decline=DeclineForm(prefix="decline-"),
        ask=AskForm(prefix="ask-"),
        slip=SlipForm(prefix="slip-", on=today),
        card=CardForm(prefix="card-", on=today),
    )


def case_page(
    request_id: UUID, forms: CaseForms, *, failed: PortalForm | None = None, refusal: str = "", status: int = OK
) -> ResponseReturnValue:
    """Open the request and make its page; `failed` is the part that did not pass."""
    try:
        opened = open_case(request_id, current_actor())
    except OwnHousehold as error:
        return not_yours(error)
    forms.decline.offers(opened.request.ground)
    page = render_template(
        "staff/case.html",
        case=opened,
        forms=forms,
        form=failed,
        refusal=refusal,
        pool=opened.pool,
        today=registry().today().isoformat(),
        statuses=words.statuses(),
        documents=words.document_kinds(),
        decline_reasons=words.decline_reasons(),
        grounds=words.code_grounds(),
        phrases=words.question_phrases(),
        card_outcomes=words.card_outcomes(),
        event_words=words.events(),
    )
    return page, status


def not_yours(error: RegistryError) -> ResponseReturnValue:
    """Say in plain words that somebody else has to work on this."""
    return render_template("staff/not_yours.html", refusal=refusals.sentence(error)), refusals.status_of(error)


def carry_out(
    request_id: UUID, forms: CaseForms, use_case: Callable[[Session], object], *, done: str
) -> ResponseReturnValue:
    """Run one use case in one transaction; then the case, with what was done, or why not and everything typed."""
    try:
        with registry().write() as session:
            use_case(session)
    except (RequestNotFound, RecordNotFound):
        raise
    except RegistryError as error:
        return case_page(request_id, forms, refusal=refusals.sentence(error), status=refusals.status_of(error))
    flash(plain(done), "success")
    return redirect(url_for("staff.case", request_id=request_id), 303)
