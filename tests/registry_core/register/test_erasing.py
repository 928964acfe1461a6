"""Erasing a record, and its resident coming back: the record stays, closed, and goes on."""

import pytest

from registry_core.codes import erase_resident, reveal_code
from registry_core.register import (
    correct_record,
    look_at_record,
    record_history,
)
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate
from registry_core.values.errors import (
    CodeInUse,
    RecordErased,
)
from tests.conftest import Register
from tests.registry_core.people import (
    CLERK,
    NOW,
    TODAY,
    actions,
    code,
    enter,
    resident,
)


def test_an_erased_record_stays_but_changes_no_more(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_ABROAD, on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(RecordErased):
            erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(RecordErased):
            correct_record(
                session,
                record_id=her,
                changes={},
                reason=ChangeReason.MINOR_CORRECTION,
                on=TODAY,
                actor=CLERK,
                at=NOW,
            )
        assert actions(session, her) == ["record.entered", "record.erased"]


def test_who_comes_back_keeps_the_code_and_the_record_goes_on(register: Register) -> None:
    hers = code()
    back = {"card_number": "ZZ12345678ZZ", "address": "緑が丘市東町2丁目2番"}
    with register.write() as session:
        her = enter(session, its_code=hers, card_number="ZZ12345678ZZ")
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
    for other in ({"birth_date": RegisterDate.parse("1990-03-01")}, {"latin_name": "SOMEBODY ELSE"}):
        with pytest.raises(CodeInUse), register.write() as session:
            enter(session, its_code=hers, **(back | other))
    with register.write() as session:
        assert enter(session, its_code=hers, **back) == her
        view = look_at_record(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        assert (view.code, view.address, view.erased_on, view.version) == (hers, back["address"], None, 3)
        history = record_history(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
    assert [change.reason for change in history] == [
        ChangeReason.MOVED_IN,
        ChangeReason.MOVED_OUT,
        ChangeReason.MOVED_IN,
    ]
    with pytest.raises(CodeInUse), register.write() as session:
        enter(session, its_code=hers, **back)


def test_an_erased_record_is_closed_to_its_resident_and_open_to_staff_with_a_purpose(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=ChangeReason.MOVED_OUT, on=TODAY, actor=CLERK, at=NOW)
        for step in (look_at_record, record_history):
            with pytest.raises(RecordErased):
                step(session, record_id=her, actor=resident(her), at=NOW, purpose=LegalPurpose.OWN_RECORD)
        with pytest.raises(RecordErased):
            reveal_code(session, record_id=her, actor=resident(her), at=NOW)
        seen = look_at_record(session, record_id=her, actor=CLERK, at=NOW, purpose=LegalPurpose.RECORD_CORRECTION)
        assert seen.erased_on == TODAY
