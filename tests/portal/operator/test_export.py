"""`portal registry export`: the columns of an import, private, whole or not there, harmless in a spreadsheet."""

import csv
import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.operator.export_command import _csv_writer
from portal.operator.resident_file import COLUMNS
from portal.spreadsheet import FORMULA_BEGINNINGS
from registry_core.ledger.entry import LedgerEntry
from registry_core.register.resident_record import ResidentRecord
from tests.portal.operator.conftest import Operator, rows, said, written
from tests.registry_core.people import enter

HOSTILE = {"latin_name": "=HYPERLINK(1)", "alias": '＋81,"A"', "address": "@緑が丘市\n'1番", "household_head": "'=x"}


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def exports(operator: Operator, name: str = "out.csv", *options: str):
    return operator.types("registry", "export", operator.folder / name, "--as", "kato", *options)


def items(operator: Operator) -> list[dict[str, str | None]]:
    with operator.register.read() as session:
        return sorted((record.items().as_text() for record in session.scalars(select(ResidentRecord))), key=str)


def exported_entries(operator: Operator) -> int:
    with operator.register.read() as session:
        query = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.action == "record.exported")
        return session.scalar(query)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_what_is_exported_can_be_imported_as_it_was_once_the_codes_are_filled_in(
    operator: Operator, operator_elsewhere: Operator, name: str
) -> None:
    people = rows(30)
    people[0] |= HOSTILE
    for person in people:  # what an export leaves out
        person["protected"] = person["previous_address"] = ""
    codes = {person["card_number"]: person["code"] for person in people}
    assert operator.imports(people).exit_code == 0
    result = exports(operator, name)
    assert (result.exit_code, result.stdout) == (0, f"30 records exported to {name}.\n")
    file = operator.folder / name
    if name.endswith("csv"):
        written(file, [cells | {"code": codes[cells["card_number"]]} for cells in read_csv(file)], COLUMNS)
    else:
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        full = [json.dumps(line | {"code": codes[line["card_number"]]}) + "\n" for line in lines]
        file.write_text("".join(full), encoding="utf-8")
    result = operator_elsewhere.types("registry", "import", file)
    assert (result.exit_code, result.stdout) == (0, "30 residents entered.\n")
    assert items(operator_elsewhere) == items(operator)


def test_file_is_its_owner_s_alone_and_has_the_columns_of_an_import(operator: Operator) -> None:
    operator.imports(rows(3))
    assert exports(operator, "out.csv", "--json").stdout == '{"exported": 3}\n'
    file = operator.folder / "out.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tuple(read_csv(file)[0]) == COLUMNS
    assert [path.name for path in operator.folder.iterdir() if "part" in path.name] == []
    assert exported_entries(operator) == 3


def test_no_whole_code_stands_in_an_export(operator: Operator) -> None:
    people = rows(20)
    operator.imports(people)
    for name in ("out.csv", "out.jsonl"):
        exports(operator, name)
        text = (operator.folder / name).read_text("utf-8")
        assert text.count("•" * 9) == 20
        for person in people:
            assert person["code"] not in text


def test_address_of_who_is_protected_is_in_no_export(operator: Operator) -> None:
    with operator.register.write() as session:
        enter(session, protected=True, address="緑が丘市秘密町1番", household_number="H-7")
        enter(session, address="緑が丘市秘密町1番", household_number="H-7")
        enter(session, previous_address="緑が丘市秘密町1番", household_number="H-8")
    for name in ("out.csv", "out.jsonl"):
        assert exports(operator, name).exit_code == 0
        assert "秘密町" not in (operator.folder / name).read_text("utf-8")


def test_no_cell_is_a_formula_whatever_a_value_begins_with(operator: Operator) -> None:
    file = operator.folder / "cells.csv"
    beginnings = [*sorted(FORMULA_BEGINNINGS), "'", "''", "'=", "A"]
    with file.open("w", encoding="utf-8", newline="") as text:
        write = _csv_writer(text)
        for beginning in beginnings:
            write(dict.fromkeys(COLUMNS, beginning + "1+1"))
    raw = file.read_text("utf-8")
    assert raw.startswith('\ufeff"birth_date","sex"')
    cells = [cell for row in read_csv(file) for cell in row.values()]
    assert len(cells) == len(beginnings) * len(COLUMNS)
    assert [cell for cell in cells if cell[0] in FORMULA_BEGINNINGS] == []


def test_many_records_are_all_there(operator: Operator) -> None:
    """More than a page."""
    operator.types("registry", "synthesize", "300")
    assert exports(operator, "out.jsonl").exit_code == 0
    lines = [json.loads(line) for line in (operator.folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert len({line["card_number"] for line in lines}) == len({line["code"] + line["address"] for line in lines})
    assert len(lines) == exported_entries(operator) == 300


def test_file_that_is_there_is_not_written_over(operator: Operator) -> None:
    (operator.folder / "out.csv").write_text("mine")
    result = exports(operator)
    assert (result.exit_code, (operator.folder / "out.csv").read_text()) == (2, "mine")
    assert said(result) == [f"{operator.folder / 'out.csv'} is there already. Choose another name, or remove it."]
    assert exported_entries(operator) == 0


def test_folder_that_is_not_there_is_told(operator: Operator) -> None:
    result = exports(operator, "nowhere/out.csv")
    assert result.exit_code == 2
    assert said(result)[0].endswith("cannot be written: No such file or directory.")


def test_export_that_fails_leaves_no_file(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    operator.imports(rows(3))

    def fails(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portal.operator.export_command._fields", fails)
    result = exports(operator)
    assert result.exit_code == 2
    assert said(result)[0].endswith("cannot be written: No space left on device.")
    assert [path.name for path in operator.folder.iterdir() if "out.csv" in path.name] == []


@pytest.mark.parametrize("person", ["", "  ", "x" * 256, "a\u202eb"])
def test_who_takes_the_records_out_is_told_by_name(operator: Operator, person: str) -> None:
    result = operator.types("registry", "export", operator.folder / "out.csv", "--as", person)
    assert (result.exit_code, (operator.folder / "out.csv").exists()) == (2, False)
    assert operator.types("registry", "export", operator.folder / "out.csv").exit_code == 2


def test_register_of_nobody_is_a_heading_alone(operator: Operator) -> None:
    assert exports(operator).stdout == "0 records exported to out.csv.\n"
    assert read_csv(operator.folder / "out.csv") == []
