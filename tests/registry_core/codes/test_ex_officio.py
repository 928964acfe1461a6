"""Another code that the city begins itself (Cabinet Order art. 30-2, 30-4): two persons, from the pool, a slip, the ledger."""

from uuid import uuid4

import pytest

from registry_core.codes import (
    AnsweredCase,
    CodeGround,
    DeclineReason,
    DocumentKind,
    RequestStatus,
    approve_code_change,
    ask_resident,
    begin_new_code,
    check_identity,
    decline_code_change,
    lapse_requests,
    queue,
    requests_of,
    slip_content,
    withdraw_request,
)
from registry_core.codes.change_request import CodeChangeRequest
from registry_core.outbox import OutboxKind, payload_of
from registry_core.register import (
    CaseOutcome,
    ItemAnswer,
    cases_of,
    confirm_record,
    correct_record,
    link_staff_to_record,
    look_at_record,
    record_history,
)
from registry_core.values import ChangeReason, LegalPurpose
from registry_core.values.errors import (
    InvalidItem,
    MissingItem,
    NotPermitted,
    OpenRequestExists,
    OwnHousehold,
    PoolEmpty,
    RecordNotFound,
    SamePerson,
    StaleRecord,
)
from tests.conftest import Register
from tests.invariants import broken_invariants
from tests.registry_core.people import (
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    actions,
    ask,
    code,
    designate,
    enter,
    later,
    resident,
)

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
PHONE = "090-1234-5678"  # no code: its check digit does not fit


def begin(session, her, **changes):
    values = {
        "ground": CodeGround.NOT_FOUND_OUT,
        "words": "The city of before was asked on the 20th; it knows no code.",
        "language": "vi",
        "answers": None,
        "actor": CLERK,
        "at": NOW,
    } | changes
    return begin_new_code(session, record_id=her, **values)


def says_the_code_is_wrong(session, her):
    confirm_record(
        session,
        record_id=her,
        record_version=1,
        answers={"code_held": ItemAnswer(False, "not_mine", "The slip says another.")},
        language="vi",
        actor=resident(her),
        at=NOW,
    )
    return cases_of(session, record_id=her)[0]


