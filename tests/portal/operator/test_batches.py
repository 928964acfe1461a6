"""Entering in batches: how many rows one has follows from how long the one before held the lock."""

from sqlalchemy import func, select

from portal.operator.batches import Arrival, Pace, enter_in_batches
from portal.operator.synthesis import fill, synthetic_residents
from registry_core.ledger.entry import LedgerEntry
from registry_core.register.resident_record import ResidentRecord
from tests.conftest import Register
from tests.registry_core.people import CITY, NOW, SYSTEM


def test_batch_grows_while_it_is_quick_and_shrinks_at_once_when_it_is_slow() -> None:
    pace = Pace(seconds=0.04, most=1000, rows=100)
    sizes = []
    for seconds in (0.001, 0.001, 0.04, 0.08, 4.0, 4.0, 4.0, 4.0, 0.04):
        pace.took(pace.rows, seconds)
        sizes.append(pace.rows)
    assert sizes == [200, 400, 400, 200, 100, 50, 25, 12, 12]
    assert pace.longest == 4.0
    for _ in range(20):
        pace.took(pace.rows, 0.0)
    assert pace.rows == 1000


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
