"""The status of residence that invented people have: by nationality, and what follows from it for their families."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from registry_core.register import ResidenceCategory

#: How many live in Japan (ISA, end of June 2025, `languages.md` 1.1), and others, roughly, to make up the rest.
NATIONS = {
    "CHN": 900_738, "VNM": 660_483, "KOR": 409_584, "PHL": 349_714, "NPL": 273_229, "IDN": 230_689, "BRA": 211_229,
    "MMR": 160_362, "LKA": 73_067, "TWN": 71_125, "USA": 68_022, "THA": 66_624, "IND": 56_686, "PER": 49_220, "BGD": 40_045,
    "PAK": 60_000, "KHM": 55_000, "MNG": 50_000, "GBR": 45_000, "FRA": 40_000, "RUS": 35_000, "UZB": 30_000, "UKR": 15_000,
    "XXA": 5_802,
}  # fmt: skip
SPECIAL = "特別永住者"
_PROVISIONAL, BORN_HERE = "仮滞在許可者", "経過滞在者"
_PERMANENT, _LONG_TERM, _OF_A_JAPANESE = "永住者", "定住者", "日本人の配偶者等"
_OF_A_PERMANENT, _DEPENDANT = "永住者の配偶者等", "家族滞在"
_ENGINEER, _STUDENT, _TRAINEE, _SKILLED = "技術・人文知識・国際業務", "留学", "技能実習2号ロ", "特定技能1号"
_DESIGNATED = "特定活動"
_USUAL = {
    _PERMANENT: 30, _ENGINEER: 20, _STUDENT: 10, _DEPENDANT: 12, _OF_A_JAPANESE: 10, _LONG_TERM: 6, _DESIGNATED: 4, "技能": 3,
    "高度専門職1号ロ": 2, "経営・管理": 2, "教育": 1, "高度専門職2号": 1, _PROVISIONAL: 0.1,
}  # fmt: skip
_STATUSES: dict[str, dict[str, float]] = {
    "CHN": {_PERMANENT: 40, _ENGINEER: 14, _STUDENT: 16, _DEPENDANT: 11, _OF_A_JAPANESE: 3, _OF_A_PERMANENT: 2, _LONG_TERM: 3,
            "高度専門職1号ロ": 3, "高度専門職2号": 1, "経営・管理": 3, _TRAINEE: 3, _SKILLED: 2, SPECIAL: 0.1},
    "VNM": {_TRAINEE: 25, "技能実習1号ロ": 8, "技能実習3号ロ": 4, _SKILLED: 21, _ENGINEER: 17, _STUDENT: 8, _DEPENDANT: 9,
            _PERMANENT: 4, _DESIGNATED: 4, "介護": 1},
    "KOR": {SPECIAL: 62, _PERMANENT: 19, _ENGINEER: 7, _STUDENT: 4, _DEPENDANT: 3, _OF_A_JAPANESE: 3, "企業内転勤": 1},
    "PHL": {_PERMANENT: 42, _LONG_TERM: 17, _TRAINEE: 11, _SKILLED: 9, _OF_A_JAPANESE: 8, _ENGINEER: 4, _DEPENDANT: 3, "介護": 2,
            "興行": 1},
    "NPL": {_STUDENT: 33, _DEPENDANT: 22, _ENGINEER: 20, _SKILLED: 7, "技能": 6, _PERMANENT: 3, _DESIGNATED: 5},
    "IDN": {_TRAINEE: 40, "技能実習1号ロ": 8, _SKILLED: 28, _STUDENT: 5, _ENGINEER: 4, _PERMANENT: 4, _DEPENDANT: 3, "介護": 2},
    "BRA": {_PERMANENT: 54, _LONG_TERM: 34, _OF_A_JAPANESE: 8, _OF_A_PERMANENT: 2},
    "MMR": {_TRAINEE: 24, _SKILLED: 24, _ENGINEER: 14, _STUDENT: 15, _DESIGNATED: 14, _DEPENDANT: 3, _LONG_TERM: 2, _PERMANENT: 1,
            _PROVISIONAL: 0.2},
    "UKR": {_DESIGNATED: 60, _LONG_TERM: 15, _PERMANENT: 15, _STUDENT: 10},
}  # fmt: skip
_PERIODS = {
    _STUDENT: ("4年3月", "2年", "1年3月", "1年"),
    _TRAINEE: ("1年", "2年"),
    "技能実習1号ロ": ("1年", "6月"),
    _SKILLED: ("1年", "6月", "4月"),
    _DESIGNATED: ("1年", "6月", "5年"),
    "高度専門職1号ロ": ("5年",),
}
_USUAL_PERIODS = ("5年", "3年", "1年")
#: Who lives alone, or in the house of an employer or a school.
_ALONE = frozenset({_STUDENT, _TRAINEE, "技能実習1号ロ", "技能実習3号ロ", _SKILLED, _PROVISIONAL})
_NEVER_FIRST = frozenset({_DEPENDANT, _OF_A_PERMANENT})
#: What a spouse, and a child or a parent, of somebody with a status has; each as likely as it stands there often.
_FAMILY = {
    SPECIAL: ((SPECIAL, SPECIAL, _PERMANENT), (SPECIAL,)),
    _PERMANENT: ((_PERMANENT, _PERMANENT, _OF_A_PERMANENT), (_PERMANENT, _PERMANENT, _LONG_TERM, _OF_A_PERMANENT)),
    _LONG_TERM: ((_LONG_TERM,), (_LONG_TERM,)),
    _OF_A_JAPANESE: ((_LONG_TERM, _PERMANENT), (_LONG_TERM,)),
}
_CATEGORIES = {
    SPECIAL: ResidenceCategory.SPECIAL_PERMANENT,
    _PROVISIONAL: ResidenceCategory.PROVISIONAL_STAY,
    BORN_HERE: ResidenceCategory.TRANSITIONAL_BIRTH,
}
_WITHOUT_LIMIT = frozenset({_PERMANENT, "高度専門職2号"})
_TABLES = {
    nation: (tuple(table), tuple(table.values()))
    for nation, table in (dict.fromkeys(NATIONS, _USUAL) | _STATUSES).items()
}


@dataclass(frozen=True, slots=True)
class Residence:
    """What Act art. 30-45 wants of somebody."""

    category: ResidenceCategory
    status: str = ""
    period: str = ""
    end: str | None = None

    @property
    def has_card(self) -> bool:
        """A residence card, or the certificate of special permanent residents."""
        return self.category in {ResidenceCategory.MID_TO_LONG_TERM, ResidenceCategory.SPECIAL_PERMANENT}


def first_status(rng: Random, nation: str) -> str:
    """That of the first of a household."""
    names, weights = _TABLES[nation]
    status = rng.choices(names, weights)[0]
    return _ENGINEER if status in _NEVER_FIRST else status


def status_of_family(rng: Random, status: str, *, is_spouse: bool) -> str:
    """That of who came, or was born, because of somebody with this status."""
    spouse, child = _FAMILY.get(status, ((_DEPENDANT,), (_DEPENDANT,)))
    return rng.choice(spouse if is_spouse else child)


def alone_share(nation: str) -> float:
    """How many of a hundred first ones of a household live alone, over a hundred."""
    names, weights = _TABLES[nation]
    alone = sum(weight for name, weight in zip(names, weights, strict=True) if name in _ALONE)
    return alone / sum(weights)


def lives_alone(status: str) -> bool:
    """Trainees, students and the like."""
    return status in _ALONE


def residence_of(rng: Random, status: str, *, on: date) -> Residence:
    """The facts of a status, as they may be on a day."""
    category = _CATEGORIES.get(status, ResidenceCategory.MID_TO_LONG_TERM)
    if category is ResidenceCategory.PROVISIONAL_STAY:
        return Residence(category, period="6月")
    if category is not ResidenceCategory.MID_TO_LONG_TERM:
        return Residence(category)
    if status in _WITHOUT_LIMIT:
        return Residence(category, status, "無期限")
    end = on + timedelta(days=rng.randrange(30, 1_500))
    return Residence(category, status, rng.choice(_PERIODS.get(status, _USUAL_PERIODS)), end.isoformat())
