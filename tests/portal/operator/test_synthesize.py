"""`portal registry synthesize`: invented people, the same for the same seed, in demonstrations only."""

import pytest
from sqlalchemy import select

import portal.operator.batches
from portal.operator.synthesis import Fitting, synthetic_residents
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
        again = [Fitting(3).fit(session, drawn) for _ in range(2)]
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

    monkeypatch.setattr(portal.operator.batches.Pace, "wait_for_others", power_goes)
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
