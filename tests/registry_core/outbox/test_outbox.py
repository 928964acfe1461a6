"""The outbox: exactly once in the database, at least once to the outside."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry_core.outbox import OutboxKind, enqueue, mark_delivered, mark_failed, retry, stuck_items, take_due
from tests.conftest import Register
from tests.registry_core.people import NOW, later

LEASE = timedelta(minutes=2)


def put(register: Register, key: str = "k") -> None:
    with register.write() as session:
        enqueue(session, kind=OutboxKind.MAIL, dedupe_key=key, payload={"to": "x@example.org"}, at=NOW)


def taken(register: Register, at=NOW):
    with register.write() as session:
        return take_due(session, kinds=[OutboxKind.MAIL], at=at, lease=LEASE)


def test_one_kind_and_key_is_queued_once(register: Register) -> None:
    put(register)
    with pytest.raises(IntegrityError):
        put(register)


def test_the_payload_is_not_readable_in_the_database(register: Register) -> None:
    put(register)
    with register.read() as session:
        assert b"example.org" not in bytes(session.scalar(text("SELECT payload_sealed FROM outbox_message")))


def test_a_message_is_leased_and_comes_back_when_nobody_reports(register: Register) -> None:
    put(register)
    assert [item.payload for item in taken(register)] == [{"to": "x@example.org"}]
    assert taken(register, later(minutes=1)) == []
    assert len(taken(register, later(minutes=3))) == 1


def test_what_is_delivered_does_not_come_back(register: Register) -> None:
    put(register)
    item = taken(register)[0]
    with register.write() as session:
        mark_delivered(session, item_id=item.id, at=NOW)
        mark_delivered(session, item_id=item.id, at=NOW)
    assert taken(register, later(days=1)) == []


def test_failures_wait_longer_each_time_and_then_are_shown_to_staff(register: Register) -> None:
    put(register)
    at, waits = NOW, []
    for _ in range(5):
        item = taken(register, at)[0]
        with register.write() as session:
            mark_failed(session, item_id=item.id, at=at, error="SMTPConnectError")
        with register.read() as session:
            shown = stuck_items(session)
        step = at
        while not (found := taken(register, step)):
            step += timedelta(seconds=30)
        waits.append(step - at)
        at = step
        with register.write() as session:  # undo the lease of looking
            session.execute(text("UPDATE outbox_message SET next_try_at = :at"), {"at": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"})
        assert found
    assert waits == [timedelta(minutes=2**n) for n in range(5)]
    assert [item.last_error for item in shown] == ["SMTPConnectError"]


def test_staff_can_try_at_once(register: Register) -> None:
    put(register)
    item = taken(register)[0]
    with register.write() as session:
        for _ in range(6):
            mark_failed(session, item_id=item.id, at=NOW, error="x")
        retry(session, item_id=item.id, at=NOW)
        assert stuck_items(session) == []
    assert len(taken(register)) == 1
