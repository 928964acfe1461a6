"""My requests: the list, one request's timeline, its withdrawal, and the answer to a clerk's question.

Somebody else's reference and one that does not exist are answered alike: `request_of` knows only one's own.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from portal.auth.guards import current_actor, current_record_id, resident_only
from portal.i18n.gettext import _, _l
from portal.registry import registry
from portal.resident.corrections import case_words
from portal.resident.face import blueprint
from portal.resident.record_items import ITEM_TERMS
from portal.resident.references import reference_from
from portal.resident.timeline import moments_of, status_words
from portal.web.forms import MaxLength, PortalForm
from registry_core.codes import (
    CodeChangeRequestView,
    answer_question,
    reference_in_groups,
    request_of,
    requests_of,
    withdraw_request,
)
from registry_core.register import cases_of
from registry_core.values.errors import NoQuestion, RequestAlreadyDecided, RequestNotFound

LONGEST_ANSWER, HELD = 500, 1000


class AnswerForm(PortalForm):
    """The answer to a clerk's question, in any script."""

    text = TextAreaField(
        _l("Your answer"),
        description=_l("You may write in your own language. Do not write your resident record code."),
        validators=[InputRequired(_l("Write your answer.")), MaxLength(LONGEST_ANSWER, held=HELD)],
    )


def look_at_own(reference: str) -> CodeChangeRequestView:
    """One's own request by the reference in the address, after its ledger entry. Raises RequestNotFound for all else."""
    if reference_from(reference) != reference:
        raise RequestNotFound
    with registry().write() as session:
        return request_of(
            session,
            reference=reference,
            record_id=current_record_id(),
            actor=current_actor(),
            at=registry().now(),
        )


def own_request(reference: str) -> CodeChangeRequestView:
    """The same without showing anything, so without an entry: for a step of its own, which writes one."""
    with registry().read() as session:
        mine = requests_of(session, record_id=current_record_id())
    for each in mine:
        if each.reference == reference:
            return each
    raise RequestNotFound


def to_its_page(mine: CodeChangeRequestView) -> ResponseReturnValue:
    """What the city began itself was not sent, cannot be withdrawn, and has nothing to show at the counter."""
    return redirect(url_for("resident.request_page", reference=mine.reference), 303)


@blueprint.get("/<lang:lang>/requests", endpoint="requests")
@resident_only
def request_list() -> ResponseReturnValue:
    """Every request of mine, newest first, and what I said is wrong with my record."""
    with registry().read() as session:
        mine = requests_of(session, record_id=current_record_id())
        cases = cases_of(session, record_id=current_record_id())
    return render_template(
        "resident/requests/list.html",
        requests=mine,
        in_groups=reference_in_groups,
        status_words=status_words,
        cases=cases,
        case_words=case_words,
        terms=ITEM_TERMS,
    )


@blueprint.get("/<lang:lang>/requests/<reference>")
@resident_only
def request_page(reference: str) -> ResponseReturnValue:
    """What has happened with one request, and what comes next."""
    return _page(look_at_own(reference), AnswerForm())


@blueprint.get("/<lang:lang>/requests/<reference>/sent")
@resident_only
def request_sent(reference: str) -> ResponseReturnValue:
    """Another code, screen 5: the reference in large type, what comes next, what to bring."""
    mine = look_at_own(reference)
    if mine.ground.is_ex_officio:
        return to_its_page(mine)
    return render_template(
        "resident/code_change/sent.html", request_view=mine, reference_in_groups=reference_in_groups(mine.reference)
    )


@blueprint.route("/<lang:lang>/requests/<reference>/withdraw", methods=["GET", "POST"])
@resident_only
def request_withdraw(reference: str) -> ResponseReturnValue:
    """Take the request back while nobody has decided; asked once more before it is done."""
    mine = own_request(reference)
    if mine.ground.is_ex_officio:
        return to_its_page(mine)
    form = PortalForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return render_template(
            "resident/requests/withdraw.html", form=form, request_view=mine, in_groups=reference_in_groups
        )
    try:
        with registry().write() as session:
            withdraw_request(session, request_id=mine.id, actor=current_actor(), at=registry().now())
    except RequestAlreadyDecided:
        flash(_("This request has been decided meanwhile, so it cannot be withdrawn any more."), "warning")
    else:
        flash(_("Your request is withdrawn. Your code stays as it is."), "success")
    return redirect(url_for("resident.request_page", reference=reference), 303)


@blueprint.post("/<lang:lang>/requests/<reference>")
@resident_only
def request_answered(reference: str) -> ResponseReturnValue:
    """Answer the clerk's question."""
    mine = own_request(reference)
    form = AnswerForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return _page(look_at_own(reference), form)
    try:
        with registry().write() as session:
            answer_question(
                session, request_id=mine.id, text=form.text.data.strip(), actor=current_actor(), at=registry().now()
            )
    except (NoQuestion, RequestAlreadyDecided):
        flash(_("This question needs no answer any more."), "warning")
    else:
        flash(_("Thank you. The city has your answer."), "success")
    return redirect(url_for("resident.request_page", reference=reference), 303)


def _page(mine: CodeChangeRequestView, form: AnswerForm) -> ResponseReturnValue:
    return render_template(
        "resident/requests/page.html",
        request_view=mine,
        reference_in_groups=reference_in_groups(mine.reference),
        moments=moments_of(mine),
        status_words=status_words(mine.status, mine.ground),
        waits_for_answer=mine.question is not None and mine.status.is_open,
        form=form,
    ), (422 if form.errors else 200)
