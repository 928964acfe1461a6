"""Somebody who seems to stand twice, under two codes, is told and not refused."""

import json

from registry_core.codes import erase_resident
from registry_core.values import ChangeReason, RegisterDate
from registry_core.values.sex import Sex
from tests.portal.operator.conftest import Operator, rows, said
from tests.registry_core.people import NOW, SYSTEM, TODAY, enter

IN_THE_FILE = "note: birth date, sex and a form of the name are those of line {}: one person with two codes?"
HERE = "note: birth date, sex and a form of the name are those of a record here: one person with two codes?"


def twins(number: int = 5) -> list[dict[str, str]]:
    """People of whom the first and the last are alike, but for how the name is written."""
    people = rows(number)
    people[0] |= {"latin_name": "NGUYỄN Văn-Đức", "birth_date": "1990-02-28", "sex": "1"}
    people[-1] |= {"latin_name": "", "kanji_name": "阮 文德", "alias": "Nguyen  van duc", "birth_date": "1990-02-28"}
    people[-1]["sex"] = "1"
    return people


def test_person_who_stands_twice_in_the_file_is_told_and_entered(operator: Operator) -> None:
    result = operator.imports(twins(), "--json")
    assert (result.exit_code, operator.residents()) == (0, 5)
    assert said(result) == [f"people.csv line 6: {IN_THE_FILE.format(2)}"]
    assert json.loads(result.stdout)["same_people"] == 1


def test_another_birth_date_or_sex_is_another_person(operator: Operator) -> None:
    people = twins()
    people[-1]["sex"] = "2"
    assert said(operator.imports(people)) == []
    people = twins()
    people[-1]["birth_date"] = "1990-02-27"
    for person, other in zip(people, rows(5, seed=6), strict=True):
        person |= {name: other[name] for name in ("code", "card_number")}
    result = operator.imports(people)
    assert [line for line in said(result) if "line 6" in line] == []


def test_person_who_is_in_the_register_is_told(operator: Operator) -> None:
    people = rows(3)
    people[1] |= {"latin_name": "Nguyen, Van Duc", "birth_date": "1990-02-28", "sex": "1"}
    with operator.register.write() as session:
        enter(session, latin_name="NGUYEN VAN DUC", birth_date=RegisterDate.parse("1990-02-28"), sex=Sex.MALE)
        enter(session, latin_name="NGUYEN VAN DUC", birth_date=RegisterDate.parse("1990-02-27"), sex=Sex.MALE)
    result = operator.imports(people)
    assert (result.exit_code, said(result)) == (0, [f"people.csv line 3: {HERE}"])


def test_who_was_erased_is_not_told(operator: Operator) -> None:
    people = rows(2)
    people[1] |= {"latin_name": "NGUYEN VAN DUC", "birth_date": "1990-02-28", "sex": "1"}
    with operator.register.write() as session:
        gone = enter(session, birth_date=RegisterDate.parse("1990-02-28"), sex=Sex.MALE)
        erase_resident(session, record_id=gone, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=SYSTEM, at=NOW)
    assert said(operator.imports(people)) == []


def test_bad_row_is_no_person_to_look_at(operator: Operator) -> None:
    people = twins()
    people[-1]["code"] = people[1]["code"]
    assert [line for line in said(operator.imports(people)) if "note" in line] == []
