"""Searching: two items, any form in any script, twenty hits at most, and everything in the ledger."""

from random import Random

import pytest
from sqlalchemy import Uuid, bindparam, select, text

from registry_core.codes import erase_resident
from registry_core.ledger import entries_about
from registry_core.ledger.entry import LedgerEntry
from registry_core.register import (
    Newcomer,
    RecordHit,
    RecordQuery,
    correct_record,
    enter_prepared,
    enter_resident,
    link_staff_to_record,
    matching_records,
    prepare_entries,
    search_records,
)
from registry_core.register.search_index import SearchEntry
from registry_core.storage.gram_posting import SPAN
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import NotPermitted, TwoItemsNeeded
from registry_core.values.search_key import address_key, keys_of_part, search_key
from tests.conftest import Register
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    actions,
    code,
    enter,
    items,
    staff,
)

COUNTER = LegalPurpose.COUNTER_SERVICE
BORN = RegisterDate.parse("1990-02-28")


def search(session, actor=CLERK, **asked) -> list[RecordHit]:
    return search_records(session, query=RecordQuery(**asked), actor=actor, at=NOW, purpose=COUNTER)


def enter_many(register: Register, people) -> None:
    newcomers = [Newcomer(each, code(), ChangeReason.MOVED_IN, TODAY) for each in people]
    prepared = prepare_entries(
        newcomers, actor=SYSTEM, at=NOW, keyring=register.keyring, dialect=register.engine.dialect
    )
    with register.write() as session:
        enter_prepared(session, prepared=prepared)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "nguyễn văn đức", "birth_date": "1990-02-28"}, 1),
        ({"name": "duc", "birth_date": "平成2年2月28日"}, 1),
        ({"name": "d", "birth_date": "1990-02-28"}, 1),
        ({"name": "花", "birth_date": "1990-02-28"}, 1),
        ({"name": "x", "birth_date": "1990-02-28"}, 0),
        ({"name": "duc", "birth_date": "1990-02-27"}, 0),
        ({"name": "duc", "address": "中央"}, 1),
        ({"name": "阮文", "address": "中央1-1"}, 1),
        ({"name": "ドゥ", "address": "一丁目1番"}, 1),
        ({"name": "緑川", "address": "緑ヶ丘市"}, 1),
        ({"name": "duc", "address": "東町"}, 0),
        ({"name": "duc", "address": "中央", "birth_date": "1990-02-28"}, 1),
        ({"name": "duc", "address": "東町", "birth_date": "1990-02-28"}, 0),
        ({"card_number": "zz 1234 5678 zz"}, 1),
        ({"card_number": "zz 1234 5678 zz", "name": "duc"}, 1),
        ({"card_number": "zz 1234 5678 zz", "name": "kim"}, 0),
        ({"name": "d", "address": "中央"}, None),
        ({"name": "duc", "address": "中"}, None),
        ({"name": "・", "birth_date": "1990-02-28"}, None),
        ({"name": "%", "birth_date": "1990-02-28"}, None),
        ({"name": "duc"}, None),
        ({"birth_date": "1990-02-28"}, None),
        ({"birth_date": "1990-02-28", "address": "中央"}, None),
        ({"address": "中央一丁目"}, None),
        ({}, None),
    ],
)
def test_a_search_takes_two_items_and_each_hit_is_an_entry(register: Register, asked, found) -> None:
    if "birth_date" in asked:
        asked = asked | {"birth_date": RegisterDate.parse(asked["birth_date"])}
    with register.write() as session:
        her = enter(
            session,
            card_number="ZZ12345678ZZ",
            kanji_name="阮文德",
            reading="グエン ヴァン ドゥック",
            alias="緑川 花子",
        )
        if found is None:
            with pytest.raises(TwoItemsNeeded):
                search(session, **asked)
            assert actions(session, her) == ["record.entered"]
            return
        hits = search(session, **asked)
        assert [hit.id for hit in hits] == [her] * found
        assert ("record.found" in actions(session, her)) == bool(found)


def test_names_of_two_characters_in_any_script_are_found_by_name_and_address(register: Register) -> None:
    names = {"kanji_name": "王芳", "alias": "김민", "reading": "ワン", "latin_name": "LI"}
    with register.write() as session:
        for form, name in names.items():
            her = enter(session, **({"latin_name": "XX"} | {form: name}), address="緑が丘市港町1番1号")
            assert [hit.id for hit in search(session, name=name, address="港町")] == [her]


