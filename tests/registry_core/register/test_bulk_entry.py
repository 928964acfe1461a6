"""Many residents entered at once: what stands in the register afterwards is what entering one by one writes."""

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from registry_core.ledger.entry import LedgerEntry, LedgerTail
from registry_core.register import AliasEntry, Newcomer, ResidentItems, enter_prepared, enter_resident, prepare_entries
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.history import RecordHistory
from registry_core.register.resident_record import ResidentRecord
from registry_core.register.search_index import SearchEntry
from registry_core.storage.gram_posting import GramPosting
from registry_core.storage.keys import keyring
from registry_core.values import ChangeReason, Role
from registry_core.values.errors import CodeInUse, InvalidItem, MissingItem, NotPermitted
from tests.conftest import Register
from tests.registry_core.people import CITY, NOW, SYSTEM, TODAY, code, items, staff

ALIASES = (AliasEntry(alias="緑川 花", deleted_in="緑が丘市", deleted_on=date(2025, 4, 1)),)
TABLES = (ResidentRecord, SearchEntry, CodeAssignment, RecordHistory, LedgerEntry, LedgerTail)
_OWN = {"id", "number", "record_id", "entry_id", "code_sealed"}


def newcomers(number: int = 3) -> list[Newcomer]:
    people = [
        items(kanji_name="阮 文德", reading="グエン ヴァン ドゥック", alias="緑川 花子", protected=True),
        items(
            latin_name=None, kanji_name="王 芳", card_number=None, alias_history=ALIASES, notified_on=date(2026, 4, 2)
        ),
        items(latin_name="SUKARNI\t\\N 'x' \"y\"", address="緑が丘市\n二行目\\.", household_head="A,B;C\\"),
    ]
    return [Newcomer(people[at % 3], code(), ChangeReason.BIRTH, date(2026, 4, 1)) for at in range(number)]


def enter_all(register: Register, people: list[Newcomer], actor=SYSTEM) -> None:
    prepared = prepare_entries(people, actor=actor, at=NOW, keyring=register.keyring, dialect=register.engine.dialect)
    with register.write() as session:
        enter_prepared(session, prepared=prepared)


def kept(register: Register) -> dict[str, list[dict[str, object]]]:
    """Every row of every table as its columns, without what is drawn anew each time."""
    with register.read() as session:
        return {"grams": kept_grams(session)} | {
            entity.__tablename__: sorted(
                (
                    {
                        attribute.key: getattr(row, attribute.key)
                        for attribute in entity.__mapper__.column_attrs
                        if attribute.key not in _OWN
                    }
                    for row in session.scalars(select(entity))
                ),
                key=str,
            )
            for entity in TABLES
        }


def kept_grams(session) -> list[tuple[int, int]]:
    """Each gram with how many records hold it: runs of one number, and runs of a batch, say the same."""
    counts: Counter[int] = Counter()
    for run in session.scalars(select(GramPosting)):
        counts[run.gram] += int.from_bytes(run.numbers, "little").bit_count()
    return sorted(counts.items())


def everything_removed(register: Register) -> None:
    """Leave the register as empty as the ledger allows: the test compares what two ways of entering write."""
    with register.write() as session:
        for entity in (GramPosting, SearchEntry, CodeAssignment, RecordHistory, ResidentRecord):
            session.query(entity).delete()


def test_rows_are_those_of_entering_one_by_one(register: Register) -> None:
    people = newcomers()
    with register.write() as session:
        for each in people:
            enter_resident(
                session, items=each.items, code=each.code, reason=each.reason, on=each.on, actor=SYSTEM, at=NOW
            )
    one_by_one = kept(register)
    everything_removed(register)
    enter_all(register, people)
    at_once = kept(register)
    assert at_once["grams"]
    assert {name: rows for name, rows in at_once.items() if not name.startswith("ledger")} == {
        name: rows for name, rows in one_by_one.items() if not name.startswith("ledger")
    }
    for name in ("ledger_entry", "ledger_tail"):  # append-only: each row twice now
        assert at_once[name] == sorted(one_by_one[name] * 2, key=str)


def test_rows_belong_together_and_the_code_opens(register: Register) -> None:
    people = newcomers()
    enter_all(register, people)
    with register.read() as session:
        held = {
            record.card_number: assignment.code(keyring(session))
            for record, assignment in session.execute(
                select(ResidentRecord, CodeAssignment).join(
                    CodeAssignment, CodeAssignment.record_id == ResidentRecord.id
                )
            )
        }
        records = set(session.scalars(select(ResidentRecord.id)))
        assert held == {each.items.card_number: each.code for each in people}
        for column in (RecordHistory.record_id, SearchEntry.record_id, LedgerEntry.record_id):
            assert set(session.scalars(select(column))) == records
        assert set(session.scalars(select(LedgerTail.entry_id))) == set(session.scalars(select(LedgerEntry.id)))


@pytest.mark.parametrize("what", ["code", "card"])
def test_code_or_card_that_is_somebodys_lets_nobody_of_the_batch_in(register: Register, what: str) -> None:
    people = newcomers()
    enter_all(register, people[:1])
    others = newcomers()
    if what == "code":
        others[2] = replace(others[2], code=people[0].code)
    else:
        others[2] = replace(others[2], items=replace(others[2].items, card_number=people[0].items.card_number))
    before = kept(register)
    with pytest.raises(CodeInUse):
        enter_all(register, others)
    assert kept(register) == before


def _changed(newcomer: Newcomer, **changes: object) -> Newcomer:
    return replace(newcomer, items=replace(newcomer.items, **changes))


def test_rules_are_those_of_entering_one_by_one(register: Register) -> None:
    [good] = newcomers(1)
    for wrong, refusal in (
        (_changed(good, card_number="12"), InvalidItem),
        (_changed(good, address=" "), MissingItem),
        (replace(good, reason=ChangeReason.DEATH), InvalidItem),
    ):
        with pytest.raises(refusal):
            enter_all(register, [good, wrong])
    with pytest.raises(NotPermitted):
        enter_all(register, [good], actor=staff("auditor", Role.AUDITOR))
    assert all(rows == [] for rows in kept(register).values())


def test_nobody_to_enter_writes_nothing(register: Register) -> None:
    enter_all(register, [])
    assert all(rows == [] for rows in kept(register).values())


def test_items_are_those_of_the_municipality_of_the_actor(register: Register) -> None:
    enter_all(register, newcomers(1))
    with register.read() as session:
        assert session.scalars(select(ResidentRecord.municipality_code)).all() == [CITY]
        assert isinstance(session.scalars(select(ResidentRecord)).one().items(), ResidentItems)
        assert session.scalars(select(RecordHistory.on)).one() != TODAY


def test_ids_of_a_batch_stand_together_and_each_is_drawn(register: Register) -> None:
    enter_all(register, newcomers(3))
    enter_all(register, newcomers(3))
    with register.read() as session:
        ids = [
            [row.hex for row in session.scalars(select(column))]
            for column in (ResidentRecord.id, CodeAssignment.id, LedgerEntry.id)
        ]
    assert len({each[:12] for column in ids for each in column}) == 2
    assert len({each[12:] for column in ids for each in column}) == 18
    assert {each.version for each in (UUID(own) for column in ids for own in column)} == {4}
