"""What I said is wrong with my record: one case with its steps and its outcome."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, resident_only
from portal.i18n.formats import JAPAN
from portal.i18n.gettext import _, official
from portal.registry import registry
from portal.resident.face import blueprint
from portal.resident.record_items import ITEM_TERMS
from portal.resident.timeline import Moment
from registry_core.register import CaseDeclined, CaseOutcome, CorrectionCase, case_of


@blueprint.get("/<lang:lang>/record/corrections/<uuid:case_id>")
@resident_only
def correction(case_id: UUID) -> ResponseReturnValue:
    """What has happened with one case, what comes next, and what to bring."""
    with registry().write() as session:
        case = case_of(session, case_id=case_id, actor=current_actor(), at=registry().now())
    return render_template(
        "resident/correction.html",
        case=case,
        term=ITEM_TERMS[case.item],
        moments=moments_of(case),
        why=why_not(case.decline_reason) if case.decline_reason else "",
    )


def case_words(case: CorrectionCase) -> str:
    """Where the case stands, in one sentence."""
    words = {
        None: _("The city looks into it."),
        CaseOutcome.CORRECTED: _("Corrected."),
        CaseOutcome.DECLINED: _("Nothing was corrected."),
        CaseOutcome.ASK_IMMIGRATION: _(
            "Please ask the Immigration Services Agency first; the city then corrects the record to match your residence card."
        ),
        CaseOutcome.NEW_CODE: _("The city gives you another code."),
        CaseOutcome.CLOSED: _("Ended, because your record here was closed."),
    }
    return words[case.outcome]


def why_not(reason: CaseDeclined) -> str:
    """Why nothing was corrected."""
    if reason is CaseDeclined.WAS_RIGHT:
        return _("The city found that the record is right.")
    return official(f"case-declined.{reason}")


def moments_of(case: CorrectionCase) -> list[Moment]:
    """What happened with it, and what comes next."""
    told = Moment(_("You told the city."), case.opened_at.astimezone(JAPAN).date(), "done")
    taken = case.taken_at.astimezone(JAPAN).date() if case.taken_at else None
    looks = Moment(_("The city looks into it."), taken, "now" if case.is_open else "done")
    if case.closed_at is None:
        return [told, looks, Moment(_("The city decides, and you see it here."), None, "next")]
    state = "done" if case.outcome in {CaseOutcome.CORRECTED, CaseOutcome.NEW_CODE} else "stopped"
    return [told, looks, Moment(case_words(case), case.closed_at.astimezone(JAPAN).date(), state)]