def test_a_search_by_code_finds_the_living_code_only(register: Register) -> None:
    hers = code()
    with register.write() as session:
        her = enter(session, its_code=hers)
        assert [hit.id for hit in search(session, code=hers)] == [her]
        assert search(session, code=code()) == []


def test_twenty_are_shown_and_only_they_are_found(register: Register) -> None:
    enter_many(register, [items() for _ in range(23)])
    with register.write() as session:
        hits = search(session, name="nguyen", address="中央")
        assert len({hit.id for hit in hits}) == 20
        assert search(session, name="nguyen", birth_date=BORN)[:20] != []
        everybody = session.scalars(select(SearchEntry.record_id)).all()
        found = [each for each in everybody if "record.found" in actions(session, each)]
        assert sorted(found) == sorted(hit.id for hit in hits)


def test_the_search_is_an_entry_that_names_what_was_asked_and_each_hit_leads_to_it(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        search(session, name="nguyen", address="中央")
        search(session, name="nguyen", birth_date=RegisterDate.parse("1800-01-01"))
        session.flush()
        searches = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "register.searched")).all()
        assert sorted((each.facts["items"], each.facts["hits"], each.record_id) for each in searches) == [
            ("name address", 1, None),
            ("name birth_date", 0, None),
        ]
        [entry] = [each for each in entries_about(session, record_id=her) if each.action == "record.found"]
        [listed] = [each.id for each in searches if each.facts["hits"]]
        assert entry.facts == {"search": str(listed)}


def test_a_birth_date_is_shown_to_whoever_knew_it_or_held_the_card(register: Register) -> None:
    with register.write() as session:
        enter(session, card_number="ZZ12345678ZZ")
        [by_street] = search(session, name="nguyen", address="中央")
        [by_date] = search(session, name="n", birth_date=BORN)
        [by_card] = search(session, card_number="ZZ12345678ZZ")
    assert (by_street.birth_date, by_street.birth_year) == (None, 1990)
    assert (by_date.birth_date, by_card.birth_date) == (BORN, BORN)


def test_a_day_is_found_in_whichever_era_it_was_recorded(register: Register) -> None:
    with register.write() as session:
        her = enter(session, birth_date=RegisterDate.parse("明治45年7月30日"))
        for typed in ("1912-07-30", "明治45年7月30日"):
            assert [hit.id for hit in search(session, name="n", birth_date=RegisterDate.parse(typed))] == [her]


def test_own_household_is_a_hit_without_a_name(register: Register) -> None:
    with register.write() as session:
        own, wife = enter(session, household_number="7"), enter(session, household_number="7")
        other = enter(session)
        link_staff_to_record(session, person=CLERK.person, record_id=own, actor=ADMINISTRATOR, at=NOW)
        hits = {hit.id: hit for hit in search(session, name="nguyen", address="中央")}
    assert {hits[each].own_household for each in (own, wife)} == {True}
    assert {(hits[each].names, hits[each].birth_year) for each in (own, wife)} == {(None, None)}
    assert not hits[other].own_household


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.TRANSLATOR, Role.REVIEWER, Role.PREFECTURE_OFFICER])
def test_other_roles_do_not_search(register: Register, role: Role) -> None:
    with register.write() as session:
        enter(session)
        with pytest.raises(NotPermitted):
            search(session, staff("x", role), name="nguyen", address="中央")


@pytest.mark.parametrize("protected", ["herself", "her household"])
def test_a_protected_person_is_no_hit_of_whoever_may_not_know(register: Register, protected: str) -> None:
    with register.write() as session:
        her = enter(session, household_number="9", protected=protected == "herself")
        if protected == "her household":
            enter(session, household_number="9", protected=True, latin_name="SANTOS")
        for actor in (CLERK, ADMINISTRATOR):
            assert search(session, actor, name="nguyen", address="中央") == []
            assert search(session, actor, name="nguyen", birth_date=BORN) == []
        assert [hit.id for hit in search(session, SUPERVISOR, name="nguyen", address="中央")] == [her]


def test_hits_that_are_kept_back_do_not_take_the_place_of_others(register: Register) -> None:
    enter_many(register, [items(protected=number < 15) for number in range(30)])
    with register.write() as session:
        assert len(search(session, name="nguyen", address="中央")) == 15
        assert len(search(session, SUPERVISOR, name="nguyen", address="中央")) == 20


