"""Taking records out: an auditor alone, an entry first for each, no code, no address of who is protected."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.codes import erase_resident
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import begin_export, correct_record, export_page, link_staff_to_record
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import NotPermitted
from tests.registry_core.people import ADMINISTRATOR, NOW, SYSTEM, TODAY, actions, code, enter, items, staff

AUDITOR = staff("kato", Role.AUDITOR)


def exported(register, *, actor=AUDITOR, limit: int = 2) -> dict[UUID, tuple[object, ...]]:
    """Everything that an export gives, page by page: record -> its parts."""
    found, after = {}, None
    while True:
        with register.write() as session:
            page = export_page(session, after=after, limit=limit, actor=actor, at=NOW)
        if not page:
            return found
        found |= {each.id: each for each in page}
        after = page[-1].id


def test_every_record_is_taken_out_once_and_leaves_its_entry(register) -> None:
    its_code = code(123)
    with register.write() as session:
        ids = {enter(session, address=f"緑が丘市{number}番") for number in range(4)}
        whole = enter(session, its_code=its_code, latin_name="WANG FANG", kanji_name="王 芳", protected=False)
    with register.write() as session:
        assert begin_export(session, actor=AUDITOR, at=NOW) == 5
    found = exported(register)
    assert set(found) == ids | {whole}
    assert (
        found[whole].items.as_text()
        == items(
            latin_name="WANG FANG",
            kanji_name="王 芳",
            card_number=found[whole].items.card_number,
            household_number=found[whole].items.household_number,
        ).as_text()
    )
    assert (found[whole].code, str(found[whole].code)) == (its_code, its_code.masked)
    assert (found[whole].reason, found[whole].on) == (ChangeReason.MOVED_IN, RegisterDate.on(TODAY))
    with register.read() as session:
        left = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "record.exported")).all()
        assert sorted(str(entry.record_id) for entry in left) == sorted(map(str, found))
        assert {(entry.actor_person, entry.actor_role, entry.purpose) for entry in left} == {
            ("kato", Role.AUDITOR, LegalPurpose.AUDIT)
        }
        [begun] = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "register.exported"))
        assert (begun.record_id, begun.facts) == (None, {"records": 5})


def test_page_that_is_not_committed_leaves_nothing(register) -> None:
    with register.write() as session:
        record_id = enter(session)

    session = Session(register.engine, info={"keyring": register.keyring})
    assert len(export_page(session, after=None, limit=10, actor=AUDITOR, at=NOW)) == 1
    session.close()
    with register.read() as session:
        assert actions(session, record_id) == ["record.entered"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_but_an_auditor_takes_records_out(register, role: Role) -> None:
    with register.write() as session:
        record_id = enter(session)
    for takes in (begin_export, lambda session, **who: export_page(session, after=None, limit=1, **who)):
        with pytest.raises(NotPermitted), register.write() as session:
            takes(session, actor=staff("somebody", role), at=NOW)
    with register.read() as session:
        assert actions(session) == actions(session, record_id) == ["record.entered"]


def test_records_of_another_municipality_and_erased_ones_stay(register) -> None:
    with register.write() as session:
        enter(session, city="131016")
        gone = enter(session)
        erase_resident(session, record_id=gone, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    assert exported(register) == {}


def test_address_of_who_is_protected_and_of_their_household_is_left_out(register) -> None:
    home = {"household_number": "H-1", "previous_address": "大阪市北区1番"}
    with register.write() as session:
        mother = enter(session, protected=True, **home)
        child = enter(session, **home)
        neighbour = enter(session, previous_address="大阪市北区1番")
    found = exported(register)
    for record_id in (mother, child):
        assert (found[record_id].items.address, found[record_id].items.previous_address) == ("", "")
    assert found[neighbour].items.address == "緑が丘市中央一丁目1番1号"
    assert found[neighbour].items.previous_address == "", "whose address of today it is, its text does not say"
    with register.write() as session:
        erase_resident(session, record_id=mother, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    assert exported(register)[child].items.address == "緑が丘市中央一丁目1番1号"


def test_auditor_s_own_household_stays(register) -> None:
    with register.write() as session:
        own = enter(session, household_number="H-1")
        enter(session, household_number="H-1")
        other = enter(session, household_number="H-2")
        link_staff_to_record(session, person="kato", record_id=own, actor=ADMINISTRATOR, at=NOW)
    assert set(exported(register)) == {other}
    with register.write() as session:
        assert begin_export(session, actor=AUDITOR, at=NOW) == 1


def test_record_is_taken_out_as_it_is_now_and_when_it_was_entered_last(register) -> None:
    its_code = code()
    with register.write() as session:
        record_id = enter(session, its_code=its_code)
        erase_resident(session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    from registry_core.register import enter_resident

    with register.write() as session:
        back = enter_resident(
            session,
            items=items(card_number=None),
            code=its_code,
            reason=ChangeReason.MOVED_IN_FROM_ABROAD,
            on=TODAY.replace(day=24),
            actor=SYSTEM,
            at=NOW,
        )
        correct_record(
            session,
            record_id=back,
            changes={"address": "緑が丘市東町2番"},
            reason=ChangeReason.MOVED_WITHIN,
            on=TODAY,
            actor=SYSTEM,
            at=NOW,
        )
    found = exported(register)[record_id]
    assert (found.items.address, found.reason, found.on.day) == (
        "緑が丘市東町2番",
        ChangeReason.MOVED_IN_FROM_ABROAD,
        24,
    )
