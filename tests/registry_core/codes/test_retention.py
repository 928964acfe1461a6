"""What may go when: erased records after 150 years, filed forms after one; nothing goes by itself."""

import doctest
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from registry_core.codes import KeptThing, erase_resident, retention
from registry_core.outbox import OutboxKind, enqueue
from registry_core.outbox.message import OutboxMessage
from registry_core.register import ItemAnswer, confirm_record, look_at_record
from registry_core.register.resident_record import ResidentRecord
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values import retention as rule
from registry_core.values.errors import NotPermitted
from registry_core.values.retention import kept_until, last_day_ended
from tests.conftest import Register
from tests.registry_core.people import CLERK, NOW, SYSTEM, TODAY, ask, designate, enter, later, resident, staff
from tests.registry_core.remaking.conftest import approve_one

LAST = date(2027, 11, 23)  # one year after TODAY
LAST_OF_RECORD = date(2176, 11, 23)


def of(session, kind, by=TODAY, limit=10):
    return next(each for each in retention(session, by=by, limit=limit, actor=SYSTEM) if each.kind == kind)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(rule).failed == 0


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [
        (date(2026, 11, 24), 1, date(2027, 11, 24)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
        (date(2024, 2, 28), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2023, 2, 28), 1, date(2024, 2, 29)),
        (date(2026, 11, 24), 150, date(2176, 11, 24)),
    ],
)
def test_the_first_day_is_not_counted_and_the_last_is_kept(day, years, until) -> None:
    assert kept_until(day, years=years) == until
    assert last_day_ended(until, years=years) < day <= last_day_ended(until + timedelta(days=1), years=years)
    the_next = day + timedelta(days=1)
    assert kept_until(the_next, years=years, first_day_counts=True) == until
    ended = [last_day_ended(until + timedelta(days=days), years=years, first_day_counts=True) for days in (0, 1)]
    assert ended[0] < the_next <= ended[1]


def test_an_erased_record_is_kept_150_years_from_the_erasing(register: Register) -> None:
    with register.write() as session:
        her, _ = enter(session), enter(session)
        day = RegisterDate.parse("令和8年10月上旬")
        erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=day, actor=CLERK, at=NOW)
    with register.write() as session:
        thing = KeptThing(str(her), TODAY, LAST_OF_RECORD)
        assert of(session, "erased-record") == of(session, "erased-record", by=LAST_OF_RECORD)
        summary = of(session, "erased-record", by=LAST_OF_RECORD)
        assert (summary.kept, summary.ended, summary.first) == (1, 0, (thing,))
        after = of(session, "erased-record", by=LAST_OF_RECORD + timedelta(days=1))
        assert (after.kept, after.ended, after.first) == (1, 1, (thing,))


def test_a_day_that_is_past_when_it_is_written_makes_no_record_go_earlier(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(
            session, record_id=her, reason=ChangeReason.DEATH, on=TODAY - timedelta(days=400), actor=CLERK, at=NOW
        )
        purpose = LegalPurpose.REGISTER_MAINTENANCE
        assert look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=purpose).erased_on == TODAY


def test_filed_forms_are_kept_one_year_from_their_receipt(register: Register) -> None:
    late = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # the next day in Japan
    with register.write() as session:
        her, him = enter(session), enter(session)
        request = ask(session, her)
        ask(session, him, key="other", at=late)
        confirm_record(
            session,
            record_id=her,
            record_version=1,
            answers={"alias": ItemAnswer(right=False, reason="missing", text="x")},
            language="vi",
            actor=resident(her),
            at=NOW,
        )
    with register.write() as session:
        day_after = LAST + timedelta(days=1)
        asked = of(session, "code-change-request", by=day_after)
        assert (asked.kept, asked.ended) == (2, 1)
        assert asked.first == (KeptThing(request.reference, TODAY, LAST),)
        assert of(session, "code-change-request", by=day_after + timedelta(days=1)).ended == 2
        wrong = of(session, "correction-request", by=day_after)
        assert (wrong.kept, wrong.ended, wrong.first[0].until) == (1, 1, LAST)


def notice(session, record_id, *, given: datetime | None, kind=OutboxKind.CHANGE_NOTICE) -> OutboxMessage:
    made = enqueue(session, kind=kind, dedupe_key=str(uuid4()), payload={}, at=NOW, record_id=record_id)
    session.flush()
    message = session.get_one(OutboxMessage, made)
    if given is not None:
        message.deliver(at=given)
    return message


