"""Protected persons (支援措置) and whoever lives with them: nobody, to whoever may not know; somebody, to supervisors."""

from dataclasses import replace
from uuid import uuid4

import pytest

from registry_core import codes
from registry_core.codes import DeclineReason, DocumentKind, SlipStep
from registry_core.ledger import entries_by
from registry_core.register import (
    CONFIRMABLE_ITEMS,
    ItemAnswer,
    RecordQuery,
    confirm_record,
    correct_record,
    link_staff_to_record,
    look_at_case,
    look_at_record,
    open_cases,
    record_at,
    record_history,
    search_records,
)
from registry_core.values import ChangeReason, LegalPurpose, Role
from registry_core.values.errors import (
    CaseNotFound,
    NotPermitted,
    OwnHousehold,
    RecordNotFound,
    RegistryError,
    RequestNotFound,
)
from tests.conftest import Register
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    actions,
    ask,
    decline,
    designate,
    enter,
    resident,
    staff,
)

SECOND_SUPERVISOR = staff("kimura", Role.SUPERVISOR)
STEPS = {
    "look": lambda session, her, _request, actor: look_at_record(
        session, record_id=her, actor=actor, at=NOW, purpose=LegalPurpose.COUNTER_SERVICE
    ),
    "look for the case": lambda session, her, _request, actor: look_at_record(
        session, record_id=her, actor=actor, at=NOW, purpose=LegalPurpose.CODE_CHANGE
    ),
    "history": lambda session, her, _request, actor: record_history(
        session, record_id=her, actor=actor, at=NOW, purpose=LegalPurpose.COUNTER_SERVICE
    ),
    "at a moment": lambda session, her, _request, actor: record_at(
        session, record_id=her, moment=NOW, actor=actor, at=NOW, purpose=LegalPurpose.COUNTER_SERVICE
    ),
    "correct": lambda session, her, _request, actor: correct_record(
        session,
        record_id=her,
        changes={"alias": "x"},
        reason=ChangeReason.MINOR_CORRECTION,
        on=TODAY,
        actor=actor,
        at=NOW,
    ),
    "open": lambda session, _her, request, actor: codes.open_request(session, request_id=request, actor=actor, at=NOW),
    "take": lambda session, _her, request, actor: codes.take_request(session, request_id=request, actor=actor, at=NOW),
    "release": lambda session, _her, request, actor: codes.release_request(
        session, request_id=request, actor=actor, at=NOW
    ),
    "check": lambda session, _her, request, actor: codes.check_identity(
        session,
        request_id=request,
        kind=DocumentKind.RESIDENCE_CARD,
        last_resort_reason=None,
        differences_accepted=False,
        actor=actor,
        at=NOW,
    ),
    "decline": lambda session, _her, request, actor: codes.decline_code_change(
        session, request_id=request, reason=DeclineReason.NOT_THE_PERSON, actor=actor, at=NOW
    ),
    "ask": lambda session, _her, request, actor: codes.ask_resident(
        session, request_id=request, phrase="call-us", text="", actor=actor, at=NOW
    ),
    "approve": lambda session, _her, request, actor: codes.approve_code_change(
        session, request_id=request, actor=actor, at=NOW
    ),
    "slip": lambda session, _her, request, actor: codes.slip_content(session, request_id=request, actor=actor, at=NOW),
}


@pytest.fixture(params=["herself", "who lives with her"])
def hers(request, register: Register):
    """A record that is kept from clerks, with an open request."""
    with register.write() as session:
        designate(session)
        her = enter(session, household_number="P", protected=request.param == "herself")
        if request.param != "herself":
            enter(session, household_number="P", protected=True)
        return register, her, ask(session, her).id


@pytest.mark.parametrize("step", STEPS)
def test_a_clerk_is_told_what_is_told_of_nobody(hers, step: str) -> None:
    register, her, request = hers
    told = []
    for record_id, request_id in ((her, request), (uuid4(), uuid4())):
        with pytest.raises((RecordNotFound, RequestNotFound)) as refused, register.write() as session:
            STEPS[step](session, record_id, request_id, CLERK)
        told.append((refused.value.code, refused.value.facts, str(refused.value)))
    assert told[0] == told[1]
    with register.read() as session:
        assert entries_by(session, person=CLERK.person) == []


def test_supervisors_work_on_the_request_to_its_end(hers) -> None:
    register, her, request = hers
    for step in ("look", "history", "open", "take", "check"):
        with register.write() as session:
            STEPS[step](session, her, request, SUPERVISOR)
    with register.write() as session:
        STEPS["release"](session, her, request, SUPERVISOR)
        STEPS["approve"](session, her, request, SECOND_SUPERVISOR)
        STEPS["slip"](session, her, request, SUPERVISOR)
        codes.record_slip(session, request_id=request, step=SlipStep.POSTED, on=TODAY, actor=SUPERVISOR, at=NOW)


