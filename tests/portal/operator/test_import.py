"""`portal registry import`: nothing unless all of a file is good, every bad row by line and reason, no value ever repeated."""

import time
from random import Random

import pytest
from sqlalchemy import select, text

from portal.config import PROJECT_ROOT
from registry_core.codes import designate_codes, erase_resident
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.history import RecordHistory
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values import ChangeReason, ResidentRecordCode
from tests.portal.operator.conftest import COLUMNS, Operator, rows, said, written
from tests.registry_core.people import NOW, SYSTEM, TODAY, enter


def test_good_file_is_entered_with_code_reason_and_day(operator: Operator) -> None:
    people = rows(3)
    people[0] |= {"reason": "", "on": ""}
    people[1]["reason"] = "moved-in"
    result = operator.imports(people)
    assert (result.exit_code, result.stdout) == (0, "3 residents entered.\n")
    with operator.register.read() as session:
        [record] = session.scalars(select(ResidentRecord).where(ResidentRecord.card_number == people[1]["card_number"]))
        [history] = session.scalars(select(RecordHistory).where(RecordHistory.record_id == record.id))
        [assignment] = session.scalars(select(CodeAssignment).where(CodeAssignment.record_id == record.id))
        assert record.items().as_text() == {name: people[1][name] or None for name in record.items().as_text()}
        assert (history.reason, str(history.on)) == (ChangeReason.MOVED_IN, "2026-04-01")
        assert assignment.code(keyring(session)).reveal() == people[1]["code"]
        first = session.scalars(
            select(RecordHistory).join(ResidentRecord).where(ResidentRecord.card_number == people[0]["card_number"])
        ).one()
        assert first.reason is ChangeReason.ENTERED_EX_OFFICIO


BAD = {
    "birth_date": ("yesterday", "birth_date: a day such as 1990-02-28, zeros for a part that is not known"),
    "sex": ("x", "sex: 1 (male), 2 (female), 0 (unknown) or 9 (not applicable)"),
    "address": ("", "address: must not be empty"),
    "nationality": ("Viet Nam", "nationality: three capital letters of ISO 3166-1, such as VNM; XXA is stateless"),
    "card_number": (
        "AB１２３４５６７８CD",
        "card_number: two letters, eight digits, two letters, as on the residence card",
    ),
    "end_of_stay": ("2026-02-30", "end_of_stay: a calendar day such as 2029-03-31, or empty without a limit of stay"),
    "protected": ("maybe", "protected: yes or no"),
    "code": ("1234567890", "code: eleven digits"),
    "on": ("2026-W14-3", "on: a calendar day such as 2026-04-01"),
    "latin_name": ("NGUYEN\u202eNAV", "latin_name: holds control or direction characters"),
    "household_head": ("A\x00B", "household_head: holds control or direction characters"),
    "alias": ("x" * 201, "alias: is longer than 200 characters"),
    "residence_status": ("\ue000", "residence_status: holds control or direction characters"),
}


@pytest.mark.parametrize("column", sorted(BAD))
def test_bad_value_is_told_by_line_and_reason_and_nothing_is_written(operator: Operator, column: str) -> None:
    value, why = BAD[column]
    people = rows(3)
    people[1][column] = value
    result = operator.imports(people)
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "", 0)
    assert said(result)[0] == f"people.csv line 3: {why}"
    assert said(result)[1:] == [
        "Nothing was entered. Mend these 1 rows and try again, or use --skip-bad.",
    ]


def test_day_of_a_birth_need_not_be_known_and_that_of_a_move_must(operator: Operator) -> None:
    people = rows(2)
    people[0] |= {"reason": "birth", "on": "2026-04-00"}
    people[1] |= {"reason": "moved-in", "on": "2026-04-00"}
    result = operator.imports(people, "--skip-bad")
    assert (result.stdout, said(result)) == (
        "1 residents entered.\n",
        ["people.csv line 3: on: a calendar day such as 2026-04-01"],
    )
    with operator.register.read() as session:
        assert [str(on) for on in session.scalars(select(RecordHistory.on))] == ["2026-04-00"]


def test_closed_lists_are_named_when_a_value_is_not_on_them(operator: Operator) -> None:
    people = rows(2)
    people[0]["residence_category"] = "tourist"
    people[1]["reason"] = "moved-out"
    lines = said(operator.imports(people))
    assert lines[0].startswith("people.csv line 2: residence_category: one of mid-to-long-term, ")
    assert lines[1].startswith("people.csv line 3: reason: one of ")
    assert "moved-in" in lines[1]


