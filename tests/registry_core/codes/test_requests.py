"""A request for another code: every step, who may take it, and what it leaves behind."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry_core.codes import (
    CardOutcome,
    DeclineReason,
    DocumentKind,
    RequestStatus,
    SlipStep,
    answer_question,
    approve_code_change,
    ask_resident,
    decline_code_change,
    designate_codes,
    erase_resident,
    find_reference,
    lapse_requests,
    open_request,
    pool_level,
    queue,
    record_card,
    record_slip,
    release_request,
    request_of,
    request_status,
    requests_of,
    reveal_code,
    slip_content,
    take_request,
    withdraw_request,
)
from registry_core.outbox import OutboxKind, take_due
from registry_core.register import correct_record, link_staff_to_record, look_at_record
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import (
    AlreadyRecorded,
    CodeInUse,
    CodeNotYetHandedOver,
    DayOutOfRange,
    DifferencesNotAccepted,
    IdentityNotChecked,
    InvalidItem,
    MissingItem,
    NoQuestion,
    NotPermitted,
    OpenRequestExists,
    OwnHousehold,
    PoolEmpty,
    QuestionOpen,
    ReasonNeeded,
    RecordErased,
    RecordNotFound,
    RequestAlreadyDecided,
    RequestNotFound,
    SamePerson,
    TakenByAnother,
)
from tests.conftest import Register
from tests.registry_core.people import (
    ADMINISTRATOR,
    CITY,
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    actions,
    ask,
    check,
    code,
    designate,
    enter,
    later,
    resident,
    staff,
)


@pytest.fixture
def asked(register: Register):
    """A register with a pool of three, one resident, and her request."""
    with register.write() as session:
        her = enter(session)
        pool = designate(session)
        request = ask(session, her, email="her@example.org")
    return register, her, request, pool


def approve(session, request_id, by=SECOND, at=NOW):
    return approve_code_change(session, request_id=request_id, actor=by, at=at)


def her_code(session, her):
    return look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=LegalPurpose.CODE_CHANGE).code


def approved(register: Register, request) -> None:
    with register.write() as session:
        check(session, request.id)
        approve(session, request.id)


def test_an_approval_changes_everything_in_one_transaction(asked) -> None:
    register, her, request, pool = asked
    with register.write() as session:
        old = her_code(session, her)
        check(session, request.id)
        changed = approve(session, request.id)
        new = her_code(session, her)
        assert new != old
        assert new in pool
        assert changed.record_version == 2
        assert pool_level(session, municipality_code=CITY).left == 2
        kinds = {kind: take_due(session, kinds=[kind], at=NOW, lease=timedelta(0)) for kind in OutboxKind}
        assert {kind.value: len(items) for kind, items in kinds.items()} == {"mail": 2, "slip": 1, "change-notice": 1}
        notice = kinds[OutboxKind.CHANGE_NOTICE][0].payload
        assert notice["previous_assignment"] != notice["assignment"]
        assert "code-change.approved" in actions(session, her)
        view = request_of(session, reference=request.reference, record_id=her, actor=resident(her), at=NOW)
    assert (view.status, view.decided_by_name) == (RequestStatus.APPROVED, "SUZUKI")
    assert [event.kind for event in view.events] == ["submitted", "identity-checked", "approved"]


def test_the_checker_does_not_approve_whatever_the_account_or_role(asked) -> None:
    register, _, request, _ = asked
    with register.write() as session:
        check(session, request.id, by=CLERK)
    for same in (CLERK, staff("sato", account="other"), staff("sato", Role.SUPERVISOR, account="boss")):
        with pytest.raises(SamePerson), register.write() as session:
            approve(session, request.id, by=same)


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.CLERK, Role.SUPERVISOR}])
def test_only_clerks_and_supervisors_work_on_requests(asked, role: Role) -> None:
    register, _, request, _ = asked
    for step in (check, approve):
        with pytest.raises(NotPermitted), register.write() as session:
            step(session, request.id, by=staff("x", role))


def test_nothing_is_approved_before_a_document_is_shown(asked) -> None:
    register, her, request, _ = asked
    with pytest.raises(IdentityNotChecked), register.write() as session:
        approve(session, request.id)
    with register.write() as session:
        assert actions(session, her) == ["code-change.requested", "record.entered"]


def test_the_database_refuses_an_approval_by_one_person_too(asked) -> None:
    register, *_ = asked
    with pytest.raises(IntegrityError), register.write() as session:
        session.execute(text("UPDATE code_change_request SET status = 'approved'"))


def test_an_empty_pool_leaves_the_request_open_and_writes_nothing(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        request = ask(session, her)
        check(session, request.id)
        before = actions(session)
    with pytest.raises(PoolEmpty), register.write() as session:
        approve(session, request.id)
    with register.write() as session:
        assert actions(session) == before
        assert requests_of(session, record_id=her)[0].status is RequestStatus.IDENTITY_CHECKED


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
        assert find_reference(session, municipality_code=CITY, reference=f"{typed[:4]}-{typed[4:8]} {typed[8:]}")
        assert find_reference(session, municipality_code="074829", reference=request.reference) is None


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


def test_a_changed_record_is_shown_and_accepted_at_the_counter(asked) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        move(session, her, "緑が丘市東町2丁目2番")
        _, _, differences = open_request(session, request_id=request.id, actor=CLERK, at=NOW)
        assert [(d.item, d.now) for d in differences] == [("address", "緑が丘市東町2丁目2番")]
    with pytest.raises(DifferencesNotAccepted), register.write() as session:
        check(session, request.id)
    with register.write() as session:
        check(session, request.id, differences_accepted=True)
        assert open_request(session, request_id=request.id, actor=SECOND, at=NOW)[2] == []
        approve(session, request.id)


def test_a_change_after_the_check_stops_the_approval(asked) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        check(session, request.id)
        move(session, her, "緑が丘市西町3丁目")
    with pytest.raises(DifferencesNotAccepted), register.write() as session:
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


def test_the_last_resort_document_needs_its_reason(asked) -> None:
    register, _, request, _ = asked
    for empty in (None, "", "  "):
        with pytest.raises(ReasonNeeded), register.write() as session:
            check(session, request.id, kind=DocumentKind.LAST_RESORT, last_resort_reason=empty)
    with register.write() as session:
        check(session, request.id, kind=DocumentKind.LAST_RESORT, last_resort_reason="lost in a fire")
        identity = open_request(session, request_id=request.id, actor=SECOND, at=NOW)[0].identity
    assert (identity.kind, identity.last_resort_reason) == (DocumentKind.LAST_RESORT, "lost in a fire")


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_a_request_is_declined_for_one_of_three_reasons(asked, reason: DeclineReason) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        old = her_code(session, her)
        decline_code_change(session, request_id=request.id, reason=reason, actor=CLERK, at=NOW)
        assert her_code(session, her) == old
    with pytest.raises(RequestAlreadyDecided) as refused, register.write() as session:
        approve(session, request.id)
    assert (refused.value.facts["status"], refused.value.facts["by"]) == ("declined", "SATO")


def test_the_loser_is_told_who_decided_and_when(asked) -> None:
    register, _, request, _ = asked
    approved(register, request)
    with pytest.raises(RequestAlreadyDecided) as refused, register.write() as session:
        approve(session, request.id, by=SUPERVISOR, at=later(minutes=1))
    assert refused.value.facts == {"status": "approved", "by": "SUZUKI", "at": NOW}


def test_a_question_waits_for_its_answer(asked) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        ask_resident(session, request_id=request.id, phrase="other", text="どの書類ですか", actor=CLERK, at=NOW)
    for step in (lambda s: check(s, request.id), lambda s: again(s, request)):
        with pytest.raises(QuestionOpen), register.write() as session:
            step(session)
    with pytest.raises(MissingItem), register.write() as session:
        answer_question(session, request_id=request.id, text="  ", actor=resident(her), at=NOW)
    with register.write() as session:
        answer_question(session, request_id=request.id, text="Thẻ cư trú", actor=resident(her), at=later(hours=1))
        view = requests_of(session, record_id=her)[0]
    assert (view.status, view.question, view.questions[0].answer) == (RequestStatus.SUBMITTED, None, "Thẻ cư trú")
    with pytest.raises(NoQuestion), register.write() as session:
        answer_question(session, request_id=request.id, text="x", actor=resident(her), at=NOW)


def again(session, request):
    ask_resident(session, request_id=request.id, phrase="call-us", text="", actor=SECOND, at=NOW)


@pytest.mark.parametrize(("phrase", "words"), [("anything", ""), ("other", ""), ("", "x")])
def test_questions_come_from_the_phrase_book(asked, phrase: str, words: str) -> None:
    register, _, request, _ = asked
    with pytest.raises(InvalidItem), register.write() as session:
        ask_resident(session, request_id=request.id, phrase=phrase, text=words, actor=CLERK, at=NOW)


def test_a_question_after_the_check_goes_back_to_the_second_person(asked) -> None:
    register, her, request, _ = asked
    with register.write() as session:
        check(session, request.id)
        again(session, request)
        answer_question(session, request_id=request.id, text="ok", actor=resident(her), at=NOW)
        assert requests_of(session, record_id=her)[0].status is RequestStatus.IDENTITY_CHECKED


def test_what_one_has_taken_another_does_not_work_on(asked) -> None:
    register, _, request, _ = asked
    with register.write() as session:
        take_request(session, request_id=request.id, actor=CLERK, at=NOW)
    for step in (
        lambda s: take_request(s, request_id=request.id, actor=SECOND, at=NOW),
        lambda s: check(s, request.id, by=SECOND),
        lambda s: release_request(s, request_id=request.id, actor=SECOND, at=NOW),
    ):
        with pytest.raises(TakenByAnother) as refused, register.write() as session:
            step(session)
        assert refused.value.facts == {"by": "SATO", "at": NOW}
    with register.write() as session:
        release_request(session, request_id=request.id, actor=SUPERVISOR, at=NOW)
        take_request(session, request_id=request.id, actor=SECOND, at=NOW)


def test_staff_do_not_touch_requests_of_their_household(register: Register) -> None:
    with register.write() as session:
        own, her = enter(session, household_number="9"), enter(session, household_number="9")
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=ADMINISTRATOR, at=NOW)
        request = ask(session, her)
    for step in (
        lambda s: open_request(s, request_id=request.id, actor=CLERK, at=NOW),
        lambda s: take_request(s, request_id=request.id, actor=CLERK, at=NOW),
        lambda s: check(s, request.id),
        lambda s: approve(s, request.id, by=CLERK),
        lambda s: decline_code_change(
            s, request_id=request.id, reason=DeclineReason.NOT_THE_PERSON, actor=CLERK, at=NOW
        ),
    ):
        with pytest.raises(OwnHousehold), register.write() as session:
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


def test_codes_are_taken_in_the_order_shuffled_when_loaded(register: Register) -> None:
    codes = [code() for _ in range(30)]
    with register.write() as session:
        designate_codes(session, codes=codes, batch="b", actor=SYSTEM, at=NOW, rng=random.Random(5))
        people = [enter(session) for _ in range(4)]
        for her in people:
            request = ask(session, her)
            check(session, request.id)
            approve(session, request.id)
        taken = [her_code(session, her) for her in people]
    expected = list(codes)
    random.Random(5).shuffle(expected)
    assert taken == expected[:4]


def test_a_batch_with_a_used_or_repeated_code_is_refused_whole(register: Register) -> None:
    used, fresh = code(), code()
    with register.write() as session:
        enter(session, its_code=used)
    for batch in ([fresh, used], [fresh, fresh]):
        with pytest.raises(CodeInUse), register.write() as session:
            designate_codes(session, codes=batch, batch="b", actor=SYSTEM, at=NOW, rng=random.Random(1))
    with register.write() as session:
        assert pool_level(session, municipality_code=CITY).left == 0


def test_a_designated_code_that_somebody_was_entered_with_is_burned_and_the_next_is_taken(register: Register) -> None:
    with register.write() as session:
        codes = designate(session, 3)
        random.Random(5).shuffle(codes)
        enter(session, its_code=codes[0])
        her = enter(session)
        request = ask(session, her)
        check(session, request.id)
        approve(session, request.id)
        assert her_code(session, her) == codes[1]
        assert pool_level(session, municipality_code=CITY).left == 1


def test_a_low_pool_is_said(register: Register) -> None:
    with register.write() as session:
        designate(session, 49)
        assert pool_level(session, municipality_code=CITY) == pool(49, low=True)
        designate(session, 1)
        assert pool_level(session, municipality_code=CITY) == pool(50, low=False)


def pool(left: int, *, low: bool):
    from registry_core.codes import PoolLevel

    return PoolLevel(left=left, low=low)


def test_the_queue_shows_each_request_in_its_view_and_no_person(asked) -> None:
    register, her, request, _ = asked

    def counts(person: str = CLERK.person) -> dict[str, int]:
        with register.write() as session:
            return queue(session, municipality_code=CITY, view="new", person=person).counts

    empty = dict.fromkeys(("new", "mine", "others", "resident", "second", "follow-up", "done"), 0)
    assert counts() == empty | {"new": 1}
    with register.write() as session:
        take_request(session, request_id=request.id, actor=CLERK, at=NOW)
    assert counts() == empty | {"mine": 1}
    assert counts("staff-of-another-desk") == empty | {"others": 1}
    with register.write() as session:
        ask_resident(session, request_id=request.id, phrase="call-us", text="", actor=CLERK, at=NOW)
    assert counts() == empty | {"resident": 1}
    with register.write() as session:
        answer_question(session, request_id=request.id, text="ok", actor=resident(her), at=NOW)
    approved(register, request)
    assert counts() == empty | {"follow-up": 1, "done": 1}
    with register.write() as session:
        page = queue(session, municipality_code=CITY, view="done", person=CLERK.person, text=request.reference[2:8])
        assert [item.reference for item in page.items] == [request.reference]
        assert "NGUYEN" not in repr(page)


def test_notices_go_to_the_verified_address_and_say_no_more_than_news(asked) -> None:
    register, _, request, _ = asked
    approved(register, request)
    with register.write() as session:
        mails = take_due(session, kinds=[OutboxKind.MAIL], at=NOW, lease=timedelta(0))
    assert [mail.payload for mail in mails] == [{"template": "news", "to": "her@example.org", "language": "vi"}] * 2
