"""What a record holds: names of any script, aliases with their history, days of every legal form, the reasons of the law."""

from datetime import date

import pytest

from registry_core.codes import erase_resident
from registry_core.register import (
    AliasEntry,
    ResidenceCategory,
    delete_alias,
    enter_alias,
    look_at_record,
    record_history,
)
from registry_core.values import ChangeReason, LegalPurpose, RegisterDate
from registry_core.values.errors import InvalidItem, MissingItem, ReasonNeverHere, TooLong, UnknownRelationship
from tests.conftest import Register
from tests.registry_core.people import CLERK, NOW, SUPERVISOR, TODAY, enter

PURPOSE = LegalPurpose.REGISTER_MAINTENANCE
NAMES = {
    "latin": "X" * 120,
    "decomposed, as a phone sends it": "Nguye\u0302\u0303n " * 20,
    "kanji with variation selectors": "\u8fbb\U000e0100\u6989\U000e0103" * 60,
    "compatibility kanji that NFC would replace": "\ufa19\u91ce \u2f00 \ufa10" * 10,
    "Devanagari with marks": "स्त्री" * 20 + " " + "नि" * 59,
    "Burmese": "သန္တာ" * 30,
    "Khmer with zero-width joiners": "ក្សត្រ\u200c" * 20,
    "beyond the basic plane": "𠮷" * 120,
    "right to left": "محمد عمر صدیقی" * 8,
}


def seen(session, record_id, actor=CLERK):
    return look_at_record(session, record_id=record_id, actor=actor, at=NOW, purpose=PURPOSE)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_of_120_characters_is_kept_as_it_was_received(register: Register, name: str) -> None:
    forms = dict.fromkeys(("latin_name", "kanji_name", "reading", "alias", "household_head"), name)
    with register.write() as session:
        her = enter(session, **forms)
    with register.write() as session:
        view = seen(session, her)
    assert {*view.names.forms, view.household_head} == {name.strip()}


def test_a_name_beyond_what_the_column_holds_is_refused(register: Register) -> None:
    with register.write() as session, pytest.raises(TooLong):
        enter(session, kanji_name="नि" * 201)