def test_every_bad_row_is_told_and_good_ones_are_entered_when_asked(operator: Operator) -> None:
    people = rows(6)
    people[1]["sex"] = people[4]["birth_date"] = "x"
    result = operator.imports(people, "--skip-bad")
    assert (result.exit_code, result.stdout, operator.residents()) == (1, "4 residents entered.\n", 4)
    assert [line.split(":")[0] for line in said(result)] == ["people.csv line 3", "people.csv line 6"]


def test_line_numbers_are_those_of_an_editor(operator: Operator) -> None:
    people = rows(4)
    people[0]["address"] = "緑が丘市中央\n一丁目"  # two lines in the file
    people[1]["address"] = "緑が丘市\u2028中央"  # one
    people[3]["sex"] = "x"
    file = written(operator.folder / "people.csv", people)
    lines = file.read_text().split("\n")
    lines.insert(1, "")
    result = operator.imports_text("\n".join(lines))
    assert said(result)[0].startswith("people.csv line 7: sex")


def test_code_or_card_that_stands_twice_in_the_file_is_told_with_the_first_line(operator: Operator) -> None:
    people = rows(5)
    people[2]["code"] = people[0]["code"]
    people[4]["card_number"] = people[1]["card_number"]
    result = operator.imports(people)
    assert (result.exit_code, operator.residents()) == (1, 0)
    assert said(result)[:2] == [
        "people.csv line 4: its code stands on line 2 too",
        "people.csv line 6: its card number stands on line 3 too",
    ]


def test_residents_without_a_card_are_many(operator: Operator) -> None:
    people = rows(3)
    for person in people:
        person["card_number"] = ""
    assert operator.imports(people).exit_code == 0


def test_code_or_card_the_register_knows_is_told_by_line(operator: Operator) -> None:
    people = rows(5)
    with operator.register.write() as session:
        enter(session, its_code=ResidentRecordCode.parse(people[0]["code"]))
        enter(session, card_number=people[2]["card_number"])
        pool = [ResidentRecordCode.parse(people[3]["code"])]
        designate_codes(session, codes=pool, batch="b", actor=SYSTEM, at=NOW, rng=Random(1))
    result = operator.imports(people)
    assert (result.exit_code, operator.residents()) == (1, 2)
    assert said(result)[:3] == [
        "people.csv line 2: the code is or was in use, or stands in the pool",
        "people.csv line 4: the card number stands in another record",
        "people.csv line 5: the code is or was in use, or stands in the pool",
    ]
    result = operator.imports(people, "--skip-bad")
    assert (result.exit_code, operator.residents()) == (1, 4)


