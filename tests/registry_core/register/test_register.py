"""The register: entering, correcting, looking, searching; every look leaves its entry."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import event, text

from registry_core.ledger import entries_about
from registry_core.register import (
    correct_record,
    link_staff_to_record,
    look_at_record,
    record_history,
    shares_household,
)
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import (
    CodeInUse,
    InvalidItem,
    InvalidText,
    MissingItem,
    NotPermitted,
    OwnHousehold,
    RecordNotFound,
    RegistryError,
    TooLong,
)
from tests.conftest import Register
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SUPERVISOR,
    TODAY,
    actions,
    code,
    enter,
    resident,
    staff,
)

COUNTER = LegalPurpose.COUNTER_SERVICE


def test_a_resident_sees_her_own_record_and_the_look_is_in_the_ledger(register: Register) -> None:
    with register.write() as session:
        her = enter(session, latin_name="AUNG AUNG", alias="山田")
        view = look_at_record(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        assert view.names.forms == ("AUNG AUNG", "山田")
        assert str(view.code).startswith("•")
        assert actions(session, her) == ["record.entered", "record.looked-at"]


def test_foreign_and_absent_records_are_refused_alike(register: Register) -> None:
    with register.write() as session:
        her, him = enter(session), enter(session)
        elsewhere = enter(session, city="074829")
    looks = [(resident(her), him), (CLERK, elsewhere), (CLERK, code_free_id()), (resident(her), code_free_id())]
    for actor, record_id in looks:
        with pytest.raises(RecordNotFound) as refused, register.write() as session:
            look_at_record(session, record_id=record_id, actor=actor, at=NOW, purpose=COUNTER)
        assert (refused.value.code, refused.value.facts) == ("record-not-found", {})


def code_free_id():
    from uuid import uuid4

    return uuid4()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TRANSLATOR, Role.REVIEWER, Role.PREFECTURE_OFFICER])
def test_other_roles_do_not_look(register: Register, role: Role) -> None:
    with register.write() as session:
        her = enter(session)
        with pytest.raises(NotPermitted):
            look_at_record(session, record_id=her, actor=staff("x", role), at=NOW, purpose=COUNTER)


def test_every_change_is_a_row_of_history_with_its_reason_and_day(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        version = correct_record(
            session,
            record_id=her,
            changes={"address": "緑が丘市東町2丁目2番", "latin_name": "NGUYEN DUC"},
            reason=ChangeReason.MOVED_WITHIN,
            on=TODAY,
            actor=CLERK,
            at=NOW,
        )
        history = record_history(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        assert version == 2
        assert [(change.version, change.reason, change.on) for change in history] == [
            (2, ChangeReason.MOVED_WITHIN, RegisterDate.on(TODAY)),
            (1, ChangeReason.MOVED_IN, RegisterDate.on(TODAY)),
        ]
        assert history[0].changed == {
            "address": ("緑が丘市中央一丁目1番1号", "緑が丘市東町2丁目2番"),
            "latin_name": ("NGUYEN VAN DUC", "NGUYEN DUC"),
        }


@pytest.mark.parametrize(
    ("changes", "refusal", "item"),
    [
        ({"latin_name": None}, MissingItem, "latin_name"),
        ({"address": " "}, MissingItem, "address"),
        ({"card_number": "12345"}, InvalidItem, "card_number"),
        ({"nationality": "Vietnam"}, InvalidItem, "nationality"),
        ({"end_of_stay": "2026-02-30"}, InvalidItem, "end_of_stay"),
        ({"address": "x" * 301}, TooLong, "address"),
        ({"alias": "a\u202eb"}, InvalidText, "alias"),
        ({"reading": "a\x00b"}, InvalidText, "reading"),
        ({"household_head": "\ud800"}, InvalidText, "household_head"),
    ],
)
def test_what_the_register_cannot_hold_is_refused_by_item(register: Register, changes, refusal, item) -> None:
    with pytest.raises(refusal) as refused, register.write() as session:
        enter(session, **changes)
    assert refused.value.facts["item"] == item


def test_one_name_in_any_script_is_enough(register: Register) -> None:
    with register.write() as session:
        her = enter(session, latin_name=None, kanji_name="陳曉明")
        view = look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=LegalPurpose.RECORD_CORRECTION)
        assert view.names.main == "陳曉明"


def test_a_code_that_is_somebodys_is_not_given_again(register: Register) -> None:
    hers = code()
    with register.write() as session:
        enter(session, its_code=hers)
    with pytest.raises(CodeInUse), register.write() as session:
        enter(session, its_code=hers)


def test_a_protected_person_is_for_the_supervisor(register: Register) -> None:
    with register.write() as session:
        her = enter(session, protected=True)
        with pytest.raises(RecordNotFound):
            look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=COUNTER)
        with pytest.raises(RecordNotFound):
            look_at_record(session, record_id=her, actor=ADMINISTRATOR, at=NOW, purpose=LegalPurpose.STAFF_LINK)
        look_at_record(session, record_id=her, actor=SUPERVISOR, at=NOW, purpose=COUNTER)


def test_staff_do_not_work_on_their_own_household(register: Register) -> None:
    with register.write() as session:
        own, wife, other = enter(session, household_number="7"), enter(session, household_number="7"), enter(session)
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=ADMINISTRATOR, at=NOW)
        for record_id in (own, wife):
            with pytest.raises(OwnHousehold):
                look_at_record(session, record_id=record_id, actor=CLERK, at=NOW, purpose=COUNTER)
            with pytest.raises(OwnHousehold):
                correct_record(
                    session,
                    record_id=record_id,
                    changes={},
                    reason=ChangeReason.MINOR_CORRECTION,
                    on=TODAY,
                    actor=staff(CLERK.person, account="another-account"),
                    at=NOW,
                )
        look_at_record(session, record_id=other, actor=CLERK, at=NOW, purpose=COUNTER)


def test_only_an_administrator_links_staff(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        with pytest.raises(NotPermitted):
            link_staff_to_record(session, person="x", record_id=her, actor=SUPERVISOR, at=NOW)


def test_a_link_that_is_moved_says_whose_and_from_where(register: Register) -> None:
    with register.write() as session:
        own, other = enter(session), enter(session)
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=ADMINISTRATOR, at=NOW)
        link_staff_to_record(session, person=CLERK.person, record_id=other, actor=ADMINISTRATOR, at=NOW)
        (first,) = [e.facts for e in entries_about(session, record_id=own) if e.action == "staff.linked-to-record"]
        (moved,) = [e.facts for e in entries_about(session, record_id=other) if e.action == "staff.linked-to-record"]
        look_at_record(session, record_id=own, actor=CLERK, at=NOW, purpose=COUNTER)
        with pytest.raises(OwnHousehold):
            look_at_record(session, record_id=other, actor=CLERK, at=NOW, purpose=COUNTER)
    assert first == {"person": CLERK.person, "instead_of": None}
    assert moved == {"person": CLERK.person, "instead_of": str(own)}


def test_two_links_of_one_person_at_once_leave_one(register: Register) -> None:
    """Both have found none before either has written; where one writer waits for the other, it goes on after a second."""
    with register.write() as session:
        records = [enter(session), enter(session)]
    both = threading.Barrier(2)

    def meet(_connection, _cursor, statement, *_rest) -> None:
        if statement.startswith("SELECT") and "staff_link" in statement:
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)

    def link(record_id) -> None:
        with register.write() as session:
            link_staff_to_record(session, person="sato", record_id=record_id, actor=ADMINISTRATOR, at=NOW)

    event.listen(register.engine, "after_cursor_execute", meet)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(link, records))
    with register.read() as session:
        assert sum(shares_household(session, person="sato", record_id=each) for each in records) == 1


def test_no_refusal_carries_a_name_or_a_code(register: Register) -> None:
    hers = code()
    with register.write() as session:
        enter(session, its_code=hers)
    with pytest.raises(RegistryError) as refused, register.write() as session:
        enter(session, its_code=hers)
    assert hers.reveal() not in repr(refused.value) + str(refused.value) + repr(refused.value.facts)


def test_the_database_holds_no_code_in_clear(register: Register) -> None:
    hers = code()
    with register.write() as session:
        enter(session, its_code=hers)
        for table in ("code_assignment", "resident_record_history", "ledger_entry", "resident_record"):
            for row in session.execute(text(f"SELECT * FROM {table}")):
                assert hers.reveal() not in repr(tuple(row))