def test_who_is_corrected_is_found_by_what_is_so_now(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        correct_record(
            session,
            record_id=her,
            changes={"latin_name": "SANTOS MARIA", "address": "緑が丘市港町2番2号"},
            reason=ChangeReason.MOVED_WITHIN,
            on=TODAY,
            actor=CLERK,
            at=NOW,
        )
        assert [hit.id for hit in search(session, name="maria", address="港町")] == [her]
        for name, address in (("nguyen", "中央"), ("maria", "中央"), ("nguyen", "港町")):
            assert search(session, name=name, address=address) == []


def test_who_is_erased_is_found_no_more_and_who_returns_is_found_again(register: Register) -> None:
    hers = code()
    with register.write() as session:
        her = enter(session, its_code=hers, card_number="ZZ12345678ZZ")
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        assert search(session, name="nguyen", address="中央") == []
        assert search(session, card_number="ZZ12345678ZZ") == []
        again = enter(session, its_code=hers, card_number="ZZ12345678ZZ", address="緑が丘市港町2番2号")
        assert again == her
        assert [hit.id for hit in search(session, name="nguyen", address="港町")] == [her]
        assert search(session, name="nguyen", address="中央") == []


def leave_a_gap(register: Register) -> None:
    """Whoever comes next has a number three spans further on."""
    with register.write() as session:
        stranger = enter(session, latin_name="QQ", address="qq")
        statement = "UPDATE search_entry SET number = number + :far WHERE record_id = :id"
        session.execute(text(statement).bindparams(bindparam("id", stranger, Uuid)), {"far": 3 * SPAN})
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SELECT setval('search_entry_number_seq', {4 * SPAN})"))


def test_finds_what_reading_every_record_finds(register: Register) -> None:
    """Common and rare parts, over several spans of numbers, entered one by one and many at once."""
    rng = Random(4)
    families, given = ("NGUYEN", "LI", "MARINA", "王", "ウメ", "イトウ"), ("VAN", "芳", "ENAN", "ウメコ", "")
    towns = ("中央1丁目", "港町2丁目", "中町3丁目")
    people = [
        items(
            latin_name=f"{rng.choice(families)} {rng.choice(given)}".strip(), address=f"{rng.choice(towns)}{number}番"
        )
        for number in range(120)
    ]
    enter_many(register, people[:60])
    leave_a_gap(register)
    enter_many(register, people[60:110])
    with register.write() as session:
        for each in people[110:]:
            enter_resident(
                session, items=each, code=code(), reason=ChangeReason.MOVED_IN, on=TODAY, actor=SYSTEM, at=NOW
            )
    with register.write() as session:
        for name in ("ng", "van", "enan", "王芳", "ウメ", "rina", "トオ", "ウメコ", "no"):
            for town in towns:
                fitting = [each for each in people if holds(each, name, town)]
                hits = search(session, name=name, address=town)
                assert len(hits) == min(20, len(fitting)), (name, town)
                assert {hit.names.latin for hit in hits} <= {each.latin_name for each in fitting}


def holds(person, name: str, address: str) -> bool:
    whole = search_key(person.latin_name)
    return any(key in whole for key in keys_of_part(name)) and address_key(address) in address_key(person.address)


@pytest.mark.parametrize(
    ("given", "matches"),
    [
        ({}, True),
        ({"name": "Nguyễn Văn Đức", "birth_date": "1990-02-28", "sex": "male"}, True),
        ({"name": "NGUYEN VAN DUC（山田　太郎）"}, True),
        ({"name": "山田太郎"}, True),
        ({"address": "緑が丘市中央一丁目１番１号"}, True),
        ({"name": "NGUYEN VAN"}, False),
        ({"birth_date": "19900301"}, False),
        ({"sex": "2"}, False),
        ({"sex": "?"}, False),
        ({"address": "緑が丘市中央一丁目1番2号"}, False),
        ({"name": ""}, False),
    ],
)
def test_a_sign_in_matches_when_all_four_attributes_do(register: Register, given, matches) -> None:
    claims = {"name": "NGUYEN VAN DUC", "birth_date": "19900228", "sex": "1", "address": "緑が丘市中央一丁目1番1号"}
    with register.write() as session:
        her = enter(session, alias="山田　太郎")
        found = matching_records(session, **(claims | given), actor=SYSTEM, at=NOW)
    assert found == ([her] if matches else [])