def test_card_of_an_erased_resident_stays_that_person_s(operator: Operator) -> None:
    people = rows(1)
    with operator.register.write() as session:
        record_id = enter(session, card_number=people[0]["card_number"])
        erase_resident(session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    result = operator.imports(people)
    assert said(result)[0] == "people.csv line 2: the card number stands in another record"


def test_who_was_erased_here_and_comes_back_is_entered_with_the_same_code(operator: Operator) -> None:
    people = rows(2)
    assert operator.imports(people).exit_code == 0
    with operator.register.write() as session:
        for record_id in session.scalars(select(ResidentRecord.id)).all():
            erase_resident(session, record_id=record_id, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    assert operator.imports(people).exit_code == 0
    assert operator.residents() == 2
    assert operator.imports(people).exit_code == 1


def test_check_digit_that_does_not_fit_is_a_hint_and_no_refusal(operator: Operator) -> None:
    people = rows(2)
    code = people[1]["code"]
    people[1]["code"] = code[:-1] + str((int(code[-1]) + 1) % 10)
    result = operator.imports(people)
    assert (result.exit_code, operator.residents()) == (0, 2)
    assert said(result) == ["people.csv line 3: note: the check digit of the code does not fit: was it typed?"]


# ---------------------------------------------------------------- the file itself


def test_byte_order_mark_and_windows_line_ends_are_read(operator: Operator) -> None:
    file = written(operator.folder / "people.csv", rows(2))
    assert b"\r\n" in file.read_bytes()
    assert operator.imports_text(b"\xef\xbb\xbf" + file.read_bytes()).exit_code == 0
    assert operator.residents() == 2


@pytest.mark.parametrize("encoding", ["cp932", "utf-16"])
def test_file_in_another_encoding_is_told_in_words(operator: Operator, encoding: str) -> None:
    file = written(operator.folder / "people.csv", rows(2))
    result = operator.imports_text(file.read_text().encode(encoding))
    assert (result.exit_code, operator.residents()) == (1, 0)
    assert "people.csv is not UTF-8 text (line" in result.stderr


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty_file_is_told_in_words(operator: Operator, content: str) -> None:
    result = operator.imports_text(content)
    assert result.exit_code == 1
    assert said(result) == ["The file is empty. The first line must name the columns: see docs/register-files.md."]


def test_heading_alone_enters_nobody(operator: Operator) -> None:
    result = operator.imports([])
    assert (result.exit_code, result.stdout) == (0, "0 residents entered.\n")


def test_heading_with_missing_unknown_and_repeated_columns_is_told_at_once(operator: Operator) -> None:
    names = [name for name in COLUMNS if name not in {"sex", "code"}] + ["my_number", "alias", "マイナンバー"]
    result = operator.imports_text(",".join(names) + "\n")
    assert result.exit_code == 1
    [line] = said(result)
    assert line == (
        "The first line must name the columns; missing columns: sex, code; unknown columns: my_number; "
        "1 columns with no name known here; named twice: alias."
    )


def test_file_without_a_heading_does_not_show_its_first_person(operator: Operator) -> None:
    [person] = rows(1)
    result = operator.imports_text(",".join(person.values()) + "\n")
    assert result.exit_code == 1
    for value in (person["code"], person["latin_name"], person["address"], person["card_number"]):
        assert value not in result.output


def test_rows_of_another_length_and_broken_quotes_are_told_and_the_others_still_checked(operator: Operator) -> None:
    file = written(operator.folder / "people.csv", rows(5))
    lines = file.read_text().splitlines()
    lines[1] += ",more"
    lines[2] = '"a"b,' + lines[2]
    lines[3] = lines[3].replace(",", ",," * 3, 1) + "x" * 6000
    lines[4] = lines[4].partition(",")[0]
    result = operator.imports_text("\n".join(lines) + "\n")
    told = said(result)
    assert (result.exit_code, operator.residents()) == (1, 0)
    assert told[0] == f"people.csv line 2: it has {len(COLUMNS) + 1} fields, the first line has {len(COLUMNS)}"
    assert told[1].startswith("people.csv line 3: the line is not CSV")
    assert told[2].startswith("people.csv line 4: ")
    assert told[3] == f"people.csv line 5: it has 1 fields, the first line has {len(COLUMNS)}"
    assert "Mend these 4 rows" in told[4]


def test_quote_that_never_ends_is_told_where_it_began(operator: Operator) -> None:
    file = written(operator.folder / "people.csv", rows(3))
    lines = file.read_text().splitlines()
    lines[2] = '"' + lines[2]
    result = operator.imports_text("\n".join(lines) + "\n")
    assert said(result)[0].startswith("people.csv line 3: the line is not CSV")


def test_a_thousand_faults_are_counted_and_two_hundred_told(operator: Operator) -> None:
    people = rows(300)
    for person in people:
        person["sex"] = "x"
    lines = said(operator.imports(people))
    assert len(lines) == 202
    assert lines[200] == "... and 100 more."


def test_file_that_is_absent_or_a_folder_is_wrong_use(operator: Operator) -> None:
    assert operator.types("registry", "import", operator.folder / "absent.csv").exit_code == 2
    assert operator.types("registry", "import", operator.folder).exit_code == 2


def test_neither_output_nor_ledger_nor_history_holds_a_whole_code(operator: Operator) -> None:
    people = rows(4)
    people[3]["code"] = people[2]["code"]
    result = operator.imports(people, "--skip-bad")
    with operator.register.read() as session:
        kept = str(session.execute(text("SELECT facts FROM ledger_entry")).all())
        kept += str(session.scalars(select(RecordHistory.items)).all())
    for person in people:
        assert person["code"] not in result.output + kept


def test_example_of_the_docs_is_a_good_file(operator: Operator) -> None:
    text_of_docs = (PROJECT_ROOT / "docs" / "register-files.md").read_text(encoding="utf-8")
    example = text_of_docs.partition("```csv\n")[2].partition("```")[0]
    result = operator.imports_text(example)
    assert (result.exit_code, result.stdout, said(result)) == (0, "1 residents entered.\n", [])


def test_every_column_is_in_the_docs() -> None:
    text_of_docs = (PROJECT_ROOT / "docs" / "register-files.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in text_of_docs] == []


@pytest.mark.slow
def test_two_thousand_rows_take_seconds(operator: Operator) -> None:
    """The measure is 60 s for 10,000 rows. Our own share is counted, not how busy the machine is."""
    people = rows(2000)
    begun = time.process_time()
    assert operator.imports(people).exit_code == 0
    assert time.process_time() - begun < 12
    assert operator.residents() == 2000
