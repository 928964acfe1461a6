"""JSON Lines: the same columns, an object a line."""

import json

import pytest
from sqlalchemy import select

from registry_core.register.resident_record import ResidentRecord
from tests.portal.operator.conftest import Operator, rows, said


def items(operator: Operator) -> list[dict[str, str | None]]:
    with operator.register.read() as session:
        return sorted((record.items().as_text() for record in session.scalars(select(ResidentRecord))), key=str)


def test_same_people_are_entered_from_both_kinds_of_file(operator: Operator) -> None:
    people = rows(6)
    lines = [{name: text or None for name, text in person.items()} for person in people]
    lines[0]["protected"] = True
    people[0]["protected"] = "yes"
    assert operator.imports_json(lines).stdout == "6 residents entered.\n"
    assert items(operator) == sorted(
        ({name: person[name] or None for name in items(operator)[0]} for person in people), key=str
    )


def test_column_that_is_empty_may_be_left_out_and_an_empty_line_counts_as_a_line(operator: Operator) -> None:
    people = [{name: text for name, text in person.items() if text} for person in rows(2)]
    people[1]["sex"] = "x"
    content = "\n\n".join(json.dumps(person) for person in people)
    result = operator.imports_text(content, "--skip-bad", name="people.ndjson")
    assert (result.stdout, said(result)[0][:26]) == ("1 residents entered.\n", "people.ndjson line 3: sex:")


BAD = {
    "{": "the line is not JSON",
    "[" * 100_000: "the line is not JSON",
    "[1]": "the line is not a JSON object",
    '"NGUYEN"': "the line is not a JSON object",
    '{"code": 12345678903}': "code: a text in quotes",
    '{"address": ["x"]}': "address: a text in quotes",
    '{"address": {"x": "y"}}': "address: a text in quotes",
    '{"code": "1", "code": "2"}': "code: stands twice",
    '{"my_number": "123456789018"}': "it has an unknown column my_number",
    '{"NGUYEN VAN DUC": "x"}': "it has an unknown column",
    '{"alias": "%s"}' % ("x" * 5001): "alias: is longer than 5000 characters",
    "{}": "code: eleven digits",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: line[:20])
def test_bad_line_is_told_without_what_stands_in_it(operator: Operator, line: str) -> None:
    [person] = rows(1)
    result = operator.imports_text(json.dumps(person) + "\n" + line + "\n", name="people.jsonl")
    assert (result.exit_code, operator.residents()) == (1, 0)
    assert said(result)[0] == f"people.jsonl line 2: {BAD[line]}"


def test_empty_file_enters_nobody(operator: Operator) -> None:
    assert operator.imports_text("\n", name="people.jsonl").stdout == "0 residents entered.\n"
