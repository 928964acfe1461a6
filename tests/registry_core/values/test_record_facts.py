"""Relationships, residence, aliases and reasons: the closed lists of the law."""

import doctest
from datetime import date

import pytest

from registry_core.values import ChangeReason, change_reason, era, relationship
from registry_core.values.alias_history import AliasEntry, alias_history_of, alias_history_text
from registry_core.values.change_reason import (
    CODE_REASONS,
    CORRECTION_REASONS,
    ENTRY_REASONS,
    ERASURE_REASONS,
    NEVER_HERE,
    guard_reason,
)
from registry_core.values.errors import InvalidItem, MissingItem, ReasonNeverHere, UnknownRelationship
from registry_core.values.relationship import KIN, checked_relationship, links_of
from registry_core.values.residence import STATUSES, ResidenceCategory, guard_residence, status_class

MID, SPECIAL = ResidenceCategory.MID_TO_LONG_TERM, ResidenceCategory.SPECIAL_PERMANENT
CARD = "AB12345678CD"


@pytest.mark.parametrize("module", [era, relationship])
def test_the_examples_in_the_docstrings_hold(module) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "text",
    ["世帯主", "縁故者", "同居人", *KIN, "子の子の子の子", "妻（未届）の子", "子（子の夫）の母", "夫の父の妹の子"],
)
def test_a_relationship_of_the_list_is_kept_as_it_is(text) -> None:
    assert checked_relationship(text) == text


def test_brackets_of_either_width_are_the_same_relationship() -> None:
    assert checked_relationship("夫(未届)") == "夫（未届）"
    assert links_of("子（子の妻）の母") == ["子（子の妻）", "母"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (word, "not-in-the-list")
        for word in (
            "祖父",
            "祖母",
            "孫",
            "甥",
            "姪",
            "おじ",
            "おば",
            "家事使用人",
            "準世帯主",
            "子の",
            "の子",
            "子の孫",
        )
    ]
    + [
        ("", "not-in-the-list"),
        ("世帯主の子", "not-in-the-list"),
        ("子の縁故者", "not-in-the-list"),
        ("子の子の子の子の子", "too-many-links"),
    ],
)
def test_other_words_are_refused_and_told_what_to_write(text, why) -> None:
    with pytest.raises(UnknownRelationship) as refused:
        checked_relationship(text)
    assert refused.value.facts == {"item": "relationship", "why": why, "instead": "縁故者"}


def facts(status="留学", period="1年3月", end="2028-03-31", card=CARD):
    return {"residence_status": status, "period_of_stay": period, "end_of_stay": end, "card_number": card}


NONE = facts("", "", None, None)


@pytest.mark.parametrize(
    ("category", "held"),
    [
        (MID, facts()),
        (MID, facts(card=None)),
        (MID, facts("永住者", "無期限", None)),
        (MID, facts("高度専門職２号", "無期限", None)),
        (MID, facts("技能実習2号ロ", "６月", "2027-01-01")),
        (MID, facts("特定活動", "4月")),
        (SPECIAL, NONE | {"card_number": CARD}),
        (ResidenceCategory.TEMPORARY_REFUGE, NONE | {"period_of_stay": "6月"}),
        (ResidenceCategory.PROVISIONAL_STAY, NONE | {"period_of_stay": "6月", "end_of_stay": "2027-01-01"}),
        (ResidenceCategory.TRANSITIONAL_BIRTH, NONE),
        (ResidenceCategory.TRANSITIONAL_NATIONALITY, NONE),
    ],
)
def test_each_category_of_article_30_45_has_its_facts(category, held) -> None:
    guard_residence(category, **held)


