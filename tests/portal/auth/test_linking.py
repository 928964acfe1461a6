"""Which record a sign-in speaks for: attributes, PIN, one live sign-in a record. On both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.auth.link_tables import LinkPin, SubjectLink
from portal.auth.linking import link_by_attributes, linked_record
from portal.auth.pins import issue_pin, redeem_pin
from portal.demo.register import DEMO_MUNICIPALITY, load_demo
from registry_core.codes import erase_resident
from registry_core.ledger import entries_about
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor, Role, system_actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import OwnHousehold, RecordErased, RecordNotFound

AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
CLERK = Actor(person="staff-0001", account="clerk-1", role=Role.CLERK, municipality=DEMO_MUNICIPALITY)
CLERK_2 = Actor(person="staff-0002", account="clerk-2", role=Role.CLERK, municipality=DEMO_MUNICIPALITY)
VISITOR = Actor(person="subject:s", account="s", role=Role.RESIDENT, municipality=DEMO_MUNICIPALITY)
ISSUER = "https://sign-in.example"
RIGHT = {
    "name": "PARK SEOYEON（新井 瑞姫）",
    "birthdate": "19920505",
    "gender": "2",
    "address": {"formatted": "緑が丘市若葉町三丁目5番12号"},
}
CARD = "JK11000005LM"


@pytest.fixture
def demo(register):
    with register.write() as session:
        load_demo(session, AT)
    return register


def record_of(session, card: str = CARD) -> UUID:
    return session.scalar(select(ResidentRecord.id).where(ResidentRecord.card_number == card))


def link(session, claims, subject: str = "subject-1"):
    return link_by_attributes(session, issuer=ISSUER, subject=subject, claims=claims, actor=VISITOR, at=AT)


def redeem(session, digits: str, born: str = "1992-05-05", subject: str = "subject-1", at: datetime = AT):
    return redeem_pin(session, issuer=ISSUER, subject=subject, digits=digits, birth_date=born, actor=VISITOR, at=at)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "park  seoyeon"},
        {"name": "朴瑞姸"},
        {"name": "新井瑞姫"},
        {"name": "パク・ソヨン"},
        {"birthdate": "1992-05-05"},
        {"birthdate": "１９９２年５月５日"},
        {"gender": "female"},
        {"gender": "女"},
        {"address": "緑が丘市若葉町三丁目５番１２号"},
    ],
)
def test_all_four_in_any_usual_form_link(demo, changes):
    with demo.write() as session:
        assert link(session, RIGHT | changes) == record_of(session)
        assert linked_record(session, issuer=ISSUER, subject="subject-1") == record_of(session)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "PARK SEOYEONG"},
        {"name": ""},
        {"name": None},
        {"birthdate": "19920506"},
        {"birthdate": "unknown"},
        {"birthdate": 19920505},
        {"gender": "1"},
        {"gender": "x"},
        {"address": {"formatted": "緑が丘市若葉町三丁目5番13号"}},
        {"address": {}},
        {"address": ["緑が丘市"]},
    ],
)
def test_three_of_four_do_not_link(demo, changes):
    with demo.write() as session:
        assert link(session, RIGHT | changes) is None
        assert session.scalars(select(SubjectLink)).all() == []


def test_a_record_that_somebody_speaks_for_is_not_linked_a_second_time_by_itself(demo):
    with demo.write() as session:
        assert link(session, RIGHT) is not None
        assert link(session, RIGHT, subject="subject-2") is None


def test_linking_is_seen_by_the_resident(demo):
    with demo.write() as session:
        record_id = link(session, RIGHT)
    with demo.read() as session:
        actions = [entry.action for entry in entries_about(session, record_id=record_id)]
    assert {"sign-in.compared", "sign-in.linked"} <= set(actions)


def test_pin_links_once_and_ends_the_earlier_sign_in(demo):
    with demo.write() as session:
        link(session, RIGHT, subject="old phone")
        pin = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT)
    assert pin.reveal() not in repr(pin)
    assert len(pin.reveal()) == 8
    with demo.write() as session:
        tried = redeem(session, pin.reveal())
        assert (tried.record_id, tried.replaced) == (record_of(session), (ISSUER, "old phone"))
        assert linked_record(session, issuer=ISSUER, subject="old phone") is None
    with demo.write() as session:
        assert redeem(session, pin.reveal(), subject="subject-3").record_id is None


def test_pin_is_read_in_any_digits_and_with_spaces(demo):
    with demo.write() as session:
        pin = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT).reveal()
        typed = "".join(chr(ord("۰") + int(digit)) for digit in pin)
        assert redeem(session, f"{typed[:4]} {typed[4:]}", born="۱۹۹۲-۰۵-۰۵").record_id == record_of(session)


def test_five_wrong_birth_dates_end_the_pin(demo):
    with demo.write() as session:
        pin = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT).reveal()
    left = []
    for _ in range(5):
        with demo.write() as session:
            left.append(redeem(session, pin, born="1992-05-06").tries_left)
    assert left == [4, 3, 2, 1, 0]
    with demo.write() as session:
        assert redeem(session, pin).record_id is None
        failed = [e for e in entries_about(session, record_id=record_of(session)) if e.action == "sign-in.pin-failed"]
    assert len(failed) == 5


def test_pin_dies_after_seven_days_and_with_the_next_one(demo):
    with demo.write() as session:
        first = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT).reveal()
        assert redeem(session, first, at=AT + timedelta(days=7)).record_id is None
        second = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT).reveal()
        assert redeem(session, first).record_id is None
        assert redeem(session, second).record_id == record_of(session)


def test_pin_is_stored_only_as_keyed_index(demo):
    with demo.write() as session:
        pin = issue_pin(session, record_id=record_of(session), actor=CLERK, at=AT).reveal()
        row = session.scalars(select(LinkPin)).one()
    assert pin not in repr(vars(row))
    assert len(row.pin_index) == 32


def test_a_clerk_gives_no_pin_for_the_own_household_for_a_protected_or_an_unknown_person(demo):
    with demo.write() as session:
        with pytest.raises(OwnHousehold):
            issue_pin(session, record_id=record_of(session), actor=CLERK_2, at=AT)
        with pytest.raises(RecordNotFound):
            issue_pin(session, record_id=record_of(session, "UV11000010WX"), actor=CLERK, at=AT)
        with pytest.raises(RecordNotFound):
            issue_pin(session, record_id=UUID(int=1), actor=CLERK, at=AT)


def test_no_pin_leads_to_an_erased_record(demo):
    with demo.write() as session:
        record_id = record_of(session)
        pin = issue_pin(session, record_id=record_id, actor=CLERK, at=AT).reveal()
        erase_resident(
            session,
            record_id=record_id,
            reason=ChangeReason.MOVED_OUT,
            on=AT.date(),
            actor=system_actor(CLERK.municipality),
            at=AT,
        )
        assert redeem(session, pin).record_id is None
        with pytest.raises(RecordErased):
            issue_pin(session, record_id=record_id, actor=CLERK, at=AT)


def test_one_live_link_a_record_and_a_sign_in_stands_in_the_database_too(demo):
    from sqlalchemy.exc import IntegrityError

    from portal.auth.link_tables import LinkedBy
    from portal.auth.linking import add_link

    with demo.write() as session:
        record_id = link(session, RIGHT)
    for subject, record in (("subject-2", record_id), ("subject-1", UUID(int=7))):
        with pytest.raises(IntegrityError), demo.write() as session:
            add_link(session, issuer=ISSUER, subject=subject, record_id=record, how=LinkedBy.PIN, actor=VISITOR, at=AT)


def test_two_clerks_who_give_out_a_pin_at_once_leave_one_that_works(demo):
    from threading import Barrier, Thread

    with demo.write() as session:
        record_id = record_of(session)
    barrier, given = Barrier(2), []

    def give() -> None:
        barrier.wait()
        with demo.write() as session:
            given.append(issue_pin(session, record_id=record_id, actor=CLERK, at=AT).reveal())

    clerks = [Thread(target=give) for _ in range(2)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()

    with demo.write() as session:
        assert len(session.scalars(select(LinkPin).where(LinkPin.ended_at.is_(None))).all()) == 1
        assert [redeem(session, pin).record_id is not None for pin in given].count(True) == 1


def test_two_sign_ins_at_once_make_one_link(demo):
    from threading import Barrier, Thread

    barrier, found = Barrier(2), []

    def sign_in(subject: str) -> None:
        barrier.wait()
        with demo.write() as session:
            found.append(link(session, RIGHT, subject=subject))

    devices = [Thread(target=sign_in, args=(subject,)) for subject in ("subject-1", "subject-2")]
    for device in devices:
        device.start()
    for device in devices:
        device.join()

    assert len([record for record in found if record is not None]) == 1
    with demo.read() as session:
        assert len(session.scalars(select(SubjectLink)).all()) == 1