def test_a_change_notice_is_kept_150_years_from_the_next_one_given_about_the_same_person(register: Register) -> None:
    """Par. 2: counted from that day itself (起算して). The last about each person has no day, nor one that nobody was given."""
    with register.write() as session:
        her, him = enter(session), enter(session)
        first = notice(session, her, given=NOW)
        second = notice(session, her, given=later(days=7))
        third = notice(session, her, given=None)
        notice(session, him, given=NOW)
    last = date(2176, 11, 29)  # a week after TODAY, 150 years from that day on
    with register.write() as session:
        summary = of(session, "change-notice", by=last)
        assert (summary.kept, summary.ended) == (4, 0)
        assert summary.first == (KeptThing(str(first.id), TODAY + timedelta(days=7), last),)
        assert of(session, "change-notice", by=last + timedelta(days=1)).ended == 1
        third = session.get_one(OutboxMessage, third.id)
        third.deliver(at=later(days=8))
    with register.write() as session:
        summary = of(session, "change-notice", by=last + timedelta(days=2))
        assert [thing.name for thing in summary.first] == [str(first.id), str(second.id)]
        assert (summary.kept, summary.ended) == (4, 2)


def test_a_notice_of_an_erasure_is_kept_150_years_from_its_own_day(register: Register) -> None:
    """Par. 2 item 2, and for the change notice before it that of the erasure is the next (item 1)."""
    of_erasure = OutboxKind.ERASURE_NOTICE
    with register.write() as session:
        her, him = enter(session), enter(session)
        changed = notice(session, her, given=NOW)
        erased = notice(session, her, given=later(days=7), kind=of_erasure)
        notice(session, her, given=later(days=9))  # she came back, and got another code: it counts for nobody
        notice(session, him, given=None, kind=of_erasure)
    last = date(2176, 11, 29)
    since = TODAY + timedelta(days=7)
    with register.write() as session:
        summary = of(session, "erasure-notice", by=last)
        assert (summary.kept, summary.ended, summary.first) == (2, 0, (KeptThing(str(erased.id), since, last),))
        assert of(session, "erasure-notice", by=last + timedelta(days=1)).ended == 1
        changes = of(session, "change-notice", by=last)
        assert (changes.kept, changes.ended, changes.first) == (2, 0, (KeptThing(str(changed.id), since, last),))


def test_an_erasure_is_listed_once_it_was_given_notice_of(register: Register) -> None:
    with register.write() as session:
        her, of_another_city = enter(session), enter(session, city="074829")
        erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=TODAY, actor=CLERK, at=NOW)
        notice(session, of_another_city, given=NOW, kind=OutboxKind.ERASURE_NOTICE)
    with register.write() as session:
        waiting = of(session, "erasure-notice")
        assert (waiting.kept, waiting.ended, waiting.first) == (1, 0, ())
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.record_id == her)).one()
        message.deliver(at=later(days=1))
    with register.read() as session:
        day = TODAY + timedelta(days=1)
        assert of(session, "erasure-notice").first == (KeptThing(str(message.id), day, LAST_OF_RECORD),)


def test_mail_that_has_left_is_listed_and_no_rule_says_when_it_may_go(register: Register) -> None:
    with register.write() as session:
        designate(session, 1)
    approve_one(register)
    with register.write() as session:
        mail = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == OutboxKind.MAIL)).all()
        mail[0].deliver(at=NOW)
    with register.write() as session:
        summary = of(session, "mail", by=date(2999, 1, 1))
        assert (summary.kept, summary.ended, summary.first) == (1, 0, (KeptThing(str(mail[0].id), TODAY, None),))


def test_no_more_are_listed_than_asked_for_and_those_of_others_not_at_all(register: Register) -> None:
    with register.write() as session:
        for city in ("990019", "990019", "990019", "074829"):
            enter(session, city=city)
        session.execute(update(ResidentRecord).values(erased_on=date(1870, 1, 1)))
        summary = of(session, "erased-record", limit=2)
    assert (summary.kept, summary.ended, len(summary.first)) == (3, 3, 2)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.CLERK, Role.TRANSLATOR])
def test_only_who_answers_for_the_register_lists_it(register: Register, role: Role) -> None:
    with register.read() as session, pytest.raises(NotPermitted):
        retention(session, by=later().date(), limit=1, actor=staff("x", role))
