"""The resident's side of a request: asking, following, answering, withdrawing; and what ends it by itself."""

from datetime import date, timedelta

import pytest

from registry_core.codes import (
    RequestStatus,
    answer_question,
    erase_resident,
    find_reference,
    lapse_requests,
    open_request,
    request_of,
    request_status,
    requests_of,
    withdraw_request,
)
from registry_core.outbox import OutboxKind, take_due
from registry_core.values import ChangeReason, RegisterDate
from registry_core.values.errors import (
    OpenRequestExists,
    RecordErased,
    RecordNotFound,
    RequestNotFound,
)
from tests.conftest import Register
from tests.registry_core.codes.steps import approved
from tests.registry_core.people import (
    CLERK,
    NOW,
    SYSTEM,
    TODAY,
    actions,
    ask,
    enter,
    later,
    resident,
    staff,
)


def test_two_taps_send_once(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        assert ask(session, her, key="a").id == ask(session, her, key="a").id


def test_one_open_request_a_person(asked) -> None:
    register, her, request, _ = asked
    with pytest.raises(OpenRequestExists) as refused, register.write() as session:
        ask(session, her, key="another")
    assert refused.value.facts == {"reference": request.reference}
    with register.write() as session:
        withdraw_request(session, request_id=request.id, actor=resident(her), at=NOW)
        assert ask(session, her, key="another").reference != request.reference


def test_nobody_asks_for_another(asked) -> None:
    register, her, _, _ = asked
    from registry_core.codes import request_code_change

    with register.write() as session:
        other = enter(session)
    with pytest.raises(RecordNotFound), register.write() as session:
        request_code_change(
            session, record_id=her, language="vi", email=None, idempotency_key="x", actor=resident(other), at=NOW
        )


def test_a_reference_is_crockford_and_typed_loosely(asked) -> None:
    register, _, request, _ = asked
    assert len(request.reference) == 12
    with register.write() as session:
        typed = request.reference.lower().replace("0", "o").replace("1", "l")
        assert find_reference(session, reference=f"{typed[:4]}-{typed[4:8]} {typed[8:]}", actor=CLERK)
        assert find_reference(session, reference=request.reference, actor=staff("x", city="074829")) is None


def test_without_sign_in_reference_and_birth_date_tell_the_status_alone(asked) -> None:
    register, her, request, _ = asked
    born = RegisterDate.parse("1990-02-28")
    with register.write() as session:
        status = request_status(session, reference=request.reference, birth_date=born, actor=SYSTEM, at=NOW)
        assert status.status is RequestStatus.SUBMITTED
        assert not hasattr(status, "snapshot")
        assert "code-change.followed" in actions(session, her)
    for reference, day in ((request.reference, "1990-03-01"), ("0" * 12, "1990-02-28"), ("", "1990-02-28")):
        with pytest.raises(RequestNotFound), register.write() as session:
            request_status(session, reference=reference, birth_date=RegisterDate.parse(day), actor=SYSTEM, at=NOW)


def test_other_peoples_requests_are_absent(asked) -> None:
    register, _, request, _ = asked
    with register.write() as session:
        other = enter(session)
    for step in (
        lambda s: request_of(s, reference=request.reference, record_id=other, actor=resident(other), at=NOW),
        lambda s: withdraw_request(s, request_id=request.id, actor=resident(other), at=NOW),
        lambda s: answer_question(s, request_id=request.id, text="x", actor=resident(other), at=NOW),
        lambda s: open_request(s, request_id=request.id, actor=staff("far", city="074829"), at=NOW),
    ):
        with pytest.raises(RequestNotFound), register.write() as session:
            step(session)


def test_requests_lapse_after_their_last_day_in_japan(asked) -> None:
    register, her, request, _ = asked
    assert request.lapses_on == date(2027, 1, 22)
    last_evening = NOW.replace(year=2027, month=1, day=22, hour=14, minute=59)
    with register.write() as session:
        assert lapse_requests(session, actor=SYSTEM, at=last_evening) == 0
        assert lapse_requests(session, actor=SYSTEM, at=last_evening + timedelta(minutes=2)) == 1
        assert requests_of(session, record_id=her)[0].status is RequestStatus.LAPSED
        assert lapse_requests(session, actor=SYSTEM, at=later(days=100)) == 0


def test_erasing_the_record_closes_its_request(asked) -> None:
    register, her, *_ = asked
    with register.write() as session:
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        assert requests_of(session, record_id=her)[0].status is RequestStatus.CLOSED
    with pytest.raises(RecordErased), register.write() as session:
        ask(session, her, key="new")


def test_notices_go_to_the_verified_address_and_say_no_more_than_news(asked) -> None:
    register, _, request, _ = asked
    approved(register, request)
    with register.write() as session:
        mails = take_due(session, kinds=[OutboxKind.MAIL], at=NOW, lease=timedelta(0))
    assert [mail.payload for mail in mails] == [{"template": "news", "to": "her@example.org", "language": "vi"}] * 2
