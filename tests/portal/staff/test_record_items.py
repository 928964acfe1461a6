"""What staff read of a record: the reader's words, and the official Japanese beside them."""

from datetime import date

import pytest

from portal.i18n.gettext import speaking
from portal.staff.record_items import japanese_beside, shown
from registry_core.register import AliasEntry
from registry_core.values.alias_history import alias_history_text

ALIASES = alias_history_text(
    [
        AliasEntry(alias="木下", entered_in="架空区", entered_on=date(2015, 10, 1), deleted_on=date(2019, 5, 7)),
        AliasEntry(alias="新井", entered_in="緑が丘市"),
    ]
)


@pytest.mark.parametrize(
    ("item", "value", "english", "japanese"),
    [
        ("relationship", "妻の母", "Mother of the wife", "妻の母"),
        ("relationship", "子の妻の父", "Child → Wife → Father", "子の妻の父"),
        ("residence_status", "特定技能１号", "Specified Skilled Worker (i)", "特定技能１号"),
        ("period_of_stay", "１年３月", "1 year, 3 months", "１年３月"),
        ("birth_date", "1990-03-00/spring", "Spring 1990", "1990年春"),
        ("end_of_stay", "2027-01-02", "January 2, 2027", "2027年1月2日"),
        ("address_since", "2019-05-01", "May 1, 2019", "令和元年5月1日"),
        ("notified_on", "2019-05-08", "May 8, 2019", "令和元年5月8日"),
        ("became_foreign_resident", "1912-07-30/meiji", "July 30, 1912", "明治45年7月30日"),
        ("nationality", "VNM", "Vietnam", ""),
        ("residence_category", "special-permanent", "Special permanent resident (特別永住者)", ""),
        ("household_head", "妻の母", "妻の母", ""),
        ("notified_on", None, "Not on the register", ""),
        (
            "alias_history",
            ALIASES,
            "木下, entered: 架空区 October 1, 2015, deleted: May 7, 2019; 新井, entered: 緑が丘市",
            "",
        ),
    ],
)
def test_a_value_is_said_in_english_with_the_japanese_of_the_record_beside_it(item, value, english, japanese):
    with speaking("en"):
        assert shown(item, value) == english
        assert japanese_beside(item, value) == japanese


@pytest.mark.parametrize(
    ("item", "value", "japanese"),
    [
        ("relationship", "妻の母", "妻の母"),
        ("residence_status", "特定技能１号", "特定技能１号"),
        ("address_since", "2019-05-01", "令和元年5月1日"),
        ("birth_date", "1990-03-00/spring", "1990年春"),
        (
            "alias_history",
            ALIASES,
            "木下（記載：架空区 平成27年10月1日、削除：令和元年5月7日）; 新井（記載：緑が丘市）",
        ),
    ],
)
def test_in_japanese_the_official_form_stands_alone(item, value, japanese):
    with speaking("ja"):
        assert shown(item, value) == japanese
        assert japanese_beside(item, value) == ""
