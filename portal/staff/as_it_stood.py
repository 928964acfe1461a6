"""A record as it stood at a moment: the look is an entry of the ledger with that moment, as the look at a history is."""

from datetime import datetime
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.i18n.formats import format_day, format_instant
from portal.i18n.gettext import _s
from portal.registry import registry
from portal.staff import desk
from portal.staff.case_page import UNPROCESSABLE, not_yours
from portal.staff.desk import blueprint
from portal.staff.moment_form import MomentForm
from portal.staff.record_items import day_shown, rows_of_record
from portal.staff.record_page import record_page
from registry_core.register import record_at
from registry_core.values import LegalPurpose
from registry_core.values.errors import OwnHousehold

TEMPLATE = "staff/as_it_stood.html"


@blueprint.get("/residents/<uuid:record_id>/as-it-stood")
@staff_only(*desk.CASE_WORKERS)
def as_it_stood(record_id: UUID) -> ResponseReturnValue:
    """Show the record at the moment of the query; without one ask for it, of whom this member of staff may know alone."""
    form, now = MomentForm(), registry().now()
    if not form.validate():
        return record_page(
            record_id,
            TEMPLATE,
            LegalPurpose.COUNTER_SERVICE,
            status=UNPROCESSABLE,
            record_id=record_id,
            form=form,
            asked="",
            stood=None,
        )
    moment = form.moment(now)
    try:
        with registry().write() as session:
            stood = record_at(
                session,
                record_id=record_id,
                moment=moment,
                actor=current_actor(),
                at=now,
                purpose=LegalPurpose.COUNTER_SERVICE,
            )
    except OwnHousehold as error:
        return not_yours(error)
    return render_template(
        TEMPLATE,
        record=stood.record if stood else None,
        record_id=record_id,
        form=form,
        stood=stood,
        asked=_asked(form, moment, now),
        rows=rows_of_record(stood.record) if stood else [],
        changed_on=day_shown("changed_on", str(stood.on)) if stood else "",
    )


def _asked(form: MomentForm, moment: datetime, now: datetime) -> str:
    if form.time.data is None and moment < now:
        return _s("The record as it stood at the end of %(day)s", day=format_day(form.day.data))
    return _s("The record as it stood on %(time)s", time=format_instant(moment))
