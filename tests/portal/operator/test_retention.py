"""`portal registry retention` lists what may go when, and deletes nothing."""

import json

from sqlalchemy import func, select

from portal.letters.slip import PrintableSlip
from registry_core.codes import erase_resident
from registry_core.outbox.message import OutboxMessage
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import Keyring
from registry_core.values import ChangeReason
from tests.portal.operator.conftest import Operator
from tests.registry_core.people import CLERK, NOW, TODAY, designate, enter
from tests.registry_core.remaking.conftest import approve_one


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
    assert [(kind["kind"], kind["article"], kind["years"], kind["kept"]) for kind in figures["kinds"][1:]] == [
        ("change-notice", "Cabinet Order art. 34 par. 2 item 1", 150, 0),
        ("erasure-notice", "Cabinet Order art. 34 par. 2 item 2", 150, 1),
        ("code-change-request", "Cabinet Order art. 34 par. 4", 1, 0),
        ("correction-request", "Cabinet Order art. 34 par. 4", 1, 0),
        ("mail", None, None, 0),
        ("slip", None, None, 0),
    ]
    with operator.register.read() as session:
        assert session.scalar(select(func.count()).select_from(ResidentRecord)) == 1


def test_what_no_article_names_is_listed_without_a_day(operator: Operator, keyring: Keyring) -> None:
    with operator.register.write() as session:
        designate(session, 1)
    record_id = approve_one(operator.register)
    sealed = keyring.seal(b"a page", bound_to=record_id.bytes)
    with operator.register.write() as session:
        session.add(PrintableSlip(request_id=record_id, page_sealed=sealed, made_at=NOW))
        for message in session.scalars(select(OutboxMessage)):
            message.deliver(at=NOW)
    told = operator.types("registry", "retention", "--by", "2999-01-01")
    assert told.stdout.count("none: no") == 2
    kinds = {
        kind["kind"]: kind for kind in json.loads(operator.types("registry", "retention", "--json").stdout)["kinds"]
    }
    oldest = {"name": str(record_id), "since": TODAY.isoformat(), "until": None}
    assert kinds["slip"] == {"kind": "slip", "article": None, "years": None, "kept": 1, "ended": 0, "first": [oldest]}
    assert (kinds["mail"]["kept"], kinds["mail"]["first"][0]["until"]) == (2, None)
    assert (kinds["change-notice"]["kept"], kinds["change-notice"]["first"]) == (1, [])


def test_a_day_that_is_none_is_wrong_use(operator: Operator) -> None:
    assert operator.types("registry", "retention", "--by", "soon").exit_code == 2
