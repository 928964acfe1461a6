"""My record: the items of FAQ Q4 and their changes, each look written to the ledger; the whole code for thirty seconds."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, current_record_id, resident_only, step_up_required
from portal.registry import registry
from portal.resident.corrections import case_words
from portal.resident.face import blueprint, is_signed_in_afresh
from portal.resident.record_items import ITEM_TERMS, changes_of, hides_address, items_of
from portal.web.forms import PortalForm
from registry_core.codes import reveal_code
from registry_core.register import cases_of, latest_confirmation, look_at_record, record_history
from registry_core.values.errors import CodeNotYetHandedOver
from registry_core.values.legal_purpose import LegalPurpose

#: How long the whole code stays on the screen, in seconds (design rule 8).
SHOWN_FOR = 30


@blueprint.get("/<lang:lang>/record")
@resident_only
def record() -> ResponseReturnValue:
    """Show one's own record, the code masked."""
    record_id, actor, at = current_record_id(), current_actor(), registry().now()
    with registry().write() as session:
        seen = look_at_record(session, record_id=record_id, actor=actor, at=at, purpose=LegalPurpose.OWN_RECORD)
        history = record_history(session, record_id=record_id, actor=actor, at=at, purpose=LegalPurpose.OWN_RECORD)
        confirmed = latest_confirmation(session, record_id=record_id)
        cases = cases_of(session, record_id=record_id)
    return render_template(
        "resident/record.html",
        items=items_of(seen),
        printed_name=seen.names.printed if seen.names.printed != seen.names.main else "",
        changes=changes_of(seen, history),
        record_version=seen.version,
        confirmed=confirmed,
        cases=cases,
        case_words=case_words,
        terms=ITEM_TERMS,
        seconds=SHOWN_FOR,
        address_is_hidden=hides_address(seen),
        signed_in_afresh=is_signed_in_afresh(),
        reveal_allowed=registry().config.reveal_code_allowed,
    )


@blueprint.get("/<lang:lang>/record/code")
@resident_only
@step_up_required
def whole_code_ask() -> ResponseReturnValue:
    """Say what showing the whole code means, before it is shown; here the step-up brings the person back to."""
    return _asked()


@blueprint.post("/<lang:lang>/record/code")
@resident_only
@step_up_required
def whole_code() -> ResponseReturnValue:
    """Show the whole code for thirty seconds, once; the browser goes on to the masked page by itself."""
    form = PortalForm()
    if form.is_language_switch() or not form.validate_on_submit() or not registry().config.reveal_code_allowed:
        return _asked()
    try:
        with registry().write() as session:
            code = reveal_code(session, record_id=current_record_id(), actor=current_actor(), at=registry().now())
    except CodeNotYetHandedOver:
        return render_template("resident/code_not_yet.html"), 409
    answer = make_response(render_template("resident/whole_code.html", code=code.reveal(), seconds=SHOWN_FOR))
    answer.headers["Refresh"] = f"{SHOWN_FOR}; url={url_for('resident.record')}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _asked() -> ResponseReturnValue:
    return render_template(
        "resident/whole_code_ask.html",
        form=PortalForm(),
        seconds=SHOWN_FOR,
        reveal_allowed=registry().config.reveal_code_allowed,
    )
