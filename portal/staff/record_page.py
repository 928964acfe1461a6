"""A page about one record of the register: looking at it is an entry of the ledger, for the purpose of the page."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor
from portal.registry import registry
from portal.staff.case_page import not_yours
from registry_core.register import look_at_record
from registry_core.values import LegalPurpose
from registry_core.values.errors import OwnHousehold


def record_page(
    record_id: UUID, template: str, purpose: LegalPurpose, /, *, status: int = 200, **parts: object
) -> ResponseReturnValue:
    """Look at the record in one transaction and make the page of it and `parts`; of the own household: that it is not theirs."""
    try:
        with registry().write() as session:
            record = look_at_record(
                session, record_id=record_id, actor=current_actor(), at=registry().now(), purpose=purpose
            )
    except OwnHousehold as error:
        return not_yours(error)
    return render_template(template, record=record, **parts), status
