"""At the counter: taking a request, the document shown, a record that changed, questions, the queue."""

import pytest

from registry_core.codes import (
    DeclineReason,
    DocumentKind,
    RequestStatus,
    answer_question,
    ask_resident,
    decline_code_change,
    open_request,
    queue,
    release_request,
    requests_of,
    take_request,
)
from registry_core.register import link_staff_to_record
from registry_core.values import Actor
from registry_core.values.errors import (
    DifferencesNotAccepted,
    InvalidItem,
    MissingItem,
    NoQuestion,
    OwnHousehold,
    QuestionOpen,
    ReasonNeeded,
    TakenByAnother,
)
from tests.conftest import Register
from tests.registry_core.codes.steps import approve, approved, move
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    ask,
    check,
    enter,
    later,
    resident,
    staff,
)


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


def test_the_last_resort_document_needs_its_reason(asked) -> None:
    register, _, request, _ = asked
    for empty in (None, "", "  "):
        with pytest.raises(ReasonNeeded), register.write() as session:
            check(session, request.id, kind=DocumentKind.LAST_RESORT, last_resort_reason=empty)
    with register.write() as session:
        check(session, request.id, kind=DocumentKind.LAST_RESORT, last_resort_reason="lost in a fire")
        identity = open_request(session, request_id=request.id, actor=SECOND, at=NOW)[0].identity
    assert (identity.kind, identity.last_resort_reason) == (DocumentKind.LAST_RESORT, "lost in a fire")


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


def test_the_queue_shows_each_request_in_its_view_and_no_person(asked) -> None:
    register, her, request, _ = asked

    def counts(actor: Actor = CLERK) -> dict[str, int]:
        with register.write() as session:
            return queue(session, view="new", actor=actor).counts

    empty = dict.fromkeys(("new", "mine", "others", "resident", "second", "follow-up", "done"), 0)
    assert counts() == empty | {"new": 1}
    with register.write() as session:
        take_request(session, request_id=request.id, actor=CLERK, at=NOW)
    assert counts() == empty | {"mine": 1}
    assert counts(staff("of-another-desk")) == empty | {"others": 1}
    with register.write() as session:
        ask_resident(session, request_id=request.id, phrase="call-us", text="", actor=CLERK, at=NOW)
    assert counts() == empty | {"resident": 1}
    with register.write() as session:
        answer_question(session, request_id=request.id, text="ok", actor=resident(her), at=NOW)
    approved(register, request)
    assert counts() == empty | {"follow-up": 1, "done": 1}
    with register.write() as session:
        page = queue(session, view="done", actor=CLERK, text=request.reference[2:8])
        assert [item.reference for item in page.items] == [request.reference]
        assert "NGUYEN" not in repr(page)
