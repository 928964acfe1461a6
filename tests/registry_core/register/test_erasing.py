"""Erasing a record, and its resident coming back: the record stays, closed, and goes on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry_core.codes import erase_resident, reveal_code
from registry_core.outbox import OutboxItem, OutboxKind, enqueue, payload_of
from registry_core.outbox.message import OutboxMessage
from registry_core.register import (
    correct_record,
    look_at_record,
    record_history,
)
from registry_core.register.code_assignment import CodeAssignment
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate
from registry_core.values.errors import (
    CodeInUse,
    InvalidItem,
    RecordErased,
)
from tests.conftest import Register
from tests.invariants import broken_invariants
from tests.registry_core.people import (
    CLERK,
    NOW,
    TODAY,
    actions,
    code,
    enter,
    later,
    resident,
)


def test_an_erased_record_stays_but_changes_no_more(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_ABROAD, on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(RecordErased):
            erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(RecordErased):
            correct_record(
                session,
                record_id=her,
                changes={},
                reason=ChangeReason.MINOR_CORRECTION,
                on=TODAY,
                actor=CLERK,
                at=NOW,
            )
        assert actions(session, her) == ["record.entered", "record.erased"]


def test_who_comes_back_keeps_the_code_and_the_record_goes_on(register: Register) -> None:
    hers = code()
    back = {"card_number": "ZZ12345678ZZ", "address": "緑が丘市東町2丁目2番"}
    with register.write() as session:
        her = enter(session, its_code=hers, card_number="ZZ12345678ZZ")
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    for other in ({"birth_date": RegisterDate.parse("1990-03-01")}, {"latin_name": "SOMEBODY ELSE"}):
        with pytest.raises(CodeInUse), register.write() as session:
            enter(session, its_code=hers, **(back | other))
    with register.write() as session:
        assert enter(session, its_code=hers, **back) == her
        view = look_at_record(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        assert (view.code, view.address, view.erased_on, view.version) == (hers, back["address"], None, 3)
        history = record_history(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
    assert [change.reason for change in history] == [
        ChangeReason.MOVED_IN,
        ChangeReason.MOVED_OUT,
        ChangeReason.MOVED_IN,
    ]
    with pytest.raises(CodeInUse), register.write() as session:
        enter(session, its_code=hers, **back)


def test_an_erased_record_is_closed_to_its_resident_and_open_to_staff_with_a_purpose(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        for step in (look_at_record, record_history):
            with pytest.raises(RecordErased):
                step(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        with pytest.raises(RecordErased):
            reveal_code(session, record_id=her, actor=resident(her), at=NOW)
        seen = look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=LegalPurpose.RECORD_CORRECTION)
        assert seen.erased_on == TODAY


# ---------------------------------------------------------------- the notice to the network


def notices(session: Session) -> list[OutboxItem]:
    """Of erasures, by version of the record."""
    query = select(OutboxMessage.dedupe_key).where(OutboxMessage.kind == OutboxKind.ERASURE_NOTICE)
    keys = session.scalars(query.order_by(OutboxMessage.dedupe_key))
    return [payload_of(session, kind=OutboxKind.ERASURE_NOTICE, dedupe_key=key) for key in keys]


@pytest.mark.parametrize(
    ("reason", "day"),
    [(ChangeReason.MOVED_OUT, "2026-11-23"), (ChangeReason.DEATH, "令和8年10月上旬")],
)
def test_the_network_is_told_of_an_erasure_why_and_of_which_day(register: Register, reason, day: str) -> None:
    """Cabinet Order art. 30-5 item 2; what stood on the record is named by its version, and there is no code before it."""
    on = RegisterDate.parse(day)
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=reason, on=on, actor=CLERK, at=NOW)
    with register.read() as session:
        [notice] = notices(session)
        assert (notice.record_id, notice.created_at, notice.delivered_at) == (her, NOW, None)
        assert notice.payload == {
            "record": str(her),
            "record_version": 2,
            "reason": reason.value,
            "on": str(on),
            "assignment": str(session.scalars(select(CodeAssignment.id)).one()),
        }


def test_an_erasure_that_is_refused_or_comes_to_nothing_gives_no_notice(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
    with register.write() as session:
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        session.flush()
        session.rollback()
    with pytest.raises(InvalidItem), register.write() as session:
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_IN, on=TODAY, actor=CLERK, at=NOW)
    with register.read() as session:
        assert notices(session) == []
    with register.write() as session:
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    with pytest.raises(RecordErased), register.write() as session:
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    with register.read() as session:
        assert [notice.dedupe_key for notice in notices(session)] == [f"{her}:2"]
    with pytest.raises(IntegrityError), register.write() as session:
        enqueue(session, kind=OutboxKind.ERASURE_NOTICE, dedupe_key=f"{her}:2", payload={}, at=NOW, record_id=her)


def test_who_comes_back_and_is_erased_again_has_a_second_notice(register: Register) -> None:
    """One each time: the record was entered again in between (Act art. 30-3 par. 1)."""
    hers = code()
    with register.write() as session:
        her = enter(session, its_code=hers)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    with register.write() as session:
        assert enter(session, its_code=hers) == her
        assert [notice.dedupe_key for notice in notices(session)] == [f"{her}:2"]
        erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=TODAY, actor=CLERK, at=later(days=1))
    with register.read() as session:
        told = [(notice.dedupe_key, notice.payload["reason"]) for notice in notices(session)]
        assert told == [(f"{her}:2", "moved-out"), (f"{her}:4", "death")]
        assert broken_invariants(session) == []


def test_of_two_who_erase_a_record_at_the_same_time_one_does_and_one_notice_is_given(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
    both = Barrier(2)

    def erase(minutes: int) -> str:
        both.wait(timeout=30)
        try:
            with register.write() as session:
                at = later(minutes=minutes)
                erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=at)
        except RecordErased as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(erase, (1, 2))) == ["done", "record-erased"]
    with register.read() as session:
        assert [notice.dedupe_key for notice in notices(session)] == [f"{her}:2"]
        assert broken_invariants(session) == []


def test_an_erasure_without_its_notice_or_with_another_one_breaks_an_invariant(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    with register.write() as session:
        enqueue(session, kind=OutboxKind.ERASURE_NOTICE, dedupe_key=f"{her}:3", payload={}, at=NOW, record_id=her)
        session.flush()
        assert broken_invariants(session) == [f"I5 {her}:3: 1 times a notice of erasure too many"]
        session.execute(delete(OutboxMessage))
        assert broken_invariants(session) == [f"I5 {her}:2: 1 times no notice of erasure"]
