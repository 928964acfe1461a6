"""The categories of Act art. 30-45 and the facts that each has: which must stand on the record, and which may not.

Mid-to-long-term residents (中長期在留者): status and period of stay, its last day, the number of the residence card. Special
permanent residents: the number of their certificate. Persons with permission for temporary refuge or provisional stay: the
period. Transitional residents (by birth, by loss of nationality): that they are.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache

from registry_core.values.errors import InvalidItem, MissingItem


class ResidenceCategory(StrEnum):
    """The categories of Act art. 30-45."""

    MID_TO_LONG_TERM = "mid-to-long-term"  # 中長期在留者
    SPECIAL_PERMANENT = "special-permanent"  # 特別永住者
    TEMPORARY_REFUGE = "temporary-refuge"  # 一時庇護許可者
    PROVISIONAL_STAY = "provisional-stay"  # 仮滞在許可者
    TRANSITIONAL_BIRTH = "transitional-birth"  # 出生による経過滞在者
    TRANSITIONAL_NATIONALITY = "transitional-nationality"  # 国籍喪失による経過滞在者


#: The 29 statuses of residence (Immigration Control Act, annexed tables) and their classes, each a status of its own (art. 2-2).
STATUSES: dict[str, tuple[str, ...]] = {
    "外交": (),
    "公用": (),
    "教授": (),
    "芸術": (),
    "宗教": (),
    "報道": (),
    "高度専門職": ("1号イ", "1号ロ", "1号ハ", "2号"),
    "経営・管理": (),
    "法律・会計業務": (),
    "医療": (),
    "研究": (),
    "教育": (),
    "技術・人文知識・国際業務": (),
    "企業内転勤": (),
    "介護": (),
    "興行": (),
    "技能": (),
    "特定技能": ("1号", "2号"),
    "技能実習": ("1号イ", "1号ロ", "2号イ", "2号ロ", "3号イ", "3号ロ"),
    "文化活動": (),
    "短期滞在": (),
    "留学": (),
    "研修": (),
    "家族滞在": (),
    "特定活動": (),
    "永住者": (),
    "日本人の配偶者等": (),
    "永住者の配偶者等": (),
    "定住者": (),
}
#: Nobody with one of these is a mid-to-long-term resident (Immigration Control Act art. 19-3 items 2 and 3).
NEVER_RECORDED = frozenset({"外交", "公用", "短期滞在"})
WITHOUT_LIMIT = "無期限"
_STATUSES_WITHOUT_LIMIT = frozenset({"永住者", "高度専門職2号"})
_CONCRETE = frozenset(name + kind for name, kinds in STATUSES.items() for kind in kinds or ("",))
_PERIOD = re.compile(r"(?:([0-9]{1,2})年)?(?:([0-9]{1,2})(?:月|[かヶケカ]月))?(?:([0-9]{1,3})日)?")
_SHORT_STAY_MONTHS, _SHORT_STAY_DAYS = 3, 92

#: Immigration Control Regulation art. 19-6 par. 5; the certificate of special permanent residents is numbered alike.
_CARD_NUMBER = re.compile(r"[A-Z]{2}[0-9]{8}[A-Z]{2}", re.ASCII)
_FACTS = ("residence_status", "period_of_stay", "end_of_stay", "card_number")
_MUST = {
    ResidenceCategory.MID_TO_LONG_TERM: ("residence_status", "period_of_stay"),
    ResidenceCategory.SPECIAL_PERMANENT: ("card_number",),
    ResidenceCategory.TEMPORARY_REFUGE: ("period_of_stay",),
    ResidenceCategory.PROVISIONAL_STAY: ("period_of_stay",),
    ResidenceCategory.TRANSITIONAL_BIRTH: (),
    ResidenceCategory.TRANSITIONAL_NATIONALITY: (),
}
_MAY = {
    # No number yet, where the port of entry gave no card and the passport says that one follows (Regulation art. 47).
    ResidenceCategory.MID_TO_LONG_TERM: ("end_of_stay", "card_number"),
    ResidenceCategory.TEMPORARY_REFUGE: ("end_of_stay",),
    ResidenceCategory.PROVISIONAL_STAY: ("end_of_stay",),
}


def guard_residence(
    category: ResidenceCategory,
    *,
    residence_status: str,
    period_of_stay: str,
    end_of_stay: str | None,
    card_number: str | None,
) -> None:
    """Act art. 30-45, table: the facts of a category, no more and no less. Raises MissingItem, InvalidItem (facts: item)."""
    held = dict(zip(_FACTS, (residence_status, period_of_stay, end_of_stay, card_number), strict=True))
    for item in _MUST[category]:
        if not held[item]:
            raise MissingItem(item=item)
    for item in set(_FACTS) - set(_MUST[category]) - set(_MAY.get(category, ())):
        if held[item]:
            raise InvalidItem(item=item, why="not-of-this-category")
    if card_number and not _CARD_NUMBER.fullmatch(card_number):
        raise InvalidItem(item="card_number")
    if category is ResidenceCategory.MID_TO_LONG_TERM:
        _guard_stay(residence_status, period_of_stay, end_of_stay)


@cache
def _known_class(plain: str) -> tuple[str, str]:
    name = next(name for name, kinds in STATUSES.items() if plain in {name + kind for kind in kinds or ("",)})
    return name, plain.removeprefix(name)


def status_class(status: str) -> tuple[str, str] | None:
    """The status and its class ("" of none), whichever width its digits have; None when there is no such status."""
    plain = unicodedata.normalize("NFKC", status)
    if plain not in _CONCRETE:
        return None
    return _known_class(plain)


def _guard_stay(status: str, period: str, end: str | None) -> None:
    """Mid-to-long-term: a status that such residents have, more than three months (Immigration Control Act art. 19-3)."""
    if status_class(status) is None or status in NEVER_RECORDED:
        raise InvalidItem(
            item="residence_status", why="no-such-status" if status not in NEVER_RECORDED else "never-here"
        )
    without_limit = period == WITHOUT_LIMIT
    if without_limit != (unicodedata.normalize("NFKC", status) in _STATUSES_WITHOUT_LIMIT):
        raise InvalidItem(item="period_of_stay", why="not-of-this-status")
    if not without_limit and not _is_long(period):
        raise InvalidItem(item="period_of_stay")
    if without_limit and end:
        raise InvalidItem(item="end_of_stay", why="not-of-this-status")
    if not without_limit and not end:
        raise MissingItem(item="end_of_stay")


@lru_cache(1_000)
def _is_long(period: str) -> bool:
    """A period of years, months and days, of more than three months."""
    found = _PERIOD.fullmatch(unicodedata.normalize("NFKC", period))
    if found is None:
        return False
    years, months, days = (int(part or 0) for part in found.groups())
    return bool(years) or (months, days) > (_SHORT_STAY_MONTHS, 0) or months * 30 + days > _SHORT_STAY_DAYS
