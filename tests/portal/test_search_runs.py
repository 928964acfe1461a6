"""Runs of grams are joined after many people were entered, and everybody is found as before."""

from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.operator.batches import Arrival, enter_in_batches
from portal.operator.synthesis import desk_of_people, synthetic_residents
from portal.pace import Pace
from portal.search_runs import RunDesk, joined_search_runs
from registry_core.register import RecordQuery, search_records
from registry_core.storage.gram_posting import GramPosting, join_runs, scattered
from registry_core.values import LegalPurpose
from registry_core.values.actor import Actor, Role
from tests.conftest import Register
from tests.registry_core.people import CITY, NOW


def fill_in_small_batches(engine, keyring, city: str) -> None:
    arrivals = [Arrival(line, each) for line, each in enumerate(synthetic_residents(200, seed=4), start=1)]
    pace = Pace(seconds=0.0, most=10, rows=10)
    desk = desk_of_people(engine, keyring, municipality_code=city)
    for _ in enter_in_batches(desk, arrivals, now=lambda: NOW, pace=pace):
        pass


def state(session: Session, city: str) -> tuple[int, list[UUID]]:
    """How many runs there are, and who is found."""
    query = RecordQuery(name="an", address="緑が丘市")
    tanaka = Actor("tanaka", "tanaka", Role.SUPERVISOR, city)
    found = search_records(session, query=query, actor=tanaka, at=NOW, purpose=LegalPurpose.COUNTER_SERVICE)
    return session.scalar(select(func.count()).select_from(GramPosting)), sorted(hit.id for hit in found)


def test_runs_that_small_batches_leave_are_joined_and_everybody_is_found_as_before(register: Register) -> None:
    fill_in_small_batches(register.engine, register.keyring, CITY)
    with register.write() as session:
        runs, found = state(session, CITY)
    assert sum(joined_search_runs(RunDesk(register.engine, register.keyring))) > 0
    assert list(joined_search_runs(RunDesk(register.engine, register.keyring))) == []
    with register.write() as session:
        fewer, again = state(session, CITY)
    assert (len(found), again, fewer < runs * 0.8) == (20, found, True)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one who writes
def test_joining_ends_though_somebody_else_has_runs_in_hand(register: Register) -> None:
    fill_in_small_batches(register.engine, register.keyring, CITY)
    with register.read() as session:
        places = scattered(session, limit=30)
    with register.write() as other:
        join_runs(other, places=places[::2])
        assert sum(joined_search_runs(RunDesk(register.engine, register.keyring))) > len(places)
        with register.read() as session:
            assert scattered(session, limit=30) == places[::2]
    assert list(joined_search_runs(RunDesk(register.engine, register.keyring))) == []