@pytest.mark.parametrize(
    ("category", "held", "refusal", "item"),
    [
        (MID, facts(status=""), MissingItem, "residence_status"),
        (MID, facts(period=""), MissingItem, "period_of_stay"),
        (MID, facts(end=None), MissingItem, "end_of_stay"),
        (MID, facts(status="就学"), InvalidItem, "residence_status"),
        (MID, facts(status="特定技能"), InvalidItem, "residence_status"),
        (MID, facts(status="特定技能3号"), InvalidItem, "residence_status"),
        (MID, facts(status="短期滞在"), InvalidItem, "residence_status"),
        (MID, facts(status="外交"), InvalidItem, "residence_status"),
        (MID, facts(status="公用"), InvalidItem, "residence_status"),
        (MID, facts(period="無期限", end=None), InvalidItem, "period_of_stay"),
        (MID, facts(status="永住者"), InvalidItem, "period_of_stay"),
        (MID, facts("永住者", "無期限"), InvalidItem, "end_of_stay"),
        (MID, facts(period="3月"), InvalidItem, "period_of_stay"),
        (MID, facts(period="90日"), InvalidItem, "period_of_stay"),
        (MID, facts(period="いつか"), InvalidItem, "period_of_stay"),
        (MID, facts(card="AB1234567CD"), InvalidItem, "card_number"),
        (MID, facts(card="ab12345678cd"), InvalidItem, "card_number"),
        (MID, facts(card="AB１２３４５６７８CD"), InvalidItem, "card_number"),
        (SPECIAL, NONE, MissingItem, "card_number"),
        (SPECIAL, facts(end=None, period=""), InvalidItem, "residence_status"),
        (ResidenceCategory.TEMPORARY_REFUGE, NONE, MissingItem, "period_of_stay"),
        (ResidenceCategory.PROVISIONAL_STAY, facts("", "6月", None), InvalidItem, "card_number"),
        (ResidenceCategory.TRANSITIONAL_BIRTH, NONE | {"card_number": CARD}, InvalidItem, "card_number"),
        (
            ResidenceCategory.TRANSITIONAL_NATIONALITY,
            NONE | {"residence_status": "留学"},
            InvalidItem,
            "residence_status",
        ),
    ],
)
def test_facts_that_a_category_lacks_or_has_not_are_refused(category, held, refusal, item) -> None:
    with pytest.raises(refusal) as refused:
        guard_residence(category, **held)
    assert refused.value.facts["item"] == item


def test_there_are_29_statuses_of_residence_and_twelve_classes() -> None:
    assert len(STATUSES) == 29
    assert sum(len(classes) for classes in STATUSES.values()) == 12
    assert status_class("技能実習３号イ") == ("技能実習", "3号イ")
    assert status_class("永住者の配偶者等") == ("永住者の配偶者等", "")
    assert status_class("技能実習") is None


def test_the_reasons_are_those_of_regulation_article_11() -> None:
    """Paragraphs 1 to 5: six, six, three, three and two."""
    assert len(ChangeReason) == 20
    groups = [ENTRY_REASONS, ERASURE_REASONS, CORRECTION_REASONS, CODE_REASONS, NEVER_HERE]
    assert [len(group) for group in groups] == [5, 5, 3, 2, 5]
    assert frozenset().union(*groups) == set(ChangeReason)


@pytest.mark.parametrize("reason", sorted(NEVER_HERE))
@pytest.mark.parametrize("allowed", [ENTRY_REASONS, ERASURE_REASONS, CORRECTION_REASONS])
def test_reasons_that_no_foreign_residents_record_can_have_are_refused_as_such(reason, allowed) -> None:
    with pytest.raises(ReasonNeverHere) as refused:
        guard_reason(reason, allowed)
    assert refused.value.facts == {"item": "reason", "reason": reason.value}


def test_a_reason_of_another_kind_of_change_is_refused_otherwise() -> None:
    with pytest.raises(InvalidItem) as refused:
        change_reason.guard_reason(ChangeReason.DEATH, ENTRY_REASONS)
    assert refused.value.code == "invalid-item"


def test_a_history_of_aliases_comes_back_from_its_text() -> None:
    history = (
        AliasEntry(
            alias="山田",
            entered_in="東京都架空区",
            entered_on=date(2015, 4, 1),
            deleted_in="緑が丘市",
            deleted_on=date(2020, 1, 2),
        ),
        AliasEntry(alias="緑川", entered_in="緑が丘市"),
    )
    assert alias_history_of(alias_history_text(history)) == history
    assert (alias_history_text(()), alias_history_of("")) == ("", ())


@pytest.mark.parametrize(
    "text",
    [
        "nope",
        "3",
        "{}",
        "[1]",
        "[[]]",
        '[{"alias": 1}]',
        "[{}]",
        '[{"alias": "a", "on": "x"}]',
        '[{"alias": "a", "entered_on": "2020-1-1"}]',
        '[{"alias": "a", "entered_on": "2020-W01-1"}]',
        '[{"alias": ""}]',
        "[" * 100_000,
    ],
)
def test_what_is_no_history_of_aliases_is_refused(text) -> None:
    with pytest.raises(InvalidItem) as refused:
        alias_history_of(text)
    assert refused.value.facts == {"item": "alias_history"}
