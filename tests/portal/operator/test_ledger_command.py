"""`portal verify-ledger`: 0 for a whole ledger, 1 for a broken one, with the place. `portal ledger`: what an auditor is given."""

import json
import stat

import pytest
from sqlalchemy import text

from registry_core.ledger import holder_failed, holder_took, make_checkpoint, seal_entries
from registry_core.ledger.seal import LedgerCheckpoint
from tests.intruder import disarm
from tests.people.auditor import Auditor
from tests.portal.operator.conftest import Operator
from tests.registry_core.people import NOW, enter, later


def grows(operator: Operator, number: int = 3) -> str:
    """Some entries, sealed and signed: the head as the worker's log has it."""
    with operator.register.write() as session:
        for _ in range(number):
            enter(session)
    with operator.register.write() as session:
        seal_entries(session, at=NOW)
        head = session.get_one(LedgerCheckpoint, make_checkpoint(session, at=later(minutes=1)))
        return f"{head.sequence}:{head.digest.hex(':', 2)}"


def breaks(operator: Operator, statement: str) -> None:
    """What somebody with the database's own rights can do: the triggers are taken away first."""
    with operator.register.write() as session:
        disarm(session)
        session.execute(text(statement))


def test_whole_ledger_ends_with_0(operator: Operator) -> None:
    grows(operator)
    result = operator.types("verify-ledger")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            "3 entries sealed, 0 waiting, 1 checkpoints.",
            "0 entries follow the last checkpoint: they are unproved.",
            "The ledger is intact.",
        ],
    )


def test_empty_ledger_is_whole(operator: Operator) -> None:
    assert operator.types("verify-ledger").exit_code == 0


def test_altered_entry_ends_with_1_and_names_the_place(operator: Operator) -> None:
    grows(operator)
    breaks(
        operator,
        "UPDATE ledger_entry SET action = 'other' WHERE id = (SELECT entry_id FROM ledger_seal WHERE sequence = 2)",
    )
    result = operator.types("verify-ledger")
    assert result.exit_code == 1
    assert "FAULT entry-altered: 2 " in result.stderr
    assert result.stdout.splitlines()[-1] == "The ledger is NOT intact: stop, and keep a copy as it is."


def test_json_is_one_object_with_every_figure(operator: Operator) -> None:
    grows(operator)
    whole = json.loads(operator.types("verify-ledger", "--json").stdout)
    assert whole == {"sealed": 3, "unsealed": 0, "checkpoints": 1, "unproved": 0, "faults": [], "intact": True}
    breaks(operator, "DELETE FROM ledger_checkpoint")
    breaks(operator, "DELETE FROM ledger_seal WHERE sequence = 2")
    result = operator.types("verify-ledger", "--json")
    broken = json.loads(result.stdout)
    assert (result.exit_code, broken["intact"]) == (1, False)
    assert "gap" in {kind for kind, _ in broken["faults"]}


def test_ledger_put_back_shows_against_a_head_kept_outside(operator: Operator) -> None:
    head = grows(operator)
    assert operator.types("verify-ledger", "--known-head", head).exit_code == 0
    later_head = grows(operator)
    for table in ("ledger_checkpoint", "ledger_seal"):
        breaks(operator, f"DELETE FROM {table} WHERE sequence > 3")
    breaks(operator, "DELETE FROM ledger_entry WHERE id NOT IN (SELECT entry_id FROM ledger_seal)")
    assert operator.types("verify-ledger").exit_code == 0, "from inside it looks whole"
    assert operator.types("verify-ledger", "--known-head", head).exit_code == 0
    result = operator.types("verify-ledger", "--known-head", later_head)
    assert result.exit_code == 1
    assert "FAULT known-head-differs: 6" in result.stderr


@pytest.mark.parametrize("head", ["x", "1", "1:zz", ":", "1:00:00", "-1:00"])
def test_head_of_another_form_is_wrong_use(operator: Operator, head: str) -> None:
    assert operator.types("verify-ledger", "--known-head", head).exit_code == 2


# ---------------------------------------------------------------- for somebody outside


def exports(operator: Operator) -> list[bytes]:
    file = operator.folder / "ledger.jsonl"
    file.unlink(missing_ok=True)
    assert operator.types("ledger", "export", file).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return file.read_bytes().splitlines(keepends=True)


def test_what_the_commands_write_is_all_that_an_auditor_needs(operator: Operator) -> None:
    for _ in range(3):
        grows(operator, 2)
    auditor = Auditor(
        keys=operator.types("ledger", "public-keys").stdout_bytes.splitlines(),
        checkpoints=operator.types("ledger", "checkpoints").stdout_bytes.splitlines(),
    )
    assert [json.loads(line)["checkpoint"] for line in auditor.checkpoints] == [2, 4, 6]
    found = auditor.verifies(exports(operator))
    assert (found.rows, found.proved, found.waiting, found.faults) == (6, 6, 1, []), (
        "the export itself waits for its seal"
    )
    breaks(operator, "UPDATE ledger_entry SET at = replace(at, '2026', '2025')")
    assert auditor.verifies(exports(operator)).faults != []


def test_checkpoints_go_on_after_the_one_that_is_known(operator: Operator) -> None:
    for _ in range(3):
        grows(operator, 1)
    told = operator.types("ledger", "checkpoints", "--after", 1).stdout_bytes.splitlines()
    assert [json.loads(line)["checkpoint"] for line in told] == [2, 3]


def test_export_of_an_empty_ledger_is_whole(operator: Operator) -> None:
    first, own, last = map(json.loads, exports(operator))
    assert (first["rows"], own["waiting"]["action"], last) == (0, "ledger.exported", {"end": 0})


def test_export_writes_over_nothing(operator: Operator) -> None:
    file = operator.folder / "ledger.jsonl"
    file.write_text("mine")
    result = operator.types("ledger", "export", file)
    assert (result.exit_code, file.read_text()) == (2, "mine")
    assert "is there already" in result.stderr


def test_export_to_where_nothing_can_be_written_says_why(operator: Operator) -> None:
    result = operator.types("ledger", "export", operator.folder / "none" / "ledger.jsonl")
    assert result.exit_code == 2
    assert "cannot be written: No such file or directory" in result.stderr


def test_holders_are_told_with_what_they_miss(operator: Operator) -> None:
    assert operator.types("ledger", "holders").exit_code == 1, "nobody outside holds anything"
    operator.environment["PORTAL_CHECKPOINT_HOLDERS"] = "/mnt/a.jsonl http://127.0.0.1/drop/SECRET"
    grows(operator)
    with operator.register.write() as session:
        holder_took(session, address="/mnt/a.jsonl", sequence=3)
        holder_failed(session, address="http://127.0.0.1/drop/SECRET", error="HTTP 500", at=NOW)
    result = operator.types("ledger", "holders")
    assert result.stdout.splitlines() == [
        "/mnt/a.jsonl: has all to row 3, 0 missing.",
        "http://127.0.0.1: 1 missing, failing since 2026-11-23 12:00 (HTTP 500).",
    ]
    first, second = map(json.loads, operator.types("ledger", "holders", "--json").stdout.splitlines())
    assert (first["missing"], first["failing_since"], first["is_late"]) == (0, None, False)
    assert (second["address"], second["missing"], second["last_error"]) == ("http://127.0.0.1", 1, "HTTP 500")
