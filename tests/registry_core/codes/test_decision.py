"""The decision: two persons, one transaction, three grounds; and the pool the new code comes from."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry_core.codes import (
    DeclineReason,
    RequestStatus,
    decline_code_change,
    designate_codes,
    pool_level,
    request_of,
    requests_of,
)
from registry_core.outbox import OutboxKind, take_due
from registry_core.values import Role
from registry_core.values.errors import (
    CodeInUse,
    IdentityNotChecked,
    NotPermitted,
    PoolEmpty,
    RequestAlreadyDecided,
    SamePerson,
)
from tests.conftest import Register
from tests.registry_core.codes.steps import approve, approved, her_code
from tests.registry_core.people import (
    CITY,
    CLERK,
    NOW,
    SUPERVISOR,
    SYSTEM,
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
        assert {kind.value: len(items) for kind, items in kinds.items() if items} == {
            "mail": 2,
            "slip": 1,
            "change-notice": 1,
        }
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


@pytest.mark.parametrize("reason", [each for each in DeclineReason if each is not DeclineReason.CODE_FOUND_OUT])
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
