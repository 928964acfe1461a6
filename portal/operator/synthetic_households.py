"""Invented households of one to six: who is the head, who the others are to them, how old, with which status and name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate, count
from operator import mul
from random import Random

from portal.operator.synthetic_addresses import invented_address, invented_city, invented_origin
from portal.operator.synthetic_names import InventedName, invented_name, japanese_alias
from portal.operator.synthetic_residence import (
    BORN_HERE,
    NATIONS,
    SPECIAL,
    alone_share,
    first_status,
    lives_alone,
    residence_of,
    status_of_family,
)
from registry_core.register import AliasEntry, ResidentItems, Sex
from registry_core.values.change_reason import ChangeReason
from registry_core.values.register_date import RegisterDate

_SIZES, _SIZE_WEIGHTS = (1, 2, 3, 4, 5, 6), (50, 19, 13, 11, 5, 2)
_TOGETHER_SHARE, _SPOUSE_SHARE, _UNMARRIED_SHARE, _PARENT_SHARE = 0.08, 0.75, 0.03, 0.15
_ALIAS_SHARES = {"KOR": 0.12, "BRA": 0.08, "PER": 0.05, "CHN": 0.02, "TWN": 0.03}
_ALIAS_SHARE, _ALIAS_OF_SPECIAL, _NO_HISTORY_SHARE, _DELETED_SHARE = 0.005, 0.65, 0.2, 0.01
_ODD_DATE_SHARE, _SEASON_SHARE, _PROTECTED_SHARE, _KANJI_ALONE_SHARE = 0.008, 0.002, 0.003, 0.3
_HEAD, _HOUSEMATE = "世帯主", "同居人"
_SPOUSES = {Sex.MALE: "夫", Sex.FEMALE: "妻"}
_OTHERS = {
    Sex.MALE: ("父", "弟", "兄", "子の子", "縁故者", "妻の父"),
    Sex.FEMALE: ("母", "妹", "姉", "子の子", "縁故者", "夫の母"),
}
_MEAN_SIZE = sum(map(mul, _SIZES, _SIZE_WEIGHTS)) / sum(_SIZE_WEIGHTS)
#: A nationality of large households has fewer of them, so that people are as many as the table says.
_HOUSEHOLDS = {
    nation: people / (_MEAN_SIZE - alone_share(nation) * (1 - _TOGETHER_SHARE) * (_MEAN_SIZE - 1))
    for nation, people in NATIONS.items()
}
_NATIONS, _HOUSEHOLD_WEIGHTS = tuple(_HOUSEHOLDS), tuple(accumulate(_HOUSEHOLDS.values()))
_BEGAN = date(2012, 7, 9)  # foreign residents are in the register from this day on
_NEWBORN_DAYS, _YEAR = 60, 365.25


@dataclass(frozen=True, slots=True)
class Invented:
    """One of a household, but for the numbers."""

    items: ResidentItems
    reason: ChangeReason
    has_card: bool


def invented_people(rng: Random, *, seed: int, on: date) -> Iterator[Invented]:
    """People without end, household after household, as they may be on a day."""
    for number in count():
        yield from _Household(rng, household_number(seed, number), on).people()


def household_number(seed: int, place: int) -> str:
    """Of the households of a seed."""
    return f"S{seed}-{place}"


class _Household:
    def __init__(self, rng: Random, number: str, on: date) -> None:
        self._rng, self._number, self._on = rng, number, on
        self._nation = rng.choices(_NATIONS, cum_weights=_HOUSEHOLD_WEIGHTS)[0]
        self._status = first_status(rng, self._nation)
        self._address = invented_address(rng)
        self._protected = rng.random() < _PROTECTED_SHARE
        self._sex = self._a_sex()
        self._name = invented_name(rng, self._nation, sex=self._sex)
        self._age = self._age_of_head()
        self._since = self._day_between(max(_BEGAN, on - timedelta(days=int(self._age * _YEAR))), on)
        self._head = self._name.latin

    def people(self) -> Iterator[Invented]:
        """The head first."""
        alone = lives_alone(self._status)
        is_shared = self._rng.random() < _TOGETHER_SHARE
        size = 1 if alone and not is_shared else self._rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
        head = self._person(self._name, self._sex, _HEAD, self._status, self._age)
        self._head = head.items.latin_name or head.items.kanji_name or ""
        yield replace(head, items=replace(head.items, household_head=self._head))
        for place in range(1, size):
            yield self._housemate() if alone else self._relative(place)

    def _housemate(self) -> Invented:
        sex = self._a_sex()
        name = invented_name(self._rng, self._nation, sex=sex)
        return self._person(name, sex, _HOUSEMATE, self._status, self._rng.randint(19, 35))

    def _relative(self, place: int) -> Invented:
        drawn = self._rng.random()
        if place == 1 and drawn < _SPOUSE_SHARE:
            sex = Sex.FEMALE if self._sex is Sex.MALE else Sex.MALE
            relationship = _SPOUSES[sex] + ("（未届）" if self._rng.random() < _UNMARRIED_SHARE else "")
            name = invented_name(self._rng, self._nation, sex=sex)
            age = max(18, self._age + self._rng.randint(-6, 6))
            return self._person(name, sex, relationship, status_of_family(self._rng, self._status, is_spouse=True), age)
        sex = self._a_sex()
        if drawn > 1 - _PARENT_SHARE:
            relationship = self._rng.choice(_OTHERS[sex])
            age = {"父": 25, "母": 25, "子の子": -45}.get(relationship[-1], 0) + self._age
        else:
            relationship, age = "子", self._age - self._rng.randint(19, 40)
        name = invented_name(self._rng, self._nation, sex=sex, family=self._name.family)
        return self._person(
            name, sex, relationship, status_of_family(self._rng, self._status, is_spouse=False), min(max(age, 0), 98)
        )

    def _person(self, name: InventedName, sex: Sex, relationship: str, status: str, age: int) -> Invented:
        rng = self._rng
        birth = self._on - timedelta(days=int(age * _YEAR) + rng.randrange(1, 365))
        is_newborn = (self._on - birth).days < _NEWBORN_DAYS and status != SPECIAL
        residence = residence_of(rng, BORN_HERE if is_newborn else status, on=self._on)
        since = max(self._since, birth)
        is_from_abroad = since != birth and rng.random() < 0.4  # noqa: PLR2004 -- two in five
        alias, history = self._alias(name, status, since)
        kanji_alone = status == SPECIAL and name.kanji and rng.random() < _KANJI_ALONE_SHARE
        items = ResidentItems(
            latin_name=None if kanji_alone else name.latin,
            kanji_name=name.kanji,
            reading=name.reading,
            alias=alias,
            alias_history=history,
            birth_date=self._as_recorded(birth),
            sex=sex,
            address=self._address,
            address_since=RegisterDate.on(since),
            notified_on=min(since + timedelta(days=rng.randrange(14)), self._on),
            previous_address=""
            if since == birth
            else invented_origin(rng, self._nation, is_from_abroad=is_from_abroad),
            became_foreign_resident=RegisterDate.on(since if is_from_abroad else max(birth, _BEGAN)),
            nationality=self._nation,
            residence_category=residence.category,
            residence_status=residence.status,
            period_of_stay=residence.period,
            end_of_stay=residence.end,
            household_number=self._number,
            household_head=self._head,
            relationship=relationship,
            protected=self._protected,
        )
        reason = ChangeReason.MOVED_IN_FROM_ABROAD if is_from_abroad else ChangeReason.MOVED_IN
        return Invented(items, ChangeReason.BIRTH if since == birth else reason, residence.has_card)

    def _alias(self, name: InventedName, status: str, since: date) -> tuple[str | None, tuple[AliasEntry, ...]]:
        """An alias with its history, which who came from elsewhere does not always have, and aliases of the past."""
        rng, past = self._rng, tuple[AliasEntry, ...]()
        if rng.random() < _DELETED_SHARE:
            deleted = since + timedelta(days=rng.randrange(1, 400))
            past = (
                AliasEntry(
                    alias=japanese_alias(rng, name, self._nation),
                    entered_in=invented_city(rng),
                    entered_on=since,
                    deleted_in="緑が丘市",
                    deleted_on=deleted,
                ),
            )
        share = _ALIAS_OF_SPECIAL if status == SPECIAL else _ALIAS_SHARES.get(self._nation, _ALIAS_SHARE)
        if rng.random() >= share:
            return None, past
        alias = japanese_alias(rng, name, self._nation)
        if rng.random() < _NO_HISTORY_SHARE:
            return alias, past
        return alias, (*past, AliasEntry(alias=alias, entered_in=invented_city(rng), entered_on=since))

    def _as_recorded(self, birth: date) -> RegisterDate:
        """Sometimes not known to the day."""
        drawn = self._rng.random()
        if drawn < _SEASON_SHARE:
            return RegisterDate.parse(f"{birth.year}年{self._rng.choice('春夏秋冬')}")
        if drawn < _ODD_DATE_SHARE:
            return RegisterDate.of(birth.year, birth.month if drawn < _ODD_DATE_SHARE / 2 else 0, 0)
        return RegisterDate.on(birth)

    def _age_of_head(self) -> int:
        if lives_alone(self._status):
            return self._rng.randint(18, 34)
        return self._rng.randint(20, 92) if self._status == SPECIAL else self._rng.randint(22, 68)

    def _a_sex(self) -> Sex:
        return self._rng.choice((Sex.MALE, Sex.FEMALE))

    def _day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self._rng.randrange(max((last - first).days, 1)))
