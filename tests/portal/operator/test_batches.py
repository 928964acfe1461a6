"""Entering in batches."""

from sqlalchemy import func, select

from portal.operator.batches import Arrival, enter_in_batches
from portal.operator.synthesis import fill, synthetic_residents
from portal.pace import Pace
from registry_core.ledger.entry import LedgerEntry
from registry_core.register.resident_record import ResidentRecord
from tests.conftest import Register
from tests.registry_core.people import CITY, NOW, SYSTEM


def test_every_batch_is_a_transaction_of_its_own(register: Register) -> None:
    arrivals = [Arrival(line, each) for line, each in enumerate(synthetic_residents(25, seed=4), start=1)]
    sizes, seen = [], []
    pace = Pace(seconds=0.0, most=10, rows=10)
    for batch in enter_in_batches(
        register.engine, register.keyring, arrivals, actor=SYSTEM, now=lambda: NOW, pace=pace
    ):
        sizes.append(len(batch))
        with register.read() as session:
            seen.append(session.scalar(select(func.count()).select_from(ResidentRecord)))
    assert sizes == [10, 5, 5, 5]
    assert seen == [10, 15, 20, 25]


def test_register_is_filled_with_the_people_of_a_seed(register: Register) -> None:
    fill(register.engine, register.keyring, 300, 6, municipality_code=CITY, at=NOW)
    with register.read() as session:
        cards = set(session.scalars(select(ResidentRecord.card_number)))
        assert cards == {each.items.card_number for each in synthetic_residents(300, seed=6)}
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 300