@pytest.mark.parametrize("ground", [CodeGround.NOT_FOUND_OUT, CodeGround.WRITTEN_WRONG])
def test_new_code_comes_from_the_pool_with_reason_slip_notice_and_entries(register: Register, ground) -> None:
    with register.write() as session:
        her = enter(session)
        pool = designate(session)
        before = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP).code
        begun = begin(session, her, ground=ground)
        assert (begun.status, begun.ground, [event.kind for event in begun.events]) == (
            RequestStatus.IDENTITY_CHECKED,
            ground,
            ["begun"],
        )
        approve_code_change(session, request_id=begun.id, actor=SECOND, at=later(minutes=1))
    with register.write() as session:
        now = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP).code
        assert now in pool
        assert now != before
        history = record_history(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        assert history[0].reason is ChangeReason.CODE_ENTERED_EX_OFFICIO
        notice = payload_of(session, kind=OutboxKind.CHANGE_NOTICE, dedupe_key=f"{her}:2").payload
        assert notice["reason"] == "code-entered-ex-officio"
        slip = slip_content(session, request_id=begun.id, actor=SYSTEM, at=NOW)
        assert (slip.ground, slip.code, slip.language) == (ground, now, "vi")
        assert {"code-change.begun", "code-change.approved"} <= set(actions(session, her))
        assert broken_invariants(session, ledger=False) == []


def test_who_began_does_not_approve(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        designate(session)
        begun = begin(session, her)
    with pytest.raises(SamePerson), register.write() as session:
        approve_code_change(session, request_id=begun.id, actor=CLERK, at=NOW)


def test_empty_pool_leaves_it_waiting(register: Register) -> None:
    with register.write() as session:
        begun = begin(session, enter(session))
    with pytest.raises(PoolEmpty), register.write() as session:
        approve_code_change(session, request_id=begun.id, actor=SECOND, at=NOW)
    with register.read() as session:
        assert [item.status for item in queue(session, view="second", actor=SECOND).items] == [
            RequestStatus.IDENTITY_CHECKED
        ]


def test_record_that_changed_meanwhile_is_no_hindrance(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        designate(session)
        begun = begin(session, her)
        changes = {"address": "緑が丘市東町1番"}
        moved = {"reason": ChangeReason.MOVED_WITHIN, "on": TODAY, "actor": CLERK, "at": NOW}
        correct_record(session, record_id=her, changes=changes, **moved)
        approve_code_change(session, request_id=begun.id, actor=SECOND, at=NOW)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ground": CodeGround.REQUEST}, InvalidItem),
        ({"words": " "}, MissingItem),
        ({"actor": SYSTEM}, NotPermitted),
    ],
)
def test_what_is_no_beginning_is_refused(register: Register, changes, refusal) -> None:
    with register.write() as session:
        her = enter(session)
    with pytest.raises(refusal), register.write() as session:
        begin(session, her, **changes)


def test_one_at_a_time_asked_for_or_not(register: Register) -> None:
    with register.write() as session:
        her, other = enter(session), enter(session)
        ask(session, her)
        begin(session, other)
        with pytest.raises(OpenRequestExists):
            begin(session, her)
        with pytest.raises(OpenRequestExists):
            ask(session, other)


def test_resident_sees_it_and_neither_withdraws_nor_is_asked(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        begun = begin(session, her)
        assert [each.ground for each in requests_of(session, record_id=her)] == [CodeGround.NOT_FOUND_OUT]
    steps = (
        lambda s: withdraw_request(s, request_id=begun.id, actor=resident(her), at=NOW),
        lambda s: ask_resident(s, request_id=begun.id, phrase="call-us", text="", actor=CLERK, at=NOW),
        lambda s: check_identity(
            s,
            request_id=begun.id,
            kind=DocumentKind.RESIDENCE_CARD,
            last_resort_reason=None,
            differences_accepted=False,
            actor=SECOND,
            at=NOW,
        ),
    )
    for step in steps:
        with pytest.raises(NotPermitted), register.write() as session:
            step(session)


def test_it_ends_when_the_code_is_known_after_all_and_for_no_other_reason(register: Register) -> None:
    with register.write() as session:
        her, other = enter(session), enter(session)
        begun, asked = begin(session, her), ask(session, other)
        for request_id, reason in ((begun.id, DeclineReason.NOT_THE_PERSON), (asked.id, DeclineReason.CODE_FOUND_OUT)):
            with pytest.raises(InvalidItem):
                decline_code_change(session, request_id=request_id, reason=reason, actor=CLERK, at=NOW)
        found = DeclineReason.CODE_FOUND_OUT
        decline_code_change(session, request_id=begun.id, reason=found, actor=CLERK, at=NOW)
        assert broken_invariants(session, ledger=False) == []


def test_it_does_not_lapse(register: Register) -> None:
    with register.write() as session:
        begin(session, enter(session))
        assert lapse_requests(session, actor=SYSTEM, at=later(days=400)) == 0


def test_correction_of_the_code_ends_by_it_in_the_same_transaction(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        case = says_the_code_is_wrong(session, her)
        begin(session, her, ground=CodeGround.WRITTEN_WRONG, answers=AnsweredCase(case.id, case.mark))
        assert [each.outcome for each in cases_of(session, record_id=her)] == [CaseOutcome.NEW_CODE]


def test_case_of_another_record_or_other_words_is_not_answered(register: Register) -> None:
    with register.write() as session:
        her, other = enter(session), enter(session)
        case = says_the_code_is_wrong(session, her)
    for record, answers, refusal in (
        (other, AnsweredCase(case.id, case.mark), InvalidItem),
        (her, AnsweredCase(case.id, "other words"), StaleRecord),
    ):
        with pytest.raises(refusal), register.write() as session:
            begin(session, record, answers=answers)
    with register.read() as session:
        assert requests_of(session, record_id=her) == requests_of(session, record_id=other) == []


def test_own_household_and_protected_persons_are_kept_out(register: Register) -> None:
    with register.write() as session:
        own, hidden = enter(session, household_number="H"), enter(session, protected=True)
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=SYSTEM, at=NOW)
    for record, refusal in ((own, OwnHousehold), (hidden, RecordNotFound), (uuid4(), RecordNotFound)):
        with pytest.raises(refusal), register.write() as session:
            begin(session, record)
    with register.write() as session:
        begin(session, hidden, actor=SUPERVISOR)


def test_what_was_asked_for_is_never_begun_without_a_document() -> None:
    asked = CodeChangeRequest()
    with pytest.raises(InvalidItem):
        asked.begin(ground=CodeGround.REQUEST, words="She says so.", by=CLERK, at=NOW)
    assert (asked.status, asked.identity_by_person) == (None, None)


def test_words_keep_neither_a_code_of_the_pool_nor_one_of_another_city(register: Register) -> None:
    far = code().reveal()
    with register.write() as session:
        pool = designate(session)[0].reveal()
        words = f"The city before says {far[:4]} {far[4:8]}-{far[8:]}; ours: {pool.translate(FULL_WIDTH)}. Tel. {PHONE}"
        begun = begin(session, enter(session), words=words)
        assert begun.ground_words == f"The city before says {'•' * 11}; ours: {'•' * 11}. Tel. {PHONE}"


def test_words_keep_no_code(register: Register) -> None:
    hers = code()
    with register.write() as session:
        begun = begin(session, enter(session, its_code=hers), words=f"{hers.reveal()} is nobody's")
        assert begun.ground_words == f"{'•' * 11} is nobody's"
