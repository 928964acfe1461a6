"""The invented people: what others rely on about them."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from portal.config import DEMO_MUNICIPALITY_FILE
from portal.demo.households import HOUSEHOLDS
from portal.demo.people import CLERK_2_PERSON, demo_people
from portal.demo.register import DEMO_MUNICIPALITY, POOL_SIZE, load_demo
from registry_core.codes import pool_level
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import shares_household
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.municipality_code import MunicipalityCode

AT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


def records(session) -> dict[str, ResidentRecord]:
    by_card = {record.card_number: record for record in session.scalars(select(ResidentRecord))}
    return {each.login or "clerk-2": by_card[each.items.card_number] for each in HOUSEHOLDS}


def test_login_names_are_those_that_others_rely_on():
    assert [person.login for person in demo_people()] == [
        *(f"resident-{number}" for number in range(1, 13)),
        "newcomer-1",
        "clerk-1",
        "clerk-2",
        "supervisor-1",
        "supervisor-2",
        "auditor-1",
        "translator-1",
        "reviewer-1",
        "administrator-1",
    ]


def test_the_municipality_exists_on_no_list():
    assert MunicipalityCode(DEMO_MUNICIPALITY).text.startswith("99")
    assert f'code = "{DEMO_MUNICIPALITY}"' in DEMO_MUNICIPALITY_FILE.read_text(encoding="utf-8")


def test_there_are_many_scripts_an_alias_a_single_name_a_protected_record_and_households(register):
    with register.write() as session:
        assert load_demo(session, AT) == len(HOUSEHOLDS)
    with register.read() as session:
        found = records(session)
        assert found["resident-5"].alias
        assert found["resident-4"].kanji_name
        assert " " not in (found["resident-6"].latin_name or " ")
        assert [login for login, record in found.items() if record.protected] == ["resident-10"]
        assert found["resident-7"].household_number == found["resident-8"].household_number
        assert shares_household(session, person=CLERK_2_PERSON, record_id=found["resident-5"].id)
        assert not shares_household(session, person=CLERK_2_PERSON, record_id=found["resident-1"].id)
        assert pool_level(session, municipality_code=DEMO_MUNICIPALITY).left == POOL_SIZE


def test_loading_again_changes_nothing(register):
    with register.write() as session:
        load_demo(session, AT)
    with register.read() as session:
        before = session.scalar(select(func.count()).select_from(LedgerEntry))
    with register.write() as session:
        assert load_demo(session, AT) == 0
    with register.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == before
        assert pool_level(session, municipality_code=DEMO_MUNICIPALITY).left == POOL_SIZE


def test_names_are_written_in_as_many_scripts_as_there_are_readers():
    import unicodedata

    scripts = {unicodedata.name(person.name[0]).split()[0] for person in demo_people()}
    assert {"LATIN", "ARABIC", "DEVANAGARI", "CJK", "HANGUL", "MYANMAR", "SINHALA", "CYRILLIC", "BENGALI"} <= scripts
