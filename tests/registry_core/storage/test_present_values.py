"""Which of many values stand in a column, on both databases."""

from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.present_values import present_values
from tests.conftest import Register
from tests.registry_core.people import code, enter


def test_only_what_some_row_has_is_present_of_however_many_are_asked(register: Register) -> None:
    held = code()
    with register.write() as session:
        enter(session, its_code=held, card_number="AB12345678CD")
        asked = [f"ZZ{number:08d}ZZ" for number in range(1_100)]
        assert present_values(session, ResidentRecord.card_number, asked) == set()
        assert present_values(session, ResidentRecord.card_number, [*asked, "AB12345678CD"]) == {"AB12345678CD"}
        index = register.keyring.index(held.reveal())
        assert present_values(session, CodeAssignment.code_index, [b"", index, bytes(32)]) == {index}
        assert present_values(session, CodeAssignment.code_index, []) == set()
