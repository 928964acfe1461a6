"""After the approval: the slip, the My Number card, and when the new code may be shown."""

from datetime import date, timedelta

import pytest

from registry_core.codes import (
    CardOutcome,
    SlipStep,
    record_card,
    record_slip,
    requests_of,
    reveal_code,
    slip_content,
)
from registry_core.values.errors import (
    AlreadyRecorded,
    CodeNotYetHandedOver,
    DayOutOfRange,
    NotPermitted,
    RequestNotFound,
)
from tests.registry_core.codes.steps import approved, her_code
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SUPERVISOR,
    TODAY,
    actions,
    later,
    resident,
)


def test_slip_and_card_get_their_days(asked) -> None:
    register, her, request, _ = asked
    approved(register, request)
    with register.write() as session:
        for step in (SlipStep.PRINTED, SlipStep.POSTED):
            record_slip(session, request_id=request.id, step=step, on=TODAY, actor=CLERK, at=later(days=1))
        record_card(
            session,
            request_id=request.id,
            outcome=CardOutcome.RETURNED_LATER,
            note="",
            on=TODAY,
            actor=CLERK,
            at=later(days=1),
        )
        record_card(
            session,
            request_id=request.id,
            outcome=CardOutcome.RETURNED,
            note="",
            on=TODAY + timedelta(days=1),
            actor=CLERK,
            at=later(days=1),
        )
        view = requests_of(session, record_id=her)[0]
    kinds = [event.kind for event in view.events]
    assert kinds[3:] == ["slip-printed", "slip-posted", "card-returned"]
    with pytest.raises(AlreadyRecorded), register.write() as session:
        record_slip(session, request_id=request.id, step=SlipStep.POSTED, on=TODAY, actor=CLERK, at=later(days=1))


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 25), date.min, date.max])
def test_days_before_the_approval_and_in_the_future_are_refused(asked, day: date) -> None:
    register, _, request, _ = asked
    approved(register, request)
    with pytest.raises(DayOutOfRange), register.write() as session:
        record_slip(session, request_id=request.id, step=SlipStep.PRINTED, on=day, actor=CLERK, at=later(days=1))


def test_a_slip_exists_only_after_the_approval(asked) -> None:
    register, _, request, _ = asked
    with pytest.raises(RequestNotFound), register.write() as session:
        slip_content(session, request_id=request.id, actor=CLERK, at=NOW)
    approved(register, request)
    with register.write() as session:
        slip = slip_content(session, request_id=request.id, actor=CLERK, at=NOW)
        assert slip.code == her_code(session, request.record_id)
        assert "slip.opened" in actions(session, request.record_id)


def test_a_new_code_is_shown_whole_only_when_its_slip_has_left(asked) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        assert reveal_code(session, record_id=her, actor=resident(her), at=NOW) == her_code(session, her)
    approved(register, request)
    with pytest.raises(CodeNotYetHandedOver), register.write() as session:
        reveal_code(session, record_id=her, actor=resident(her), at=NOW)
    with register.write() as session:
        record_slip(session, request_id=request.id, step=SlipStep.POSTED, on=TODAY, actor=CLERK, at=NOW)
        reveal_code(session, record_id=her, actor=resident(her), at=NOW)
        assert actions(session, her).count("code.shown-whole") == 2


def test_staff_never_get_the_whole_code_on_a_page(asked) -> None:
    register, her, _, _ = asked
    for actor in (CLERK, SUPERVISOR, ADMINISTRATOR):
        with pytest.raises(NotPermitted), register.write() as session:
            reveal_code(session, record_id=her, actor=actor, at=NOW)
