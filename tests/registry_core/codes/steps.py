"""Steps of a request that several test modules walk, and the register they begin with."""

from registry_core.codes import (
    approve_code_change,
)
from registry_core.register import correct_record, look_at_record
from registry_core.values import ChangeReason, LegalPurpose
from tests.conftest import Register
from tests.registry_core.people import (
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    TODAY,
    check,
)


def approve(session, request_id, by=SECOND, at=NOW):
    return approve_code_change(session, request_id=request_id, actor=by, at=at)


def her_code(session, her):
    return look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=LegalPurpose.CODE_CHANGE).code


def approved(register: Register, request) -> None:
    with register.write() as session:
        check(session, request.id)
        approve(session, request.id)


def move(session, her, address):
    correct_record(
        session,
        record_id=her,
        changes={"address": address},
        reason=ChangeReason.MOVED_WITHIN,
        on=TODAY,
        actor=SUPERVISOR,
        at=NOW,
    )
