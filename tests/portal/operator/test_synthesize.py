"""`portal registry synthesize`: invented people, the same for the same seed, in demonstrations only."""

import tracemalloc
import unicodedata
from collections import Counter
from random import Random

import pytest
from sqlalchemy import select

import portal.operator.batches
from portal.operator.synthesis import Fitting, synthetic_residents
from portal.operator.synthetic_numbers import SeedNumbers, Steps
from portal.operator.synthetic_residence import NATIONS
from registry_core.register import ResidenceCategory, checked_items
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import keyring
from registry_core.values import ResidentRecordCode
from tests.portal.operator.conftest import Operator, said
from tests.registry_core.people import enter


def people(operator: Operator) -> dict[str, dict[str, str | None]]:
    """Everybody in the register by code."""
    query = select(CodeAssignment, ResidentRecord).join(ResidentRecord, ResidentRecord.id == CodeAssignment.record_id)
    with operator.register.read() as session:
        return {
            held.code(keyring(session)).reveal(): record.items().as_text() for held, record in session.execute(query)
        }


def of_seed(number: int, seed: int) -> dict[str, dict[str, str | None]]:
    return {each.code.reveal(): each.items.as_text() for each in synthetic_residents(number, seed=seed)}


def test_same_seed_makes_the_same_people_and_another_seed_others(operator: Operator) -> None:
    result = operator.types("registry", "synthesize", "40", "--seed", "7")
    assert (result.exit_code, result.stdout) == (0, "40 synthetic residents made.\n")
    assert people(operator) == of_seed(40, 7)
    assert operator.types("registry", "synthesize", "40", "--seed", "8").exit_code == 0
    assert people(operator) == of_seed(40, 7) | of_seed(40, 8)


def test_same_seed_again_is_told_in_words(operator: Operator) -> None:
    operator.types("registry", "synthesize", "5")
    result = operator.types("registry", "synthesize", "9")
    assert (result.exit_code, operator.residents()) == (1, 5)
    assert said(result) == ["The residents of seed 1 are there already. Choose another with --seed."]


def test_code_or_card_somebody_has_is_drawn_anew(operator: Operator) -> None:
    drawn = list(synthetic_residents(4, seed=3))
    with operator.register.write() as session:
        enter(session, its_code=ResidentRecordCode.parse(drawn[0].code.reveal()))
        enter(session, card_number=drawn[2].items.card_number)
    with operator.register.read() as session:
        again = [Fitting(3, 4).fit(session, drawn) for _ in range(2)]
    assert again[0] == again[1]
    changed = [one != other for one, other in zip(drawn, again[0], strict=True)]
    assert changed == [True, False, True, False]
    assert operator.types("registry", "synthesize", "4", "--seed", "3").exit_code == 0
    assert operator.residents() == 6


