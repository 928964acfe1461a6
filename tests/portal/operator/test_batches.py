"""Entering in batches, by one process or by two that take turns."""

from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.config import Config
from portal.operator import key_rotation
from portal.operator.batches import Arrival, BatchDesk, BatchRefused, enter_in_batches
from portal.operator.key_rotation import Rotation
from portal.operator.synthesis import fill, synthetic_residents
from portal.operator.twice_read import FileChanged
from portal.pace import Pace
from portal.registry import open_registry
from portal.two_processors import OtherProcess, in_order, other_process
from registry_core.codes import codes_in_use
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import Newcomer
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import key_name, new_keyring_file, read_keyring
from tests.conftest import Register
from tests.portal.operator.conftest import environment
from tests.portal.operator.keys.conftest import Quiet
from tests.registry_core.people import CITY, NOW, SYSTEM, enter


def arrivals(number: int) -> list[Arrival[int]]:
    """As many people, each known by their number from 1 on: whole codes go to no other process."""
    return [Arrival(line, line) for line in range(1, number + 1)]


def people_of_seed(number: int) -> dict[int, Newcomer]:
    return dict(enumerate(synthetic_residents(number, seed=4), start=1))


@contextmanager
def desk_in(
    register: Register, people: dict[int, Newcomer], *, processes: int
) -> Iterator[tuple[BatchDesk[int], OtherProcess | None]]:
    desk = BatchDesk(register.engine, register.keyring, SYSTEM, people.__getitem__)
    if processes == 1:
        yield desk, None
        return
    with other_process(register.engine, desk.prepare, desk.enter) as other:
        yield desk, other


def residents(register: Register) -> int:
    with register.read() as session:
        return session.scalar(select(func.count()).select_from(ResidentRecord)) or 0


@pytest.mark.parametrize("processes", [1, 2])
def test_every_batch_is_a_transaction_of_its_own_and_in_its_order(register: Register, processes: int) -> None:
    sizes, seen = [], []
    pace = Pace(seconds=60.0, most=10, rows=10)
    with desk_in(register, people_of_seed(45), processes=processes) as (desk, other):
        for batch in enter_in_batches(desk, arrivals(45), now=lambda: NOW, pace=pace, other=other):
            sizes.append((batch.after, batch.through, batch.count))
            seen.append(residents(register))
    assert sizes == [(0, 10, 10), (10, 20, 10), (20, 30, 10), (30, 40, 10), (40, 45, 5)]
    assert seen == [10, 20, 30, 40, 45]


def test_slow_batch_makes_the_next_one_smaller(register: Register) -> None:
    pace = Pace(seconds=0.0, most=10, rows=10)
    with desk_in(register, people_of_seed(25), processes=1) as (desk, other):
        batches = enter_in_batches(desk, arrivals(25), now=lambda: NOW, pace=pace, other=other)
        assert [batch.count for batch in batches] == [10, 5, 5, 5]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("taken", [15, 25])
def test_batch_with_a_code_that_somebody_has_is_refused_whole_and_those_before_stay(
    register: Register, processes: int, taken: int
) -> None:
    people = people_of_seed(40)
    with register.write() as session:
        enter(session, its_code=people[taken].code)
    with desk_in(register, people, processes=processes) as (desk, other), pytest.raises(BatchRefused) as refused:
        list(
            enter_in_batches(
                desk, arrivals(40), now=lambda: NOW, pace=Pace(seconds=60.0, most=10, rows=10), other=other
            )
        )
    assert taken in refused.value.batch.new
    assert residents(register) == 1 + taken // 10 * 10


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("good", [10, 20, 30])
def test_rows_that_cannot_be_read_end_it_and_nothing_goes_on_behind_that(
    register: Register, processes: int, good: int
) -> None:
    def arriving() -> Iterator[Arrival[int]]:
        yield from arrivals(good)
        raise FileChanged

    with desk_in(register, people_of_seed(30), processes=processes) as (desk, other):
        batches = enter_in_batches(
            desk, arriving(), now=lambda: NOW, pace=Pace(seconds=60.0, most=10, rows=10), other=other
        )
        with pytest.raises(FileChanged):
            list(batches)
        entered = residents(register)
    assert entered == residents(register) == (good if processes == 1 else good // 20 * 20)


@pytest.mark.parametrize("processes", [1, 2])
def test_keys_replaced_meanwhile_are_those_of_the_rest(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(key_rotation, "_A_MOMENT", 0)
    keys_file = tmp_path / "data-keys.json"
    new_keyring_file(keys_file)
    opened = open_registry(Config.from_environment(environment(tmp_path, register.url, keys_file)))
    people = people_of_seed(50)
    through = []
    with desk_in(Register(register.url, opened.engine, opened.keyring), people, processes=processes) as (desk, other):
        pace = Pace(seconds=60.0, most=10, rows=10)
        for batch in enter_in_batches(desk, arrivals(50), now=lambda: NOW, pace=pace, other=other):
            through.append(batch.through)
            if len(through) == 1:
                assert Rotation(opened, Quiet(), lambda _keys: True).run()
    assert through == [10, 20, 30, 40, 50]
    ring = read_keyring(keys_file)
    with opened.read() as session:
        held = session.scalars(select(CodeAssignment)).all()
        codes = {each.code(ring) for each in held}
        assert codes_in_use(session, codes=codes) == codes == {each.code for each in people.values()}
        assert {key_name(each.code_sealed) for each in held} == {ring.active} != {"k1"}
    opened.engine.dispose()


def test_parts_come_back_in_their_order_whoever_did_them(register: Register) -> None:
    with other_process(register.engine, square) as other:
        assert list(in_order(square, range(50), other)) == [(number, number**2) for number in range(50)]
        assert list(in_order(square, [], other)) == []
    assert list(in_order(square, range(5), None)) == [(number, number**2) for number in range(5)]


def test_end_of_the_other_process_is_told(register: Register) -> None:
    before = set(active_children())
    with other_process(register.engine, square) as other:
        (child,) = set(active_children()) - before
        child.kill()
        with pytest.raises(BrokenProcessPool):
            list(in_order(square, range(50), other))
    assert set(active_children()) == before


def square(number: int) -> int:
    return number**2


def test_register_is_filled_with_the_people_of_a_seed(register: Register) -> None:
    fill(register.engine, register.keyring, 300, 6, municipality_code=CITY, at=NOW)
    with register.read() as session:
        cards = set(session.scalars(select(ResidentRecord.card_number)))
        assert cards == {each.items.card_number for each in synthetic_residents(300, seed=6)}
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 300
