"""Codes in what people write: those of the register are masked everywhere, anybody's where staff write about codes."""

import pytest

from registry_core.register import hide_codes, hide_known_codes
from registry_core.values import ResidentRecordCode
from tests.conftest import Register
from tests.registry_core.people import code, designate, enter

MASKED = "•" * 11
PHONE = "090-1234-5678"  # no code: its check digit does not fit
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def with_another_that_begins_with_its_last_digit(digits: str) -> str:
    return digits + ResidentRecordCode.from_body(f"{digits[-1]}123456789").reveal()[1:]


@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda digits: f"{digits[:4]} {digits[4:8]} {digits[8:]}",
        lambda digits: f"{digits[:5]}-{digits[5:]}",
        lambda digits: digits.translate(FULL_WIDTH),
        with_another_that_begins_with_its_last_digit,
    ],
)
def test_codes_that_are_not_here_or_lie_in_the_pool_are_masked_however_they_are_written(
    register: Register, written
) -> None:
    with register.write() as session:
        pool = designate(session)[0].reveal()
        for digits in (pool, code().reveal()):
            text = f"Tel. {PHONE}: {written(digits)}."
            assert hide_codes(session, text=text) == f"Tel. {PHONE}: {MASKED}."
            assert hide_known_codes(session, text=text) == text


def test_code_of_the_register_is_masked_though_its_check_digit_does_not_fit(register: Register) -> None:
    digits = code().reveal()
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    with register.write() as session:
        assert hide_codes(session, text=wrong) == wrong
        enter(session, its_code=ResidentRecordCode(wrong))
        for hide in (hide_codes, hide_known_codes):
            assert hide(session, text=f"{wrong}: {PHONE}") == f"{MASKED}: {PHONE}"
