"""An import that breaks off goes on; what changed meanwhile is noticed; nobody is entered twice."""

import hashlib
import time
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.operator import import_command
from portal.operator.second_pass import SecondPass
from portal.search_runs import WORTH_JOINING
from registry_core.codes import erase_resident
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import begin_import, go_on_with_import
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.file_import import FileImport, ImportOutcome
from registry_core.register.history import RecordHistory
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.gram_posting import scattered
from registry_core.storage.keys import keyring
from registry_core.values import ChangeReason, ResidentRecordCode
from tests.portal.operator.conftest import Operator, rows, said, written
from tests.portal.test_search_runs import fill_in_small_batches
from tests.registry_core.people import CITY, NOW, SYSTEM, TODAY, enter


@pytest.fixture(autouse=True, params=["alone", "two processes"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is worth another process from the first byte on, or never."""
    monkeypatch.setattr(
        import_command, "WORTH_ANOTHER_PROCESS", 0 if request.param == "two processes" else float("inf")
    )


def codes_held(operator: Operator) -> list[str]:
    """Every code in the register, sorted."""
    with operator.register.read() as session:
        ring = keyring(session)
        return sorted(held.code(ring).reveal() for held in session.scalars(select(CodeAssignment)))


def counted(operator: Operator) -> dict[str, int]:
    with operator.register.read() as session:
        return {
            entity.__tablename__: session.scalar(select(func.count()).select_from(entity))
            for entity in (ResidentRecord, RecordHistory, LedgerEntry)
        }


def imports(operator: Operator) -> list[tuple[int, int, ImportOutcome | None]]:
    """Through which line, how many entered, how it ended; in the order they began."""
    with operator.register.read() as session:
        found = session.scalars(select(FileImport).order_by(FileImport.begun_at)).all()
        return [(each.through_line, each.entered, each.outcome) for each in found]


def killed_in_the_middle(operator: Operator, file: Path, *, after: int) -> None:
    """Import in a process of its own, and kill it as soon as more than so many rows are entered."""
    process = operator.process("registry", "import", file)
    end = time.monotonic() + 60
    while operator.residents() <= after and time.monotonic() < end and process.poll() is None:
        time.sleep(0.005)
    (other,) = children_of(process.pid)
    process.kill()
    process.communicate()
    while other.exists():  # it ends with the one that began it
        assert time.monotonic() < end
        time.sleep(0.005)


def children_of(pid: int) -> list[Path]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [Path("/proc", child) for task in tasks for child in (task / "children").read_text().split()]


@pytest.mark.slow
def test_killed_import_goes_on_where_it_was_and_enters_nobody_twice(operator: Operator) -> None:
    people = rows(2500)
    people[40]["sex"] = people[2400]["sex"] = "x"
    file = written(operator.folder / "people.csv", people)
    stops = []
    for after in (0, 900):
        killed_in_the_middle(operator, written(file, [each for each in people if each["sex"] != "x"]), after=after)
        stops.append(operator.residents())
    assert 0 < stops[0] <= stops[1] < 2498
    result = operator.types("registry", "import", file)
    assert (result.exit_code, result.stdout) == (0, f"{2498 - stops[1]} residents entered.\n")
    told = [line for line in said(result) if "note: " not in line]
    assert told == [f"Going on after line {stops[1] + 1}: {stops[1]} residents of this file are entered already."]
    assert codes_held(operator) == sorted(each["code"] for each in people if each["sex"] != "x")
    assert set(counted(operator).values()) == {2498}
    assert imports(operator) == [(2499, 2498, ImportOutcome.FINISHED)]


REGISTER_CHANGED = (
    "The register changed meanwhile; 20 residents are entered. Run the command again with --skip-bad: it leaves out the "
    "rows that are told here, and enters the rest."
)


class BrokeOff(BaseException):
    """The machine went off."""


@pytest.fixture
def after_each_batch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[SecondPass], None]], None]:
    """Something happens beside the import, each time a batch is committed, and before the first."""

    original = SecondPass.enter

    def install(happens: Callable[[SecondPass], None]) -> None:
        def enter_and_let_happen(second: SecondPass):
            second.pace.rows = second.pace.most = 10
            second.pace.seconds = 60.0  # a busy machine takes longer over ten rows: they stay ten
            happens(second)
            for entered in original(second):
                yield entered
                happens(second)

        monkeypatch.setattr(SecondPass, "enter", enter_and_let_happen)

    return install


def breaks_off(at: int) -> Callable[[SecondPass], None]:
    def happens(second: SecondPass) -> None:
        if second.entered >= at:
            raise BrokeOff

    return happens


def begun_and_broken_off(operator: Operator, people: list[dict[str, str]], after_each_batch) -> None:
    after_each_batch(breaks_off(10))
    with pytest.raises(BrokeOff):
        operator.imports(people)
    after_each_batch(lambda _second: None)
    assert operator.residents() == 10


def test_bad_rows_are_left_out_when_an_import_goes_on_too(operator: Operator, after_each_batch) -> None:
    people = rows(30)
    people[3]["sex"] = people[25]["sex"] = "x"
    after_each_batch(breaks_off(10))
    with pytest.raises(BrokeOff):
        operator.imports(people, "--skip-bad")
    after_each_batch(lambda _second: None)
    assert imports(operator) == [(12, 10, None)]
    result = operator.imports(people, "--skip-bad")
    assert (result.exit_code, result.stdout) == (1, "18 residents entered.\n")
    assert imports(operator) == [(31, 28, ImportOutcome.FINISHED)]


def test_file_that_was_changed_since_it_broke_off_is_refused(operator: Operator, after_each_batch) -> None:
    people = rows(30)
    begun_and_broken_off(operator, people, after_each_batch)
    people[20]["address"] = "緑が丘市別町1番"
    result = operator.imports(people)
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "", 10)
    [line] = said(result)
    assert line == (
        "The import of another file, or of this one before it was changed, broke off after line 11; 10 residents of it are "
        "entered. Import that file again, unchanged, to finish it; or leave it as it is with --give-up-unfinished."
    )


def test_import_that_broke_off_can_be_given_up_for_another_file(operator: Operator, after_each_batch) -> None:
    begun_and_broken_off(operator, rows(30), after_each_batch)
    result = operator.imports(rows(5, seed=6), "--give-up-unfinished")
    assert (result.exit_code, result.stdout, operator.residents()) == (0, "5 residents entered.\n", 15)
    assert imports(operator) == [(11, 10, ImportOutcome.GIVEN_UP), (6, 5, ImportOutcome.FINISHED)]


def test_file_that_changes_while_it_is_entered_is_noticed_before_anything_of_it_is_used(
    operator: Operator, after_each_batch
) -> None:
    people = rows(30)
    file = operator.folder / "people.csv"

    def happens(second: SecondPass) -> None:
        if second.entered == 0:
            file.write_text(file.read_text().replace("丁目1番", "丁目2番"))

    after_each_batch(happens)
    result = operator.imports(people)
    assert (result.exit_code, operator.residents()) == (1, 0)
    [line] = said(result)
    assert line == (
        "The file changed while it was read; 0 residents of it are entered. "
        "Put it back as it was and run the command again: it goes on where it was."
    )
    after_each_batch(lambda _second: None)
    assert operator.imports(people).exit_code == 0
    assert operator.residents() == 30


def test_code_taken_meanwhile_stops_the_import_with_its_line_and_it_goes_on_without(
    operator: Operator, after_each_batch
) -> None:
    people = rows(30)

    def happens(second: SecondPass) -> None:
        if second.entered == 20:
            with operator.register.write() as session:
                enter(session, its_code=ResidentRecordCode.parse(people[24]["code"]))
                enter(session, card_number=people[25]["card_number"])

    after_each_batch(happens)
    result = operator.imports(people)
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "20 residents entered.\n", 22)
    assert said(result)[:2] == [
        "people.csv line 26: the code is or was in use, or stands in the pool",
        "people.csv line 27: the card number stands in another record",
    ]
    assert said(result)[2:] == [REGISTER_CHANGED]
    after_each_batch(lambda _second: None)
    assert operator.imports(people).exit_code == 1
    assert operator.residents() == 22
    result = operator.imports(people, "--skip-bad")
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "8 residents entered.\n", 30)
    assert imports(operator) == [(31, 28, ImportOutcome.FINISHED)]


def test_code_taken_meanwhile_is_left_out_at_once_where_bad_rows_are_skipped(
    operator: Operator, after_each_batch
) -> None:
    people = rows(30)

    def happens(second: SecondPass) -> None:
        if second.entered == 20 and operator.residents() == 20:
            with operator.register.write() as session:
                enter(session, its_code=ResidentRecordCode.parse(people[24]["code"]))

    after_each_batch(happens)
    result = operator.imports(people, "--skip-bad")
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "29 residents entered.\n", 30)
    assert imports(operator) == [(31, 29, ImportOutcome.FINISHED)]


def test_import_whose_other_process_is_killed_says_what_to_do_and_goes_on(operator: Operator, after_each_batch) -> None:
    people = rows(30)
    before = set(active_children())

    def happens(second: SecondPass) -> None:
        if second.entered == 10:
            for child in set(active_children()) - before:
                child.kill()

    after_each_batch(happens)
    result = operator.imports(people)
    after_each_batch(lambda _second: None)
    if result.exit_code:  # alone there is nobody to be killed
        assert said(result)[-1] == (
            "One of the two processes came to an end by itself: was it killed, or was there no memory left? What was entered "
            "stays. Run the command again: it goes on where it was."
        )
        assert 10 <= operator.residents() < 30
        assert operator.imports(people).exit_code == 0
    assert codes_held(operator) == sorted(each["code"] for each in people)


def test_two_imports_of_one_file_at_once_enter_everybody_once(operator: Operator, after_each_batch) -> None:
    people = rows(30)
    others = []

    def happens(second: SecondPass) -> None:
        if second.entered == 10 and not others:
            others.append(None)
            others.append(operator.imports(people))

    after_each_batch(happens)
    result = operator.imports(people)
    assert (others[1].exit_code, others[1].stdout) == (0, "20 residents entered.\n")
    assert result.exit_code == 1
    assert said(result)[-1].startswith("Somebody else enters a file of residents here just now")
    assert codes_held(operator) == sorted(each["code"] for each in people)
    assert imports(operator) == [(31, 30, ImportOutcome.FINISHED)]


def test_import_that_broke_off_near_its_end_joins_what_all_of_the_file_left_scattered(operator: Operator) -> None:
    file = written(operator.folder / "people.csv", rows(3))
    fill_in_small_batches(operator.register.engine, operator.register.keyring, CITY)
    source = hashlib.sha256(file.read_bytes()).hexdigest()
    with operator.register.write() as session:
        run = begin_import(session, source=source, actor=SYSTEM, at=NOW)
        go_on_with_import(session, import_id=run.id, after=0, through=1, entered=WORTH_JOINING - 1)
        assert scattered(session, limit=1) != []
    assert operator.types("registry", "import", file).exit_code == 0
    with operator.register.read() as session:
        assert scattered(session, limit=1) == []


def test_finished_file_begins_anew(operator: Operator) -> None:
    """The same people may leave and come back: nothing is remembered against them."""
    people = rows(3)
    assert operator.imports(people).exit_code == 0
    result = operator.imports(people)
    assert (result.exit_code, said(result)[0]) == (
        1,
        "people.csv line 2: the code is or was in use, or stands in the pool",
    )
    with operator.register.write() as session:
        for record_id in session.scalars(select(ResidentRecord.id)).all():
            erase_resident(session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    assert operator.imports(people).exit_code == 0
    assert imports(operator) == [(4, 3, ImportOutcome.FINISHED)] * 2
