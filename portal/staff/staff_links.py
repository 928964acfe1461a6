"""An administrator says which record is a colleague's own, so that the core keeps that household from them."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, refusals
from portal.staff.desk import blueprint
from portal.staff.forms import LinkForm
from portal.staff.record_page import record_page
from portal.staff.search import search_page
from portal.staff.search_form import ResidentSearchForm
from registry_core.register import RecordHit, hide_known_codes, link_staff_to_record
from registry_core.values import LegalPurpose
from registry_core.values.errors import InvalidItem, RecordNotFound, RegistryError


@blueprint.route("/links", methods=["GET", "POST"])
@staff_only(*desk.ADMINISTRATORS)
def links() -> ResponseReturnValue:
    """Find the record of a member of staff."""
    form = ResidentSearchForm(purposes={LegalPurpose.STAFF_LINK.value: _s("To link staff to their own record")})
    return search_page(form, "staff/links.html", open_link=link_to_record)


@blueprint.get("/links/<uuid:record_id>")
@staff_only(*desk.ADMINISTRATORS)
def link(record_id: UUID) -> ResponseReturnValue:
    """Ask whose record this is."""
    return link_page(record_id, LinkForm())


@blueprint.post("/links/<uuid:record_id>")
@staff_only(*desk.ADMINISTRATORS)
def link_person(record_id: UUID) -> ResponseReturnValue:
    """Link the person to the record; a later link replaces it."""
    form = LinkForm()
    if form.is_language_switch():
        return link_page(record_id, form)
    if not form.validate_on_submit():
        return link_page(record_id, form, status=422)
    try:
        with registry().write() as session:
            # The identifier goes into the ledger, where a code typed by mistake would stand for ever.
            if hide_known_codes(session, text=form.person.data) != form.person.data:
                raise InvalidItem(item="person")
            link_staff_to_record(
                session, person=form.person.data, record_id=record_id, actor=current_actor(), at=registry().now()
            )
    except RecordNotFound:
        raise
    except RegistryError as error:
        return link_page(record_id, form, refusal=refusals.sentence(error), status=refusals.status_of(error))
    flash(plain(_s("The record is linked. This person can no longer open it, nor its household's.")), "success")
    return redirect(url_for("staff.links"), 303)


def link_to_record(hit: RecordHit, _form: ResidentSearchForm) -> str:
    """Where a hit leads: to the page that links it."""
    return url_for("staff.link", record_id=hit.id)


def link_page(record_id: UUID, form: LinkForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """Name and birth date only, and whose record this is."""
    return record_page(record_id, "staff/link.html", LegalPurpose.STAFF_LINK, status=status, form=form, refusal=refusal)
