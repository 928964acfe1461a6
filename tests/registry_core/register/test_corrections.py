"""A correction from both sides: the resident says it, staff decide; record and case change together or not at all."""

from dataclasses import fields, replace
from datetime import date

import pytest

from registry_core.codes import erase_resident
from registry_core.ledger import entries_about
from registry_core.register import (
    ITEMS_OF_CASE,
    AliasEntry,
    CaseDeclined,
    CaseOutcome,
    CorrectionCase,
    Examined,
    ItemAnswer,
    ResidenceCategory,
    case_of,
    cases_of,
    confirm_record,
    correct_by_case,
    correct_record,
    link_staff_to_record,
    look_at_case,
    look_at_record,
    open_cases,
    record_history,
    release_case,
    send_case_on,
    take_case,
)
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate, Role
from registry_core.values.errors import (
    CaseNotFound,
    InvalidItem,
    MissingItem,
    OwnHousehold,
    RequestAlreadyDecided,
    StaleRecord,
    TakenByAnother,
)
from registry_core.values.sex import Sex
from tests.conftest import Register
from tests.registry_core.people import (
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    actions,
    code,
    decline,
    enter,
    resident,
    staff,
)

CITY_NAME = "緑が丘市"


def says(session, her, item="name", text="It is NGUYEN VAN DUNG.") -> CorrectionCase:
    """The resident says that an item is wrong; the case."""
    record = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
    confirm_record(
        session,
        record_id=her,
        record_version=record.version,
        answers={item: ItemAnswer(False, "misspelt", text)},
        language="vi",
        actor=resident(her),
        at=NOW,
    )
    return next(case for case in cases_of(session, record_id=her) if case.item == item and case.is_open)


def correct(session, case, by=CLERK, **changes):
    values = {
        "record_version": 1,
        "changes": {"latin_name": "NGUYEN VAN DUNG"},
        "reason": ChangeReason.CORRECTED_EX_OFFICIO,
        "examined": (Examined.RESIDENCE_CARD,),
        "note": "",
        "municipality": CITY_NAME,
    } | changes
    return correct_by_case(session, case_id=case.id, seen=case.mark, actor=by, at=NOW, **values)


def test_record_and_case_change_in_one_transaction_and_both_sides_stand_in_the_ledger(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her)
        take_case(session, case_id=case.id, actor=CLERK, at=NOW)
        assert correct(session, case, note="The card says so.") == 2
    with register.write() as session:
        seen = case_of(session, case_id=case.id, actor=resident(her), at=NOW)
        record = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        assert record.names.latin == "NGUYEN VAN DUNG"
        told = (seen.outcome, seen.record_version, seen.examined, seen.note, seen.closed_by_name)
        assert told == (CaseOutcome.CORRECTED, 2, (), "", None)
        kept, _ = look_at_case(session, case_id=case.id, actor=SECOND, at=NOW)
        assert (kept.examined, kept.note, kept.closed_by_name) == (
            (Examined.RESIDENCE_CARD,),
            "The card says so.",
            CLERK.name,
        )
        history = record_history(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        assert (history[0].reason, history[0].changed["latin_name"]) == (
            ChangeReason.CORRECTED_EX_OFFICIO,
            ("NGUYEN VAN DUC", "NGUYEN VAN DUNG"),
        )
        sides = {(entry.actor_role, entry.action) for entry in entries_about(session, record_id=her)}
        assert sides >= {
            (Role.RESIDENT, "record.said-wrong"),
            (Role.RESIDENT, "record.looked-at"),
            (Role.CLERK, "case.taken"),
            (Role.CLERK, "record.corrected"),
            (Role.CLERK, "case.closed"),
        }


def test_when_the_record_cannot_be_corrected_the_case_stays_open(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her)
    with pytest.raises(MissingItem), register.write() as session:
        correct(session, case, changes={"latin_name": None})
    with register.read() as session:
        assert [each.is_open for each in cases_of(session, record_id=her)] == [True]


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        ("birth_date", {"birth_date": RegisterDate.parse("1991-03-00")}),
        ("sex", {"sex": Sex.FEMALE}),
        ("address", {"address": "緑が丘市中央一丁目1番2号", "address_since": RegisterDate.parse("2020-04-02")}),
        ("nationality", {"nationality": "MMR"}),
        (
            "residence",
            {
                "residence_category": ResidenceCategory.SPECIAL_PERMANENT,
                "residence_status": "",
                "period_of_stay": "",
                "end_of_stay": None,
            },
        ),
        ("household", {"household_head": "NGUYEN VAN HUNG", "relationship": "子"}),
        ("name", {"kanji_name": "阮文勇"}),
    ],
)
def test_every_item_can_be_corrected(register: Register, item: str, changes: dict[str, object]) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her, item)
        assert case.of_immigration is (item not in {"address", "household"})
        assert correct(session, case, changes=changes) == 2
        record = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        held = {field.name: getattr(record, field.name) for field in fields(record)} | {
            "kanji_name": record.names.kanji
        }
        assert {name: held[name] for name in changes} == changes