def test_run_that_broke_off_goes_on_with_the_next_person(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerGone(BaseException):
        """The machine went off."""

    def power_goes(*_arguments: object) -> None:
        if operator.residents() >= 100:
            raise PowerGone

    monkeypatch.setattr(portal.operator.batches, "sleep_until", power_goes)
    with pytest.raises(PowerGone):
        operator.types("registry", "synthesize", "300", "--seed", "7")
    monkeypatch.undo()
    assert 100 <= operator.residents() < 300
    assert said(operator.types("registry", "synthesize", "300", "--seed", "8")) == [
        "The import of a file of residents is under way or broke off. Finish it or give it up first."
    ]
    result = operator.types("registry", "synthesize", "300", "--seed", "7")
    assert (result.exit_code, result.stdout) == (0, "300 synthetic residents made.\n")
    assert people(operator) == of_seed(300, 7)


def test_people_are_as_many_of_each_nationality_as_live_here_and_pass_every_rule() -> None:
    people = list(synthetic_residents(6_000, seed=2))
    shares = {nation: number / sum(NATIONS.values()) for nation, number in NATIONS.items()}
    found = Counter(person.items.nationality for person in people)
    for nation in ("CHN", "VNM", "KOR", "PHL", "NPL", "IDN", "BRA", "MMR"):
        assert abs(found[nation] / len(people) - shares[nation]) < 0.03, nation
    for person in people:
        checked_items(person.items)
        assert person.code.check_digit_matches
    assert len({person.code for person in people}) == len(people)
    cards = [person.items.card_number for person in people if person.items.card_number]
    assert len(set(cards)) == len(cards) > 5_500


def test_people_have_what_the_register_has_to_cope_with() -> None:
    people = [person.items for person in synthetic_residents(6_000, seed=2)]
    names = [person.latin_name or "" for person in people]
    sizes = Counter(person.household_number for person in people)
    assert set(sizes.values()) == {1, 2, 3, 4, 5, 6}
    heads = {person.household_number: person for person in people if person.relationship == "世帯主"}
    assert set(heads) == set(sizes)
    assert all(heads[each.household_number].household_head == each.household_head for each in people)
    assert all(
        heads[each.household_number].household_head in {heads[each.household_number].latin_name, each.household_head}
        for each in people
    )
    assert {"世帯主", "妻", "夫", "子", "母", "同居人", "子の子", "縁故者"} <= {
        person.relationship for person in people
    }
    assert any(not name for name in names)  # kanji alone
    assert any(name and " " not in name for name in names)  # a single name
    assert max(map(len, names)) > 40
    assert any(not name.isascii() and unicodedata.is_normalized("NFC", name) for name in names)
    assert any(not unicodedata.is_normalized("NFC", name) for name in names)
    assert any("\U000e0100" in (person.kanji_name or "") for person in people)
    assert any(person.alias and not person.alias_history for person in people)
    assert any(entry.is_deleted for person in people for entry in person.alias_history)
    assert {ResidenceCategory.MID_TO_LONG_TERM, ResidenceCategory.SPECIAL_PERMANENT} < {
        person.residence_category for person in people
    }
    assert 0 < sum(person.protected for person in people) < 100
    assert 0 < sum(person.birth_date.calendar_day is None for person in people) < 200
    assert len({person.address for person in people}) > 3_000
    assert not [name for name in names if name != name.upper()]


def test_a_few_people_of_a_seed_are_the_first_of_many() -> None:
    many = list(synthetic_residents(200, seed=9))
    assert list(synthetic_residents(50, seed=9)) == many[:50]


def test_numbers_of_a_seed_are_all_different_and_lead_back_to_their_place() -> None:
    numbers = SeedNumbers(4)
    bodies = [numbers.code_body(place) for place in range(5_000)]
    assert len(set(bodies)) == len({numbers.card(place) for place in range(5_000)}) == 5_000
    assert [numbers.place_of(body) for body in bodies[:200]] == list(range(200))
    whole_circle = Steps(Random(1), 360)
    assert sorted(map(whole_circle.at, range(360))) == list(range(360))


def test_memory_does_not_grow_with_the_number() -> None:
    tracemalloc.start()
    try:
        for _ in synthetic_residents(2_000, seed=1):
            pass
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        for _ in synthetic_residents(8_000, seed=3):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 1_000_000


def test_production_has_no_invented_people(operator: Operator) -> None:
    municipality = operator.folder / "municipality.toml"
    from portal.config import DEMO_MUNICIPALITY_FILE

    municipality.write_bytes(DEMO_MUNICIPALITY_FILE.read_bytes())
    operator.environment |= {
        "PORTAL_ENV": "production",
        "PORTAL_BASE_URL": "https://portal.city.example",
        "PORTAL_MUNICIPALITY_FILE": str(municipality),
    }
    for whose in ("RESIDENT", "STAFF"):
        operator.environment |= {
            f"PORTAL_{whose}_OIDC_ISSUER": "https://provider.example",
            f"PORTAL_{whose}_OIDC_CLIENT_ID": "id",
            f"PORTAL_{whose}_OIDC_CLIENT_SECRET": "secret",
        }
    result = operator.types("registry", "synthesize", "1")
    assert (result.exit_code, operator.residents()) == (2, 0)
    assert said(result) == ["Synthetic residents belong into a demonstration: set PORTAL_ENV=demo."]


@pytest.mark.parametrize("number", ["0", "-1", "5000001", "many"])
def test_number_out_of_range_is_wrong_use(operator: Operator, number: str) -> None:
    assert operator.types("registry", "synthesize", "--", number).exit_code == 2


def test_progress_of_a_piped_command_is_plain_text(operator: Operator) -> None:
    result = operator.types("registry", "synthesize", "3")
    assert "\x1b" not in result.output
    assert "\r" not in result.output
    assert result.stderr.count("Making 3 residents") == 1
