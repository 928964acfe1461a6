"""The process that prepares rows beside the one that enters them."""

from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path

import pytest
from sqlalchemy import Dialect, select
from sqlalchemy.dialects import sqlite

from portal.config import Config
from portal.operator import key_rotation
from portal.operator.ahead import Ahead, AheadEnded, ahead
from portal.operator.batches import Arrival, Batch, Preparation, enter_in_batches
from portal.operator.key_rotation import Rotation
from portal.operator.synthesis import synthetic_residents
from portal.operator.twice_read import FileChanged
from portal.pace import Pace
from portal.registry import open_registry
from registry_core.codes import codes_in_use
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.keys import KeyFile, key_name, new_keyring_file, read_keyring
from tests.conftest import Register
from tests.portal.operator.conftest import environment
from tests.portal.operator.keys.conftest import Quiet
from tests.registry_core.people import NOW, SYSTEM


@dataclass(frozen=True)
class People:
    """Work for the process: so many people, numbered from 1 on, then a file that changed, if it did."""

    number: int
    keys_file: Path
    dialect: type[Dialect] = sqlite.dialect
    file_changes: bool = False

    def preparation(self) -> Preparation:
        keyring = KeyFile(self.keys_file).current()
        return Preparation(self.arrivals(), actor=SYSTEM, keyring=keyring, dialect=self.dialect())

    def arrivals(self) -> Iterator[Arrival]:
        for line, person in enumerate(synthetic_residents(self.number, seed=3), start=1):
            yield Arrival(line, person)
        if self.file_changes:
            raise FileChanged


@pytest.fixture(scope="module")
def process() -> Iterator[Ahead]:
    with ahead() as beside:
        yield beside


@pytest.fixture
def own_keys(tmp_path: Path) -> Path:
    new_keyring_file(tmp_path / "data-keys.json")
    return tmp_path / "data-keys.json"


def lines(batch: Batch | None) -> tuple[int, int] | None:
    """The first and the last line."""
    return batch and (batch.through - batch.count + 1, batch.through)


def test_batches_come_in_order_each_as_large_as_was_wanted_one_before(process: Ahead, own_keys: Path) -> None:
    process.begin(People(10, own_keys))
    first = process.batch(3, NOW)
    assert [lines(first), lines(process.batch(4, NOW)), lines(process.batch(9, NOW))] == [(1, 3), (4, 6), (7, 10)]
    assert process.batch(9, NOW) is None
    assert (first.actor, first.at, first.back, len(first.prepared.record_ids)) == (SYSTEM, NOW, (), 3)


def test_batch_that_was_not_entered_comes_again_and_what_was_prepared_after_it(process: Ahead, own_keys: Path) -> None:
    process.begin(People(6, own_keys))
    process.batch(2, NOW)
    process.put_back()
    assert [lines(process.batch(4, NOW)), lines(process.batch(4, NOW))] == [(1, 4), (5, 6)]
    process.put_back()
    assert [lines(process.batch(9, NOW)), process.batch(9, NOW)] == [(5, 6), None]


def test_other_work_begins_anew_and_nothing_of_the_work_before_comes(process: Ahead, own_keys: Path) -> None:
    process.begin(People(6, own_keys))
    process.batch(2, NOW)
    process.begin(People(5, own_keys))
    assert [lines(process.batch(9, NOW)), process.batch(9, NOW)] == [(1, 5), None]


def test_changed_file_is_told_and_other_work_can_follow(process: Ahead, own_keys: Path) -> None:
    process.begin(People(2, own_keys, file_changes=True))
    assert lines(process.batch(2, NOW)) == (1, 2)
    with pytest.raises(FileChanged, match="changed while it was read"):
        process.batch(2, NOW)
    process.begin(People(1, own_keys))
    assert lines(process.batch(2, NOW)) == (1, 1)


def test_killed_process_is_told() -> None:
    others = set(active_children())
    with ahead() as beside:
        (child,) = set(active_children()) - others
        child.kill()
        with pytest.raises(AheadEnded):
            beside.begin(People(1, Path("data-keys.json")))


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside"])
def test_keys_replaced_meanwhile_are_those_of_the_rest(
    register: Register,
    process: Ahead,
    own_keys: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    beside: bool,
) -> None:
    monkeypatch.setattr(key_rotation, "_A_MOMENT", 0)
    opened = open_registry(Config.from_environment(environment(tmp_path, register.url, own_keys)))
    people = People(30, own_keys, type(register.engine.dialect))
    preparing = process.begin(people) if beside else people.preparation()
    pace = Pace(seconds=60.0, most=10, rows=10)
    told = []
    for batch in enter_in_batches(opened.engine, opened.keyring, preparing, now=lambda: NOW, pace=pace):
        told.append(lines(batch))
        if len(told) == 1:
            assert Rotation(opened, Quiet(), lambda _keys: True).run()
    assert told == [(1, 10), (11, 20), (21, 30)]
    ring = read_keyring(own_keys)
    with opened.read() as session:
        held = session.scalars(select(CodeAssignment)).all()
        codes = {each.code(ring) for each in held}
        assert codes_in_use(session, codes=codes) == codes == {each.code for each in synthetic_residents(30, seed=3)}
        assert {key_name(each.code_sealed) for each in held} == {ring.active} != {"k1"}
    opened.engine.dispose()
