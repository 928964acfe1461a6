"""Any record as it stood at any moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from registry_core.codes import approve_code_change, erase_resident
from registry_core.ledger import entries_about
from registry_core.register import (
    RecordAsItStood,
    ResidentItems,
    ResidentRecordView,
    correct_record,
    delete_alias,
    enter_alias,
    enter_resident,
    link_staff_to_record,
    look_at_record,
    record_at,
)
from registry_core.register.history import RecordHistory
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import NotPermitted, OwnHousehold, RecordErased, RecordNotFound
from tests.conftest import Register
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    ask,
    check,
    code,
    designate,
    enter,
    items,
    later,
    resident,
    staff,
)

PURPOSE = LegalPurpose.REGISTER_MAINTENANCE
#: The walk makes the person protected now and then: whoever works on her record is a supervisor.
SECOND_SUPERVISOR = staff("yamada", Role.SUPERVISOR)
TEN_MINUTES = timedelta(minutes=10)


def seen(session: Session, record_id: UUID, at: datetime = NOW) -> ResidentRecordView:
    return look_at_record(session, record_id=record_id, actor=SUPERVISOR, at=at, purpose=PURPOSE)


def stood(session: Session, record_id: UUID, moment: datetime, actor=SUPERVISOR) -> RecordAsItStood | None:
    return record_at(session, record_id=record_id, moment=moment, actor=actor, at=NOW, purpose=PURPOSE)


def something_happens(
    session: Session, record_id: UUID, held: ResidentItems, *, step: str, rng: Random, at: datetime
) -> None:
    """One of everything that can happen to a record, at this moment; an erased one comes back first."""
    view = seen(session, record_id, at)
    if view.erased_on is not None:
        enter_resident(
            session,
            items=replace(held, birth_date=view.birth_date),
            code=view.code,
            reason=ChangeReason.MOVED_IN,
            on=TODAY,
            actor=SYSTEM,
            at=at,
        )
        view = seen(session, record_id, at)
    by = {"record_id": record_id, "actor": SUPERVISOR, "at": at}
    if step == "correct":
        changes = {"address": f"緑が丘市東町{rng.randrange(99)}番", "protected": rng.random() < 0.5}
        correct_record(session, changes=changes, reason=ChangeReason.MOVED_WITHIN, on=TODAY, **by)
    elif step == "alias" and view.names.alias:
        delete_alias(session, municipality="緑が丘市", on=TODAY, **by)
    elif step == "alias":
        enter_alias(session, alias=f"緑川 {rng.randrange(99)}", municipality="緑が丘市", on=TODAY, **by)
    elif step == "erase":
        erase_resident(session, reason=ChangeReason.MOVED_OUT, on=TODAY, **by)
    elif step == "code":
        request = ask(session, record_id, key=str(at), at=at)
        check(session, request.id, by=SUPERVISOR, at=at)
        approve_code_change(session, request_id=request.id, actor=SECOND_SUPERVISOR, at=at)
    else:
        day = RegisterDate.parse(f"{rng.randrange(1950, 1999)}年{rng.randrange(1, 13)}月中旬頃")
        correct_record(session, changes={"birth_date": day}, reason=ChangeReason.CORRECTED_EX_OFFICIO, on=TODAY, **by)


@pytest.mark.parametrize("seed", range(4))
def test_a_record_at_any_moment_is_what_was_seen_at_that_moment(register: Register, seed: int) -> None:
    rng, held, views = Random(seed), items(kanji_name="阮 文德"), []
    with register.write() as session:
        designate(session, 20)
        her = enter_resident(
            session, items=held, code=code(), reason=ChangeReason.BIRTH, on=TODAY, actor=SYSTEM, at=NOW
        )
        views.append(seen(session, her))
    steps = ["correct", "alias", "erase", "code", "odd day"] * 3
    rng.shuffle(steps)
    for number, step in enumerate(steps, start=1):
        with register.write() as session:
            something_happens(session, her, held, step=step, rng=rng, at=later(minutes=10 * number))
            views.append(seen(session, her))
    with register.write() as session:
        protected_now = views[-1].protected
        for number, view in enumerate(views):
            expected = replace(view, protected=view.protected or protected_now, withheld=views[-1].withheld)
            for moment in (later(minutes=10 * number), later(minutes=10 * number) + TEN_MINUTES - timedelta.resolution):
                assert stood(session, her, moment).record == expected
        assert stood(session, her, NOW - timedelta.resolution) is None


def test_a_version_tells_what_made_it_and_from_when_until_when_it_stood(register: Register) -> None:
    with register.write() as session:
        her, day = enter(session), RegisterDate.on(TODAY)
        for at, address, reason in (
            (later(minutes=10), "東町1番", ChangeReason.MOVED_WITHIN),
            (later(minutes=20), "東町2番", ChangeReason.CORRECTED_EX_OFFICIO),
        ):
            correct_record(
                session,
                record_id=her,
                changes={"address": address},
                reason=reason,
                on=TODAY,
                actor=SUPERVISOR,
                at=at,
            )
        told = []
        for minutes in (5, 10, 30):
            then = stood(session, her, later(minutes=minutes))
            told.append((then.record.version, then.reason, then.on, then.since, then.until))
    assert told == [
        (1, ChangeReason.MOVED_IN, day, NOW, later(minutes=10)),
        (2, ChangeReason.MOVED_WITHIN, day, later(minutes=10), later(minutes=20)),
        (3, ChangeReason.CORRECTED_EX_OFFICIO, day, later(minutes=20), None),
    ]


def test_the_look_at_the_past_is_in_the_ledger_with_its_moment_also_where_there_was_no_record_yet(
    register: Register,
) -> None:
    moments = [NOW, NOW - timedelta(days=1)]
    with register.write() as session:
        her = enter(session)
        assert [stood(session, her, moment) is None for moment in moments] == [False, True]
        looks = [entry for entry in entries_about(session, record_id=her) if entry.action == "record.history-looked-at"]
        assert {entry.facts["moment"] for entry in looks} == {moment.isoformat() for moment in moments}


def test_the_past_is_shown_to_whom_the_present_is(register: Register) -> None:
    with register.write() as session:
        her, him = enter(session), enter(session, household_number="H-1")
        neighbour = enter(session, household_number="H-1")
        link_staff_to_record(session, person=CLERK.person, record_id=neighbour, actor=ADMINISTRATOR, at=NOW)
    for record_id, actor, refusal in (
        (him, CLERK, OwnHousehold),
        (her, resident(him), RecordNotFound),
        (her, staff("x", Role.AUDITOR), NotPermitted),
    ):
        with pytest.raises(refusal), register.write() as session:
            stood(session, record_id, NOW, actor)
    with register.write() as session:
        assert stood(session, her, NOW, resident(her)).record.id == her
        erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(RecordErased):
            stood(session, her, NOW, resident(her))


def test_a_version_from_before_an_item_was_held_lacks_it(register: Register) -> None:
    with register.write() as session:
        her = enter(session, notified_on=TODAY)
        row = session.get_one(RecordHistory, (her, 1))
        row.items = {name: text for name, text in row.items.items() if name not in {"notified_on", "alias_history"}}
        session.flush()
        view = stood(session, her, NOW).record
        assert (view.notified_on, view.alias_history) == (None, ())


def test_where_somebody_protected_lives_now_nobody_who_lived_there_is_shown_at_that_time(register: Register) -> None:
    """Their address of then is hers of today."""
    moved = later(minutes=10)
    with register.write() as session:
        he = enter(session, household_number="P")
        correct_record(
            session,
            record_id=he,
            changes={"household_number": "Q", "address": "西町9番"},
            reason=ChangeReason.MOVED_WITHIN,
            on=TODAY,
            actor=CLERK,
            at=moved,
        )
        assert stood(session, he, NOW, CLERK).record.withheld is False
        her = enter(session, household_number="P", protected=True)
    with pytest.raises(RecordNotFound), register.write() as session:
        stood(session, he, NOW, CLERK)
    with register.write() as session:
        assert (stood(session, he, NOW).record.withheld, stood(session, he, moved).record.withheld) == (True, False)
        assert stood(session, he, moved, CLERK).record.address == "西町9番"
        assert stood(session, he, NOW, resident(he)).record.withheld is False
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SUPERVISOR, at=moved)
        assert stood(session, he, NOW, CLERK).record.household_number == "P"
