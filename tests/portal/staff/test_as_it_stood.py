"""A record as it stood on a day: what staff read, what the resident reads of it, and what is told of nobody."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from portal.i18n.formats import JAPAN
from registry_core.codes import erase_resident
from registry_core.ledger import entries_about
from registry_core.register import correct_record, enter_resident
from registry_core.values import ChangeReason
from registry_core.values.actor import system_actor
from tests.databases import BACKENDS
from tests.people.resident import Resident
from tests.people.staff import Supervisor
from tests.portal.staff.conftest import Counter, day_from_now
from tests.registry_core.people import code, items

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)
OLD, NEW = "緑が丘市中央一丁目1番1号", "緑が丘市東町二丁目2番2号"
NOT_YET = "The register did not hold this record yet at that time."
NOBODY = "Nobody to show. If you expected someone, ask a supervisor."


def day(days_ago: int) -> date:
    return (datetime.now(UTC).astimezone(JAPAN) - timedelta(days=days_ago)).date()


def noon(days_ago: int) -> datetime:
    return datetime.combine(day(days_ago), datetime.min.time(), JAPAN) + timedelta(hours=12, seconds=30)


@pytest.fixture
def known(counter: Counter) -> UUID:
    """Entered ten days ago at 12:00:30 in Japan, moved five days ago at that time, moved out two days ago."""
    by = {"actor": system_actor(counter.municipality)}
    with counter.registry.write() as session:
        record_id = enter_resident(
            session,
            items=items(address=OLD),
            code=code(),
            reason=ChangeReason.MOVED_IN_FROM_ABROAD,
            on=day(11),
            at=noon(10),
            **by,
        )
        correct_record(
            session,
            record_id=record_id,
            changes={"address": NEW},
            reason=ChangeReason.MOVED_WITHIN,
            on=day(6),
            at=noon(5),
            **by,
        )
        erase_resident(session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=day(3), at=noon(2), **by)
    return record_id


@both_databases
def test_clerk_asks_on_the_page_of_the_record_and_reads_it_as_it_stood(counter, clerk, known):
    assert NEW in clerk.opens_staff(f"residents/{known}").text
    page = clerk.sends({"day": f"{day(7)}"}, action="as-it-stood")
    assert OLD in page.text
    assert NEW not in page.text
    assert "Moved in from abroad, or became a foreign resident 国外転入等" in page.text
    assert "It still stands so." not in page.text
    with counter.registry.read() as session:
        look, opened, *_ = entries_about(session, record_id=known)
    assert (opened.action, look.action, look.purpose) == (
        "record.looked-at",
        "record.history-looked-at",
        "counter-service",
    )
    end_of_day = datetime.combine(day(6), datetime.min.time(), JAPAN) - timedelta.resolution
    assert look.facts == {"moment": end_of_day.astimezone(UTC).isoformat()}
    assert clerk.follows("Back to the record").url.endswith(f"/staff/residents/{known}")


@pytest.mark.parametrize(
    ("days_ago", "time", "told"),
    [
        (11, "", NOT_YET),
        (10, "11:59", NOT_YET),
        (10, "12:00", OLD),
        (5, "11:59", OLD),
        (5, "１２時００分", NEW),
        (2, "11:59", NEW),
    ],
)
def test_a_minute_is_asked_for_and_shown_to_its_end(clerk, known, days_ago, time, told):
    page = clerk.opens_staff(f"residents/{known}/as-it-stood?day={day(days_ago)}&time={time}")
    assert [each for each in (NOT_YET, OLD, NEW) if each in page.text] == [told]
    assert "This record was erased" not in page.text


@pytest.mark.parametrize("days_ago", [2, 0])
def test_an_erased_record_says_so_and_shows_what_it_held(clerk, known, days_ago):
    page = clerk.opens_staff(f"residents/{known}/as-it-stood?day={day(days_ago)}")
    assert "This record was erased on" in page.text
    assert "It still stands so." in page.text
    assert NEW in page.text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["Enter the day as year, month and day."]),
        ("day=yesterday", ["This is not a date. Write it like this: 1990-03-27"]),
        ("day=2026-02-30", ["There is no such day in the calendar."]),
        ("day=1700-01-01", ["This is not a date. Write it like this: 1990-03-27"]),
        ("day=TOMORROW", ["The day is in the future."]),
        ("day=2026-01-01&time=24:00", ["This is not a time. Write it like this: 14:30"]),
        ("day=2026-01-01&time=noon", ["This is not a time. Write it like this: 14:30"]),
        ("day=TODAY&time=noon", ["This is not a time. Write it like this: 14:30"]),
    ],
)
def test_what_is_no_moment_that_has_come_is_asked_for_again_and_reads_no_past(counter, clerk, known, typed, expected):
    asked = typed.replace("TOMORROW", day_from_now(1)).replace("TODAY", day_from_now(0))
    page = clerk.opens_staff(f"residents/{known}/as-it-stood?{asked}", expect=422)
    assert page.errors == expected
    with counter.registry.read() as session:
        assert "record.history-looked-at" not in {entry.action for entry in entries_about(session, record_id=known)}


def test_a_time_of_today_that_has_not_come_is_refused(clerk, known):
    now = datetime.now(UTC).astimezone(JAPAN)
    soon = now + timedelta(minutes=2)
    page = clerk.opens_staff(f"residents/{known}/as-it-stood?day={soon:%Y-%m-%d}&time={soon:%H:%M}", expect=422)
    is_today = soon.date() == now.date()
    assert page.errors == ["This time has not come yet." if is_today else "The day is in the future."]


def test_the_whole_code_is_nowhere_and_the_masked_one_is_there(clerk, known):
    page = clerk.opens_staff(f"residents/{known}/as-it-stood?day={day(6)}")
    assert "•" * 9 in page.text


def test_own_household_is_not_opened_at_any_time(counter, second_clerk):
    record_id = counter.record_id("resident-5")
    page = second_clerk.opens_staff(f"residents/{record_id}/as-it-stood?day={day(0)}", expect=403)
    assert counter.items("resident-5").address not in page.text


@both_databases
def test_who_is_protected_now_is_nobody_at_every_time(counter, clerk, come_in, known):
    """Also where the register held no record yet, and where no moment was asked for."""
    with counter.registry.write() as session:
        other = enter_resident(
            session,
            items=items(address=OLD),
            code=code(),
            reason=ChangeReason.MOVED_IN,
            on=day(9),
            actor=system_actor(counter.municipality),
            at=noon(9),
        )
        correct_record(
            session,
            record_id=other,
            changes={"protected": True},
            reason=ChangeReason.MINOR_CORRECTION,
            on=day(1),
            actor=system_actor(counter.municipality),
            at=noon(1),
        )
    nobody = uuid4()
    for typed in (f"?day={day(5)}", f"?day={day(20)}", "", "?day=x"):
        given = []
        for each in (other, nobody):
            page = clerk.opens_staff(f"residents/{each}/as-it-stood{typed}", expect=404)
            given.append(page.source.decode().replace(str(each), "TYPED"))
        assert given[0] == given[1]
        assert NOBODY in given[0]
    with counter.registry.read() as session:
        assert {entry.actor_role for entry in entries_about(session, record_id=other)} == {"system"}
    supervisor = come_in(Supervisor, "supervisor-1")
    page = supervisor.opens_staff(f"residents/{other}/as-it-stood?day={day(5)}")
    assert "Protected person: do not say the address aloud" in page.text
    assert OLD in page.text


@pytest.mark.parametrize(("lang", "words"), [("en", "Looked at the changes of the record."), ("vi", None)])
def test_the_resident_reads_that_somebody_looked_at_what_was(counter, clerk, portal_server, lang, words):
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}/as-it-stood?day={day(0)}")
    visitor = portal_server.client()
    resident = Resident(visitor, "resident-1", lang)
    resident.signs_in()
    page = resident.sees_who_looked()
    assert "記録の変更の履歴を見ました。" in page.source.decode()
    assert words is None or words in page.text
    visitor.close()


def test_own_looks_tell_it_too(counter, clerk):
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}/as-it-stood?day={day(0)}")
    assert "Looked at the history of a record" in clerk.opens_own_looks().text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_words_are_in_both_languages_of_staff(come_in, known, lang):
    supervisor = come_in(Supervisor, "supervisor-1", lang)
    page = supervisor.opens_staff(f"residents/{known}/as-it-stood?day={day(7)}")
    assert ("The record as it stood at the end of" in page.heading) is (lang == "en")
    assert ("の終わりの時点の住民票" in page.heading) is (lang == "ja")
