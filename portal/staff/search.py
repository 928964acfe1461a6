"""Finding a resident: two items at least, twenty hits at most, a purpose for each search; every hit is in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.case_page import UNPROCESSABLE
from portal.staff.desk import blueprint
from portal.staff.moment_form import MomentForm
from portal.staff.record_items import rows_of_record
from portal.staff.record_page import record_page
from portal.staff.search_form import ResidentSearchForm
from portal.web.rate_limits import TooManyTries, take_a_try
from registry_core.register import RecordHit, RecordQuery, search_records
from registry_core.values import Actor, LegalPurpose
from registry_core.values.errors import RegistryError

#: What a search at the counter may be for; corrections are opened from their list.
PURPOSES = (LegalPurpose.SIGN_IN_LINK, LegalPurpose.COUNTER_SERVICE)
#: The core stops here; the page says so.
MOST_SHOWN = 20
#: Searches by code of one person: nobody finds out whose codes there are by trying.
CODE_TRIES, CODE_MINUTES = 30, 15


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
    return record_page(
        record_id, "staff/resident.html", LegalPurpose.COUNTER_SERVICE, rows_of=rows_of_record, form=MomentForm()
    )


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
        address=form.address.data or None,
        card_number=form.card_number.data or None,
        code=form.resident_record_code.data,
    )
    if query.code and not take_a_try("search-by-code", actor.person, tries=CODE_TRIES, minutes=CODE_MINUTES):
        words = _s("You have searched by code very often. Wait 15 minutes, or search by name.")
        return None, words, TooManyTries.code or UNPROCESSABLE
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
    found = Found(
        hits=[hit for hit in hits if not hit.own_household],
        own_household=any(hit.own_household for hit in hits),
        is_full=len(hits) >= MOST_SHOWN,
    )
    return found, "", 200
