"""What a resident says of the record: right, or wrong because ..., which becomes a case for staff."""

import threading

import pytest

from registry_core.register import (
    ItemAnswer,
    cases_of,
    confirm_record,
    latest_confirmation,
    look_at_case,
    open_cases,
)
from registry_core.values.errors import (
    CaseNotFound,
    InvalidItem,
    InvalidText,
    RequestAlreadyDecided,
    StaleRecord,
    TooLong,
)
from tests.conftest import Register
from tests.registry_core.people import (
    CLERK,
    NOW,
    SECOND,
    actions,
    code,
    decline,
    enter,
    resident,
    staff,
)


def confirm(session, her, answers, version=1):
    return confirm_record(
        session,
        record_id=her,
        record_version=version,
        answers=answers,
        language="my",
        actor=resident(her),
        at=NOW,
    )


def test_confirming_all_items_is_kept_with_its_version(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(True), "address": ItemAnswer(True)})
        assert latest_confirmation(session, record_id=her).all_right
        assert "record.confirmed" in actions(session, her)
        assert open_cases(session, actor=CLERK) == []


def test_a_wrong_item_becomes_one_case_for_staff(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(False, "misspelt", "အောင်အောင်"), "sex": ItemAnswer(True)})
        confirm(session, her, {"name": ItemAnswer(False, "misspelt", "အောင်အောင် နှင့်")})
        case = open_cases(session, actor=CLERK)[0]
        assert (case.item, case.reason, case.text, case.language) == ("name", "misspelt", "အောင်အောင် နှင့်", "my")
        _, record = look_at_case(session, case_id=case.id, actor=CLERK, at=NOW)
        assert record.id == her
        decline(session, case)
        assert [c.outcome for c in cases_of(session, record_id=her)] == ["declined"]
        with pytest.raises(RequestAlreadyDecided) as refused:
            decline(session, case, SECOND)
        assert refused.value.facts["by"] == "SATO"


def test_a_code_of_the_register_is_masked_in_free_words_a_phone_number_stays(register: Register) -> None:
    hers = code()
    with register.write() as session:
        her = enter(session, its_code=hers)
        digits = hers.reveal()
        words = f"{digits[:4]}-{digits[4:8]}-{digits[8:]} 090-1234-5678 {digits.translate(FULL_WIDTH)}"
        confirm(session, her, {"code_held": ItemAnswer(False, "other", words)})
        assert cases_of(session, record_id=her)[0].text == "••••••••••• 090-1234-5678 •••••••••••"


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "writing",
    [
        "{a}　{b}　{c}",
        "{a}\u00a0{b}\u00a0{c}",
        "{a} - {b}-{c}",
        "{a}–{b}–{c}",
        "{a}\n{b} {c}",
        "No.1{a}{b}{c}9",
        "961-6193 {a} {b} {c}",
    ],
)
def test_a_code_is_masked_however_it_is_written(register: Register, writing: str) -> None:
    hers = code()
    digits = hers.reveal()
    words = writing.format(a=digits[:4], b=digits[4:8], c=digits[8:])
    with register.write() as session:
        her = enter(session, its_code=hers)
        confirm(session, her, {"code_held": ItemAnswer(False, "other", words)})
        kept = cases_of(session, record_id=her)[0].text
    assert "•" * 11 in kept
    assert digits[4:8] not in kept


def test_a_script_with_many_marks_has_no_less_room(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(False, "other", "နို့" * 490)})
        assert cases_of(session, record_id=her)[0].text == "နို့" * 490


def test_words_renewed_while_the_case_is_closed_become_a_new_case(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(False, "other", "first words")})
        case = cases_of(session, record_id=her)[0]

    def say_it_again() -> None:
        with register.write() as session:
            confirm(session, her, {"name": ItemAnswer(False, "other", "new words")})

    resident_says = threading.Thread(target=say_it_again)
    with register.write() as session:
        decline(session, case)
        session.flush()
        resident_says.start()
        resident_says.join(timeout=0.5)
    resident_says.join()
    with register.read() as session:
        assert {(c.is_open, c.text) for c in cases_of(session, record_id=her)} == {
            (False, "first words"),
            (True, "new words"),
        }


@pytest.mark.parametrize(
    ("answers", "version", "refusal"),
    [
        ({"name": ItemAnswer(True)}, 2, StaleRecord),
        ({"nationality": ItemAnswer(True)}, 1, InvalidItem),
        ({"name": ItemAnswer(False, "because")}, 1, InvalidItem),
        ({"name": ItemAnswer(False, "other", "x" * 501)}, 1, TooLong),
        ({"name": ItemAnswer(False, "other", "\x00")}, 1, InvalidText),
    ],
)
def test_other_confirmations_are_refused(register: Register, answers, version, refusal) -> None:
    with register.write() as session:
        her = enter(session)
    with pytest.raises(refusal), register.write() as session:
        confirm(session, her, answers, version)


def test_cases_of_other_cities_are_absent(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(False, "other", "x")})
        case = open_cases(session, actor=CLERK)[0]
        with pytest.raises(CaseNotFound):
            look_at_case(session, case_id=case.id, actor=staff("far", city="074829"), at=NOW)


def test_a_case_is_not_closed_over_words_that_nobody_read(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        confirm(session, her, {"name": ItemAnswer(False, "misspelt", "first words")})
        read = open_cases(session, actor=CLERK)[0]
        confirm(session, her, {"name": ItemAnswer(False, "misspelt", "other words")})
    with pytest.raises(StaleRecord), register.write() as session:
        decline(session, read)
    with register.write() as session:
        now = open_cases(session, actor=CLERK)[0]
        decline(session, now)
