"""`portal registry retention` lists what may go when, and deletes nothing."""

import json

from sqlalchemy import func, select

from registry_core.codes import erase_resident
from registry_core.register.resident_record import ResidentRecord
from registry_core.values import ChangeReason
from tests.portal.operator.conftest import Operator
from tests.registry_core.people import CLERK, NOW, TODAY, enter


def test_what_may_go_is_told_with_its_day_and_stays(operator: Operator) -> None:
    with operator.register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_ABROAD, on=TODAY, actor=CLERK, at=NOW)
    told = operator.types("registry", "retention", "--by", "2176-11-24")
    assert told.exit_code == 0
    assert f"erased-record\t{her}\tsince 2026-11-23\tkept until 2176-11-23" in told.stdout
    figures = json.loads(operator.types("registry", "retention", "--json").stdout)
    assert figures["kinds"][0] == {
        "kind": "erased-record",
        "article": "Cabinet Order art. 34 par. 1",
        "years": 150,
        "kept": 1,
        "ended": 0,
        "first": [{"name": str(her), "since": "2026-11-23", "until": "2176-11-23"}],
    }
    assert [(kind["kind"], kind["years"], kind["kept"]) for kind in figures["kinds"][1:]] == [
        ("code-change-request", 1, 0),
        ("correction-request", 1, 0),
    ]
    with operator.register.read() as session:
        assert session.scalar(select(func.count()).select_from(ResidentRecord)) == 1


def test_a_day_that_is_none_is_wrong_use(operator: Operator) -> None:
    assert operator.types("registry", "retention", "--by", "soon").exit_code == 2
