"""The ledger: entries commit with what they record, are sealed in order, and tampering shows."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry_core.ledger import (
    entries_about,
    make_checkpoint,
    oldest_unsealed,
    record_entry,
    seal_entries,
    verify_ledger,
)
from registry_core.ledger.seal import chain_head
from registry_core.values import LegalPurpose
from tests.conftest import Register
from tests.intruder import disarm
from tests.registry_core.people import CLERK, NOW, enter, later


def write_entries(session: Session, number: int, first: int = 0) -> None:
    for index in range(first, first + number):
        record_entry(session, action=f"a.{index}", actor=CLERK, at=later(seconds=index), purpose=LegalPurpose.AUDIT)


@pytest.fixture
def sealed(register: Register) -> Register:
    with register.write() as session:
        write_entries(session, 8)
    with register.write() as session:
        assert seal_entries(session, at=NOW) == 8
        make_checkpoint(session, at=NOW)
    return register


def test_an_intact_ledger_is_found_intact(sealed: Register) -> None:
    with sealed.write() as session:
        write_entries(session, 3, first=8)
    with sealed.read() as session:
        verdict = verify_ledger(session)
    assert (verdict.sealed, verdict.unsealed, verdict.checkpoints, verdict.unproved) == (8, 3, 1, 0)
    assert verdict.is_intact


def test_what_follows_the_last_checkpoint_is_said_to_be_unproved(sealed: Register) -> None:
    with sealed.write() as session:
        write_entries(session, 3, first=8)
        seal_entries(session, at=NOW)
    with sealed.read() as session:
        assert verify_ledger(session).unproved == 3


TAMPERING = {
    "edit an entry": "UPDATE ledger_entry SET action = 'nothing' WHERE action = 'a.3'",
    "change who": "UPDATE ledger_entry SET actor_person = 'nobody' WHERE action = 'a.3'",
    "change when": "UPDATE ledger_entry SET at = '2020-01-01T00:00:00.000000Z' WHERE action = 'a.3'",
    "delete from the middle": "DELETE FROM ledger_entry WHERE action = 'a.3'",
    "delete a seal": "DELETE FROM ledger_seal WHERE sequence = 4",
    "cut the tail": "DELETE FROM ledger_seal WHERE sequence > 6",
    "change a checkpoint": "UPDATE ledger_checkpoint SET pool_position = 99",
    "swap two entries": "UPDATE ledger_entry SET action = CASE action WHEN 'a.2' THEN 'a.5' ELSE 'a.2' END"
    " WHERE action IN ('a.2', 'a.5')",
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(sealed: Register, how: str) -> None:
    with sealed.write() as session:
        disarm(session)
        session.execute(text(TAMPERING[how]))
    with sealed.read() as session:
        assert not verify_ledger(session).is_intact


def test_an_entry_slipped_past_the_worker_is_found(sealed: Register) -> None:
    with sealed.write() as session:
        write_entries(session, 1, first=8)
        session.execute(text("DELETE FROM ledger_tail"))
    with sealed.read() as session:
        assert [kind for kind, _ in verify_ledger(session).faults] == ["entry-outside-the-chain"]


def test_a_ledger_cut_behind_its_checkpoints_shows_against_a_head_kept_outside(sealed: Register) -> None:
    with sealed.read() as session:
        head = chain_head(session)
    with sealed.write() as session:
        disarm(session)
        session.execute(text("DELETE FROM ledger_checkpoint"))
        session.execute(
            text("DELETE FROM ledger_entry WHERE id IN (SELECT entry_id FROM ledger_seal WHERE sequence > 6)")
        )
        session.execute(text("DELETE FROM ledger_seal WHERE sequence > 6"))
    with sealed.read() as session:
        assert verify_ledger(session).is_intact  # alone it proves nothing
        assert not verify_ledger(session, known_head=head).is_intact


def test_the_age_of_the_unsealed_tail_is_known(register: Register) -> None:
    with register.write() as session:
        assert oldest_unsealed(session) is None
        write_entries(session, 2)
        assert oldest_unsealed(session) == NOW
        seal_entries(session, at=later(seconds=3))
        assert oldest_unsealed(session) is None


def test_an_entry_dies_with_the_transaction_it_belongs_to(register: Register) -> None:
    class Broken(Exception):
        pass

    def enter_and_break() -> None:
        with register.write() as session:
            enter(session)
            raise Broken

    with pytest.raises(Broken):
        enter_and_break()
    with register.read() as session:
        assert session.scalar(text("SELECT count(*) FROM ledger_entry")) == 0


def test_entries_about_a_record_come_newest_first_in_pages(register: Register) -> None:
    with register.write() as session:
        record = enter(session)
        for index in range(5):
            record_entry(
                session,
                action=f"b.{index}",
                actor=CLERK,
                at=later(minutes=index + 1),
                purpose=LegalPurpose.AUDIT,
                record_id=record,
            )
        first = entries_about(session, record_id=record, limit=4)
        rest = entries_about(session, record_id=record, limit=4, before=(first[-1].at, first[-1].id))
    assert [entry.action for entry in first + rest] == ["b.4", "b.3", "b.2", "b.1", "b.0", "record.entered"]
    assert not any(entry.sealed for entry in first)
