"""`--json` on the register's files: what was done, as one object on the output, whatever is told on the error output."""

import json

from click.testing import Result

from tests.portal.operator.conftest import Operator, rows
from tests.registry_core.people import code


def figures(result: Result) -> tuple[int, dict[str, int]]:
    return result.exit_code, json.loads(result.stdout)


def test_an_import_tells_how_many_were_entered_and_how_many_rows_were_bad(operator: Operator) -> None:
    people = rows(3)
    people[1]["birth_date"] = "yesterday"
    counted = {"entered": 0, "bad": 1, "same_people": 0, "entered_before": 0}
    assert figures(operator.imports(people, "--json")) == (1, counted)
    assert figures(operator.imports(people, "--json", "--skip-bad")) == (1, counted | {"entered": 2})


def test_a_batch_tells_how_many_were_loaded(operator: Operator) -> None:
    batch = "\n".join(code().reveal() for _ in range(3))
    assert figures(operator.designates(batch, "--json")) == (0, {"loaded": 3, "bad": 0})
    assert figures(operator.designates(batch, "--json")) == (1, {"loaded": 0, "bad": 3})


def test_invented_residents_are_counted(operator: Operator) -> None:
    assert figures(operator.types("registry", "synthesize", "4", "--json")) == (0, {"made": 4, "seed": 1})