def test_the_request_stands_in_the_queue_of_supervisors_alone(hers) -> None:
    register, _her, request = hers
    with register.write() as session:
        enter_other = ask(session, enter(session), key="other")
        reference = codes.open_request(session, request_id=request, actor=SUPERVISOR, at=NOW)[0].reference
        of_clerk, of_supervisor = (codes.queue(session, view="new", actor=actor) for actor in (CLERK, SUPERVISOR))
        assert [item.id for item in of_clerk.items] == [enter_other.id]
        assert (of_clerk.counts["new"], of_clerk.total) == (1, 1)
        assert {(item.id, item.protected) for item in of_supervisor.items} == {(request, True), (enter_other.id, False)}
        assert of_supervisor.counts["new"] == 2
        for found in (
            codes.queue(session, view="new", actor=CLERK, text=reference).items,
            codes.queue(session, view="new", actor=CLERK, text="000000000000").items,
        ):
            assert found == ()
        assert codes.find_reference(session, reference=reference, actor=CLERK) is None
        assert codes.find_reference(session, reference=reference, actor=SUPERVISOR) == request


def test_a_request_that_a_clerk_had_taken_goes_over_to_the_supervisor(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        request = ask(session, her).id
        codes.take_request(session, request_id=request, actor=CLERK, at=NOW)
        correct_record(
            session,
            record_id=her,
            changes={"protected": True},
            reason=ChangeReason.MINOR_CORRECTION,
            on=TODAY,
            actor=SUPERVISOR,
            at=NOW,
        )
        assert codes.queue(session, view="mine", actor=CLERK).items == ()
        [item] = codes.queue(session, view="others", actor=SUPERVISOR).items
        codes.release_request(session, request_id=item.id, actor=SUPERVISOR, at=NOW)
        codes.take_request(session, request_id=item.id, actor=SUPERVISOR, at=NOW)


def test_a_correction_she_asks_for_is_a_case_for_supervisors(hers) -> None:
    register, her, _request = hers
    answers = {each: ItemAnswer(right=True) for each in CONFIRMABLE_ITEMS}
    answers["address"] = ItemAnswer(right=False, reason="misspelt", text="東町九丁目9番9号")
    with register.write() as session:
        confirm_record(
            session, record_id=her, record_version=1, answers=answers, language="vi", actor=resident(her), at=NOW
        )
        assert open_cases(session, actor=CLERK) == []
        [case] = open_cases(session, actor=SUPERVISOR)
        for case_id in (case.id, uuid4()):
            with pytest.raises(CaseNotFound):
                look_at_case(session, case_id=case_id, actor=CLERK, at=NOW)
            with pytest.raises(CaseNotFound):
                decline(session, replace(case, id=case_id))
        look_at_case(session, case_id=case.id, actor=SUPERVISOR, at=NOW)
        decline(session, case, SUPERVISOR)


def test_an_administrator_links_nobody_to_her(hers) -> None:
    register, her, _request = hers
    for record_id in (her, uuid4()):
        with pytest.raises(RecordNotFound), register.write() as session:
            link_staff_to_record(session, person="x", record_id=record_id, actor=ADMINISTRATOR, at=NOW)


def test_staff_who_live_with_her_are_told_of_nobody_rather_than_of_their_household(hers) -> None:
    register, her, request = hers
    with register.write() as session:
        own = enter(session, household_number="P")
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=SYSTEM, at=NOW)
        link_staff_to_record(session, person=SUPERVISOR.person, record_id=own, actor=SYSTEM, at=NOW)
    refusals: dict[str, type[RegistryError]] = {}
    for actor in (CLERK, SUPERVISOR):
        with pytest.raises(RegistryError) as refused, register.write() as session:
            STEPS["look"](session, her, request, actor)
        refusals[actor.person] = type(refused.value)
    assert refusals == {CLERK.person: RecordNotFound, SUPERVISOR.person: OwnHousehold}


def test_she_alone_sees_that_she_was_searched_for(hers) -> None:
    register, her, _request = hers
    query = RecordQuery(name="nguyen", address="中央")
    with register.write() as session:
        assert search_records(session, query=query, actor=CLERK, at=NOW, purpose=LegalPurpose.COUNTER_SERVICE) == []
        session.flush()
        assert "record.searched-for" in actions(session, her)
        [entry] = entries_by(session, person=CLERK.person)
        assert (entry.action, entry.record_id, entry.facts) == (
            "register.searched",
            None,
            {"items": "name address", "hits": 0},
        )


