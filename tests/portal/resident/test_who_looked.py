"""Who looked: every entry, in the reader's language, with the Japanese beside it, and fast."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from portal.config import PROJECT_ROOT
from portal.resident.action_words import ACTIONS, action_key, actor_key, purpose_key
from portal.resident.who_looked import ON_A_PAGE
from registry_core.ledger import record_entry
from registry_core.register import look_at_record
from registry_core.values.actor import Role
from registry_core.values.legal_purpose import LegalPurpose
from tests.html_page import text_of


def looks(page) -> list[str]:
    return [text_of(item) for place in page.by_class("looks") for item in place if item.tag == "li"]


@pytest.fixture
def many_entries(portal_server, clerk, record_id):
    def write(number: int) -> None:
        registry = portal_server.registry
        start = registry.now() - timedelta(days=1)
        with registry.write() as session:
            for each in range(number):
                record_entry(
                    session,
                    action="record.looked-at",
                    actor=clerk(),
                    at=start + timedelta(seconds=each),
                    purpose=LegalPurpose.COUNTER_SERVICE,
                    record_id=record_id(),
                )

    return write


def test_opening_the_page_is_an_entry_on_top_of_it(resident):
    page = resident.sees_who_looked()
    first = looks(page)[0]
    assert "You: Opened the page that shows who looked." in first
    assert "「だれが見たか」" in first


def test_a_clerks_look_is_there_at_once_with_its_purpose(resident, portal_server, clerk, record_id):
    registry = portal_server.registry
    with registry.write() as session:
        look_at_record(
            session, record_id=record_id(), actor=clerk(), at=registry.now(), purpose=LegalPurpose.COUNTER_SERVICE
        )
    second = looks(resident.sees_who_looked())[1]
    assert "A clerk of your municipality: Looked at the record." in second
    assert "住民基本台帳法第12条" in second
    assert "staff-0001" not in second


def test_older_entries_are_pages_away_and_none_is_lost_or_shown_twice(resident, client, many_entries):
    many_entries(2 * ON_A_PAGE + 7)
    page, shown = resident.sees_who_looked(), []
    while True:
        shown += [each.get("datetime") for place in page.by_class("looks") for each in place.iter("time")]
        if not [each for each in page.all("a") if each.get("rel") == "next"]:
            break
        page = client.follow("Older entries")
    clerks = [at for at in shown if at is not None]
    assert len(clerks) == len(shown)
    assert len(set(shown)) >= 2 * ON_A_PAGE + 7


@pytest.mark.parametrize(
    "mark",
    ["x", "2026-01-01_", "_", "2026-01-01T00:00:00_" + "0" * 32, "9" * 500, "0001-01-01T00:00:00+23:59_" + "0" * 32],
)
def test_a_broken_mark_shows_the_first_page(resident, client, mark):
    page = client.get("/en/who-looked", params={"before": mark})
    assert "You: Opened the page that shows who looked." in looks(page)[0]


def test_a_page_reads_as_many_rows_as_it_shows_however_many_there_are(resident, portal_server, many_entries):
    many_entries(3 * ON_A_PAGE)
    statements = []
    event.listen(portal_server.registry.engine, "before_cursor_execute", lambda *facts: statements.append(facts[2:4]))
    resident.sees_who_looked()
    [(statement, parameters)] = [
        each for each in statements if "ledger_entry.actor_role" in each[0] and "LIMIT" in each[0]
    ]
    with portal_server.registry.engine.connect() as connection:
        plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
        rows = connection.exec_driver_sql(statement, parameters).all()
    assert "USING INDEX ix_ledger_entry_record_id_at" in plan
    assert "TEMP B-TREE" not in plan  # nothing is sorted: the index has the order
    assert len(rows) == ON_A_PAGE + 1


def written_actions() -> set[str]:
    """Every action named in the code: `action="..."` and the first word of the small functions that pass it on."""
    found = set()
    for path in [*Path(PROJECT_ROOT, "registry_core").rglob("*.py"), *Path(PROJECT_ROOT, "portal").rglob("*.py")]:
        if path.name == "action_words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _enters(node):
                found |= {
                    each.value
                    for argument in [
                        *node.args,
                        *(keyword.value for keyword in node.keywords if keyword.arg == "action"),
                    ]
                    for each in ast.walk(argument)
                    if isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and re.fullmatch(r"[a-z-]+\.[a-z-]+", each.value)
                }
    return found


def _enters(node: ast.Call) -> bool:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in {"record_entry", "entry", "_entry", "_enter"}


def test_every_action_the_house_writes_has_its_words():
    # Actions of a municipality as a whole are no entry about anybody's record.
    of_nobody = {"ledger.exported", "pool.designated", "register.exported", "register.searched"}
    assert written_actions() - of_nobody - ACTIONS == set()
    assert {"record.looked-at", "code-change.approved", "sign-in.pin-failed"} <= written_actions()


def test_every_key_has_an_official_text():
    import polib

    source = polib.pofile(str(PROJECT_ROOT / "translations" / "source" / "official.po"))
    known = {entry.msgctxt for entry in source}
    assert {action_key(action) for action in [*ACTIONS, "something.new"]} <= known
    assert {actor_key(role, is_own=own) for role in Role for own in (True, False)} <= known
    assert {purpose_key(purpose) for purpose in LegalPurpose} <= known


def test_what_others_did_can_be_seen_without_ones_own_looks(resident, client, many_entries):
    many_entries(ON_A_PAGE + 3)
    assert looks(resident.sees_who_looked())[0].count("You:") == 1
    page = client.follow("Show only what others did")
    seen = looks(page) + looks(client.follow("Older entries"))
    assert [look for look in seen if "You:" in look] == []
    assert len([look for look in seen if "A clerk of your municipality" in look]) == ON_A_PAGE + 3


def test_who_was_looked_at_by_nobody_else_is_told_so(resident, client):
    resident.sees_who_looked()
    page = client.follow("Show only what others did")
    assert [look for look in looks(page) if "A clerk" in look] == []