def test_alias_written_wrongly_is_written_rightly_in_its_history_too(register: Register) -> None:
    entered = AliasEntry(alias="山田", entered_in=CITY_NAME, entered_on=date(2021, 5, 1))
    with register.write() as session:
        her = enter(session, alias="山田", alias_history=(entered,))
        case = says(session, her, "alias")
        correct(session, case, changes={"alias": "山口"})
        case = says(session, her, "alias")
        record = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        assert (record.names.alias, record.alias_history) == ("山口", (replace(entered, alias="山口"),))
        correct(session, case, changes={"alias": None}, record_version=2)
        case = says(session, her, "alias")
        correct(session, case, changes={"alias": "川口"}, record_version=3)
        record = look_at_record(session, record_id=her, actor=SYSTEM, at=NOW, purpose=LegalPurpose.SYSTEM_UPKEEP)
        assert record.alias_history == (
            replace(entered, alias="山口", deleted_in=CITY_NAME, deleted_on=TODAY),
            AliasEntry(alias="川口", entered_in=CITY_NAME, entered_on=TODAY),
        )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"record_version": 2}, StaleRecord),
        ({"changes": {"latin_name": "NGUYEN VAN DUC"}}, MissingItem),
        ({"changes": {"address": "elsewhere"}}, InvalidItem),
        ({"changes": {"latin_name": "", "kanji_name": ""}}, MissingItem),
        ({"examined": ()}, MissingItem),
        ({"examined": (Examined.OTHER,)}, MissingItem),
        ({"reason": ChangeReason.MOVED_WITHIN}, InvalidItem),
    ],
)
def test_what_is_no_correction_is_refused_and_writes_nothing(register: Register, change, refusal) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her)
        before = actions(session, her)
    with pytest.raises(refusal), register.write() as session:
        correct(session, case, **change)
    with register.read() as session:
        assert actions(session, her) == before