def test_an_alias_is_entered_and_deleted_with_municipality_and_day(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
        assert enter_alias(
            session, record_id=her, alias="緑川 花", municipality="緑が丘市", on=date(2026, 4, 1), actor=CLERK, at=NOW
        )
        with pytest.raises(InvalidItem):
            enter_alias(session, record_id=her, alias="青山", municipality="緑が丘市", on=TODAY, actor=CLERK, at=NOW)
        delete_alias(session, record_id=her, municipality="緑が丘市", on=TODAY, actor=CLERK, at=NOW)
        with pytest.raises(MissingItem):
            delete_alias(session, record_id=her, municipality="緑が丘市", on=TODAY, actor=CLERK, at=NOW)
        enter_alias(session, record_id=her, alias="青山", municipality="緑が丘市", on=TODAY, actor=CLERK, at=NOW)
    with register.write() as session:
        view = seen(session, her)
        assert (view.version, view.names.alias) == (4, "青山")
        assert view.alias_history == (
            AliasEntry(
                alias="緑川 花",
                entered_in="緑が丘市",
                entered_on=date(2026, 4, 1),
                deleted_in="緑が丘市",
                deleted_on=TODAY,
            ),
            AliasEntry(alias="青山", entered_in="緑が丘市", entered_on=TODAY),
        )
        changes = record_history(session, record_id=her, actor=SUPERVISOR, at=NOW, purpose=PURPOSE)
        assert [(change.reason, set(change.changed)) for change in changes[:3]] == [
            (ChangeReason.CORRECTED_EX_OFFICIO, {"alias", "alias_history"})
        ] * 3


def test_an_alias_that_came_without_its_history_is_deleted_with_what_is_known(register: Register) -> None:
    with register.write() as session:
        her = enter(session, alias="緑川")
        delete_alias(session, record_id=her, municipality="緑が丘市", on=TODAY, actor=CLERK, at=NOW)
        assert seen(session, her).alias_history == (AliasEntry(alias="緑川", deleted_in="緑が丘市", deleted_on=TODAY),)


@pytest.mark.parametrize(
    ("alias", "history"),
    [
        (None, (AliasEntry(alias="緑川"),)),
        ("青山", (AliasEntry(alias="緑川"),)),
        ("緑川", (AliasEntry(alias="緑川"), AliasEntry(alias="緑川"))),
        ("緑川", (AliasEntry(alias=" "),)),
        (None, (AliasEntry(alias="緑川", entered_on=date(2020, 1, 2), deleted_on=date(2020, 1, 1)),)),
        (None, (AliasEntry(alias="緑川", deleted_on=date(2020, 1, 1)),) * 51),
    ],
)
def test_a_history_that_does_not_fit_the_alias_is_refused(register: Register, alias, history) -> None:
    with register.write() as session, pytest.raises(InvalidItem) as refused:
        enter(session, alias=alias, alias_history=history)
    assert refused.value.facts["item"] == "alias_history"


@pytest.mark.parametrize(
    "text", ["1990年春", "推定1990年2月3日", "0000-00-00", "1990-02-29", "1990年2月3日頃から5日頃までの間"]
)
def test_the_items_of_the_specification_hold_days_that_are_not_known(register: Register, text: str) -> None:
    day = RegisterDate.parse(text)
    with register.write() as session:
        her = enter(session, birth_date=day, address_since=day, became_foreign_resident=day)
    with register.write() as session:
        view = seen(session, her)
    assert {view.birth_date, view.address_since, view.became_foreign_resident} == {day}


def test_a_birth_date_is_kept_in_western_years_only(register: Register) -> None:
    day = RegisterDate.parse("明治45年7月30日")
    with register.write() as session:
        view = seen(session, enter(session, birth_date=day, became_foreign_resident=day))
    assert (view.birth_date, view.became_foreign_resident) == (RegisterDate.of(1912, 7, 30), day)


@pytest.mark.parametrize("reason", [ChangeReason.DEATH, ChangeReason.ERASED_EX_OFFICIO])
def test_the_day_of_death_or_disappearance_need_not_be_known(register: Register, reason) -> None:
    day = RegisterDate.parse("令和8年10月上旬")
    with register.write() as session:
        her = enter(session)
        erase_resident(session, record_id=her, reason=reason, on=day, actor=CLERK, at=NOW)
        assert record_history(session, record_id=her, actor=SUPERVISOR, at=NOW, purpose=PURPOSE)[0].on == day
        assert seen(session, her).erased_on == TODAY


@pytest.mark.parametrize("day", ["令和8年10月上旬", "2026-02-30"])
def test_other_changes_have_a_day_of_the_calendar(register: Register, day: str) -> None:
    with register.write() as session:
        her = enter(session)
        with pytest.raises(InvalidItem) as refused:
            erase_resident(
                session,
                record_id=her,
                reason=ChangeReason.MOVED_OUT,
                on=RegisterDate.parse(day),
                actor=CLERK,
                at=NOW,
            )
    assert refused.value.facts == {"item": "on"}


def test_reasons_that_cannot_be_here_are_refused_and_nothing_is_erased(register: Register) -> None:
    with register.write() as session:
        her = enter(session)
    for reason in (ChangeReason.ERASED_NATIONALITY_LOST, ChangeReason.INDIVIDUAL_NUMBER_CHANGE_REQUEST):
        with pytest.raises(ReasonNeverHere), register.write() as session:
            erase_resident(session, record_id=her, reason=reason, on=TODAY, actor=CLERK, at=NOW)
    with register.write() as session:
        assert seen(session, her).erased_on is None


@pytest.mark.parametrize(
    ("changes", "refusal", "item"),
    [
        ({"relationship": "孫"}, UnknownRelationship, "relationship"),
        ({"residence_status": "短期滞在"}, InvalidItem, "residence_status"),
        ({"end_of_stay": None}, MissingItem, "end_of_stay"),
        ({"residence_category": ResidenceCategory.TRANSITIONAL_BIRTH}, InvalidItem, None),
    ],
)
def test_the_closed_lists_hold_where_a_record_is_entered(register: Register, changes, refusal, item) -> None:
    with pytest.raises(refusal) as refused, register.write() as session:
        enter(session, **changes)
    assert item in {None, refused.value.facts["item"]}


def test_the_day_of_the_notification_is_held(register: Register) -> None:
    with register.write() as session:
        her = enter(session, notified_on=date(2026, 4, 3))
        assert seen(session, her, SUPERVISOR).notified_on == date(2026, 4, 3)
