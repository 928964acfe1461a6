"""Finding a resident: two items at least, twenty hits at most, a purpose for each search; every hit is in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.case_page import not_yours
from portal.staff.desk import blueprint
from portal.staff.record_items import rows_of_record
from portal.staff.search_form import ResidentSearchForm
from registry_core.register import RecordHit, RecordQuery, look_at_record, search_records
from registry_core.values import Actor, LegalPurpose, Role
from registry_core.values.errors import OwnHousehold, ProtectedRecord, RecordNotFound, RegistryError

#: What a search at the counter may be for; corrections are opened from their list.
PURPOSES = (LegalPurpose.SIGN_IN_LINK, LegalPurpose.COUNTER_SERVICE)
#: The core stops here; the page says so.
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What a search page shows: hits to open, and whether one is of the searcher's own household."""

    hits: list[RecordHit]
    own_household: bool
    is_full: bool


@blueprint.route("/search", methods=["GET", "POST"])
@staff_only(*desk.CASE_WORKERS)
def search() -> ResponseReturnValue:
    """Ask for the person, and show who was found."""
    chosen = words.purposes()
    form = ResidentSearchForm(purposes={purpose.value: chosen[purpose.value] for purpose in PURPOSES})
    return search_page(form, "staff/search.html", open_link=link_to_open)


@blueprint.get("/residents/<uuid:record_id>")
@staff_only(*desk.CASE_WORKERS)
def resident(record_id: UUID) -> ResponseReturnValue:
    """Show one record, to serve its resident at the counter."""
    actor = current_actor()
    try:
        with registry().write() as session:
            record = look_at_record(
                session,
                record_id=record_id,
                actor=actor,
                at=registry().now(),
                purpose=LegalPurpose.COUNTER_SERVICE,
            )
    except RecordNotFound:
        abort(404)
    except (OwnHousehold, ProtectedRecord) as error:
        return not_yours(error)
    return render_template("staff/resident.html", record=record, rows=rows_of_record(record, actor))


def link_to_open(hit: RecordHit, form: ResidentSearchForm) -> str:
    """Where a hit leads for the purpose of the search."""
    if form.purpose.data == LegalPurpose.SIGN_IN_LINK:
        return url_for("staff.pin", record_id=hit.id)
    return url_for("staff.resident", record_id=hit.id)


def search_page(
    form: ResidentSearchForm, template: str, *, open_link: Callable[[RecordHit, ResidentSearchForm], str]
) -> ResponseReturnValue:
    """Make a search page: the form, after a valid post also the hits with their links."""
    found, refusal, status = None, "", 200
    if request.method == "POST" and not form.is_language_switch():
        if form.validate_on_submit():
            found, refusal, status = hits_for(form, current_actor())
        else:
            status = 422
    page = render_template(
        template,
        form=form,
        found=found,
        refusal=refusal,
        links=[open_link(hit, form) for hit in found.hits] if found else [],
    )
    return page, status


def hits_for(form: ResidentSearchForm, actor: Actor) -> tuple[Found | None, str, int]:
    """Search in one transaction, which holds the entry of every hit."""
    query = RecordQuery(
        name=form.name.data or None,
        birth_date=form.birth_date.data,
        card_number=form.card_number.data or None,
    )
    try:
        with registry().write() as session:
            hits = search_records(
                session,
                query=query,
                actor=actor,
                at=registry().now(),
                purpose=LegalPurpose(form.purpose.data),
            )
    except RegistryError as error:
        return None, refusals.sentence(error), refusals.status_of(error)
    return shown_to(hits, actor), "", 200


def shown_to(hits: list[RecordHit], actor: Actor) -> Found:
    """Drop what this person may not see: a protected person looks to a clerk exactly like nobody."""
    visible = [hit for hit in hits if actor.role is Role.SUPERVISOR or not hit.protected]
    return Found(
        hits=[hit for hit in visible if not hit.own_household],
        own_household=any(hit.own_household for hit in visible),
        is_full=len(hits) >= MOST_SHOWN,
    )