def test_minor_correction_is_one_of_name_or_address(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        name, sex = says(session, her), says(session, her, "sex")
        with pytest.raises(InvalidItem):
            correct(session, sex, changes={"sex": Sex.FEMALE}, reason=ChangeReason.MINOR_CORRECTION)
        assert correct(session, name, reason=ChangeReason.MINOR_CORRECTION) == 2


def test_record_that_changed_since_it_was_read_is_not_corrected_over(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her)
        correct_record(
            session,
            record_id=her,
            changes={"address": "緑が丘市東町1番"},
            reason=ChangeReason.MOVED_WITHIN,
            on=TODAY,
            actor=SECOND,
            at=NOW,
        )
    with pytest.raises(StaleRecord), register.write() as session:
        correct(session, case)
    with register.write() as session:
        assert correct(session, case, record_version=2) == 3


def test_case_in_the_hands_of_one_person_is_not_decided_by_another(register: Register) -> None:
    with register.write() as session:
        case = says(session, enter(session))
        take_case(session, case_id=case.id, actor=CLERK, at=NOW)
    for deed in (correct, decline):
        with pytest.raises(TakenByAnother), register.write() as session:
            deed(session, case, SECOND)
    with pytest.raises(TakenByAnother), register.write() as session:
        release_case(session, case_id=case.id, actor=SECOND, at=NOW)
    with register.write() as session:
        release_case(session, case_id=case.id, actor=SUPERVISOR, at=NOW)
        decline(session, case, SECOND)


def test_card_that_is_wrong_is_for_immigration_and_an_address_never(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        name, address = says(session, her), says(session, her, "address")
        on = {"outcome": CaseOutcome.ASK_IMMIGRATION, "examined": (), "note": "", "actor": CLERK, "at": NOW}
        with pytest.raises(InvalidItem):
            send_case_on(session, case_id=address.id, seen=address.mark, **on)
        send_case_on(session, case_id=name.id, seen=name.mark, **on)
        assert {case.item: case.outcome for case in cases_of(session, record_id=her)} == {
            "name": CaseOutcome.ASK_IMMIGRATION,
            "address": None,
        }


def test_declined_says_why_and_it_can_be_said_again(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        decline(session, says(session, her))
        again = says(session, her)
        assert [(case.is_open, case.decline_reason) for case in cases_of(session, record_id=her)] in (
            [(True, None), (False, CaseDeclined.WAS_RIGHT)],
            [(False, CaseDeclined.WAS_RIGHT), (True, None)],
        )
        assert again.is_open


def test_case_is_shown_to_its_resident_alone(register: Register) -> None:
    with register.write() as session:
        her, other = enter(session), enter(session)
        case = says(session, her)
    for actor in (resident(other), CLERK):
        with pytest.raises(CaseNotFound), register.write() as session:
            case_of(session, case_id=case.id, actor=actor, at=NOW)


def test_own_household_and_other_cities_are_kept_out(register: Register) -> None:
    with register.write() as session:
        her = enter(session, household_number="H")
        link_staff_to_record(session, person=SECOND.person, record_id=her, actor=SYSTEM, at=NOW)
        case = says(session, her)
    for deed in (correct, decline):
        with pytest.raises(OwnHousehold), register.write() as session:
            deed(session, case, SECOND)
        with pytest.raises(CaseNotFound), register.write() as session:
            deed(session, case, staff("far", city="074829"))
    with pytest.raises(OwnHousehold), register.write() as session:
        take_case(session, case_id=case.id, actor=SECOND, at=NOW)


def test_protected_persons_case_is_a_supervisors(register: Register) -> None:
    with register.write() as session:
        case = says(session, enter(session, protected=True))
        assert open_cases(session, actor=CLERK) == []
    for deed in (correct, decline):
        with pytest.raises(CaseNotFound), register.write() as session:
            deed(session, case, CLERK)
    with register.write() as session:
        look_at_case(session, case_id=case.id, actor=SUPERVISOR, at=NOW)
        assert correct(session, case, SUPERVISOR) == 2


def test_erased_record_closes_what_is_open_about_it(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        case = says(session, her)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        assert [each.outcome for each in cases_of(session, record_id=her)] == [CaseOutcome.CLOSED]
    with pytest.raises(RequestAlreadyDecided), register.write() as session:
        decline(session, case)


def test_note_never_keeps_a_code_of_here_or_elsewhere(register: Register) -> None:
    hers = code()
    with register.write() as session:
        her = enter(session, its_code=hers)
        case = says(session, her)
        correct(session, case, note=f"It was {hers.reveal()}, of before {code().reveal()}.")
        kept, _ = look_at_case(session, case_id=case.id, actor=CLERK, at=NOW)
        assert kept.note == f"It was {'•' * 11}, of before {'•' * 11}."


def test_what_is_not_shown_can_be_said_to_be_wrong_and_not_confirmed(register: Register) -> None:
    assert set(ITEMS_OF_CASE) >= {"nationality", "residence", "household"}
    with register.write() as session:
        her = enter(session)
        says(session, her, "household")
        with pytest.raises(InvalidItem):
            confirm_record(
                session,
                record_id=her,
                record_version=1,
                answers={"household": ItemAnswer(True)},
                language="vi",
                actor=resident(her),
                at=NOW,
            )