def test_whoever_lived_with_her_once_is_somebody_again(register: Register) -> None:
    with register.write() as session:
        his, her = (enter(session, household_number="P", protected=protected) for protected in (False, True))
        with pytest.raises(RecordNotFound):
            STEPS["look"](session, his, None, CLERK)
        codes.erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SUPERVISOR, at=NOW)
        STEPS["look"](session, his, None, CLERK)
        with pytest.raises(RecordNotFound):
            STEPS["look"](session, her, None, CLERK)


def looked_at(session, record_id, actor):
    """The record now and as it stood at its beginning."""
    values = {"record_id": record_id, "actor": actor, "at": NOW, "purpose": LegalPurpose.COUNTER_SERVICE}
    return look_at_record(session, **values), record_at(session, moment=NOW, **values).record


def test_where_somebody_lived_before_is_shown_to_supervisors_and_to_herself_alone(register: Register) -> None:
    """In whatever spelling it may be where a protected person lives today; nobody's is shown, so that none tells."""
    with register.write() as session:
        enter(session, protected=True, address="緑が丘市秘密町1番1号")
        for before in ("緑が丘市秘密町１の１", "大阪市北区1番", ""):
            his = enter(session, previous_address=before)
            request = ask(session, his, key=before).id
            assert {view.previous_address for view in looked_at(session, his, CLERK)} == {None}
            for actor in (SUPERVISOR, resident(his)):
                assert {view.previous_address for view in looked_at(session, his, actor)} == {before}
            for actor, expected in ((CLERK, None), (SUPERVISOR, before or None)):
                change, _, _ = codes.open_request(session, request_id=request, actor=actor, at=NOW)
                assert change.snapshot["previous_address"] == expected
                assert change.left_out == ({"previous_address"} if actor is CLERK else set())


def test_a_change_of_where_somebody_lived_before_is_told_and_not_what_it_is(register: Register) -> None:
    with register.write() as session:
        his = enter(session, previous_address="大阪市北区1番")
        request = ask(session, his).id
        changed(session, his, previous_address="大阪市北区2番")
        differences = {}
        for actor in (CLERK, SUPERVISOR):
            _, _, [only] = codes.open_request(session, request_id=request, actor=actor, at=NOW)
            differences[actor.person] = (only.item, only.at_request, only.now)
    assert differences == {
        CLERK.person: ("previous_address", None, None),
        SUPERVISOR.person: ("previous_address", "大阪市北区1番", "大阪市北区2番"),
    }


def changed(session, record_id, **changes: object) -> None:
    values = {"reason": ChangeReason.MOVED_WITHIN, "on": TODAY, "actor": SYSTEM, "at": NOW}
    correct_record(session, record_id=record_id, changes=changes, **values)


def test_a_request_made_where_somebody_protected_lives_now_does_not_say_where_that_was(register: Register) -> None:
    with register.write() as session:
        his = enter(session, household_number="P", household_head="PERERA NILUSHA", relationship="夫")
        request = ask(session, his).id
        now = {
            "household_number": "Q",
            "address": "西町9番",
            "household_head": "NGUYEN VAN DUC",
            "relationship": "世帯主",
        }
        changed(session, his, **now)
        before = codes.open_request(session, request_id=request, actor=CLERK, at=NOW)
        assert before[0].left_out == {"previous_address"}
        assert before[0].snapshot["household_head"] == "PERERA NILUSHA"
        her = enter(session, household_number="P", protected=True)

        change, record, differences = codes.open_request(session, request_id=request, actor=CLERK, at=NOW)
        where = {item for item, text in change.snapshot.items() if text != before[0].snapshot[item]}
        assert where == {"address", "address_since", "household_number", "household_head", "relationship"}
        assert where < change.left_out
        assert {each.item: (each.at_request, each.now) for each in differences} == {
            item: (None, text) for item, text in now.items()
        }
        assert not record.withheld
        change, record, _ = codes.open_request(session, request_id=request, actor=SUPERVISOR, at=NOW)
        assert (change.snapshot["household_head"], change.left_out) == ("PERERA NILUSHA", set())
        assert record.withheld

        codes.erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SUPERVISOR, at=NOW)
        assert codes.open_request(session, request_id=request, actor=CLERK, at=NOW) == before


def test_the_changes_of_a_record_are_listed_for_supervisors_and_for_herself_alone(register: Register) -> None:
    with register.write() as session:
        his = enter(session)
        for actor in (SUPERVISOR, resident(his)):
            assert len(STEPS["history"](session, his, None, actor)) == 1
    with pytest.raises(NotPermitted), register.write() as session:
        STEPS["history"](session, his, None, CLERK)
