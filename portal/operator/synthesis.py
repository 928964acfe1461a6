"""Synthetic residents: invented people in many scripts, the same for the same seed. Never anybody's data."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from portal.operator.batches import Arrival, Pace, enter_in_batches
from registry_core.codes import codes_in_use
from registry_core.register import Newcomer, ResidenceCategory, ResidentItems, Sex, card_numbers_in_use
from registry_core.register.code_assignment import JAPAN
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.keys import Keyring
from registry_core.values.actor import system_actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode

#: Given and family names by nationality (ISO alpha-3), weighted about as people live in Japan (ISA, June 2025).
_NAMES: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "CHN": (23, ("LI", "WANG", "ZHANG", "CHEN", "ZHAO"), ("WEI", "YULIN", "XIAOMING", "FANG", "JIE")),
    "VNM": (17, ("NGUYEN", "TRAN", "LE", "PHAM", "VO"), ("VAN DUC", "THI HOA", "QUANG HUY", "THU TRANG", "MINH")),
    "KOR": (10, ("KIM", "LEE", "PARK", "CHOI"), ("MINJI", "JIHOON", "SEOYEON", "HYUNWOO")),
    "PHL": (9, ("SANTOS", "REYES", "CRUZ"), ("MARIA CLARA", "JOSE MIGUEL", "ANGELICA")),
    "NPL": (7, ("GURUNG", "SHRESTHA", "THAPA"), ("SITA", "BISHNU PRASAD", "ANJALI")),
    "IDN": (6, ("", "SUSANTO", "WIJAYA"), ("SUKARNI", "BUDI", "DEWI LESTARI")),
    "BRA": (5, ("SILVA", "SOUZA TANAKA", "OLIVEIRA"), ("ANA PAULA", "JOAO PEDRO", "LUCAS")),
    "MMR": (4, ("", ""), ("AUNG AUNG", "KHIN MYO THU", "THANDAR")),
    "LKA": (2, ("PERERA", "FERNANDO"), ("NIMAL", "DILANI")),
    "PAK": (2, ("KHAN", "AHMED"), ("AYESHA", "BILAL")),
    "BGD": (1, ("RAHMAN", "ISLAM"), ("FATEMA", "KAMRUL")),
}
_STATUSES = ("永住者", "技術・人文知識・国際業務", "留学", "家族滞在", "特定技能1号", "定住者", "日本人の配偶者等")
_TOWNS = ("中央", "東町", "西町", "本町", "緑台", "川端町")
_BODIES = 9_999_999_967  # the largest prime below 10^10
_FIRST_BIRTH, _DAYS_OF_BIRTHS = date(1945, 1, 1), 28_000
_ALIAS_SHARE, _ODD_DATE_SHARE, _PROTECTED_SHARE = 0.04, 0.01, 0.003


class SeedIsThere(Exception):
    """The people of this seed are in the register."""


def fill(engine: Engine, keyring: Keyring, number: int, seed: int = 1, *, municipality_code: str, at: datetime) -> None:
    """Enter the people of a seed into a register that has none of their codes and cards yet, in little memory.

    `at` is the instant all of it is recorded at; the legal day is that of Japan.
    """
    people = synthetic_residents(number, seed=seed, on=at.astimezone(JAPAN).date())
    for _ in enter_in_batches(
        engine,
        keyring,
        (Arrival(place, each) for place, each in enumerate(people, start=1)),
        actor=system_actor(municipality_code),
        now=lambda: at,
        pace=Pace(seconds=2.0, most=5_000),
    ):
        pass


def guard_seed_is_new(session: Session, *, seed: int) -> None:
    """Raises SeedIsThere."""
    first_household = ResidentRecord.household_number == _household(seed, 0)
    if session.scalar(select(exists().where(first_household))):
        raise SeedIsThere


class Fitting:
    """Draws a code or a card number that somebody has already anew, the same way each time."""

    def __init__(self, seed: int) -> None:
        """For the people of one seed."""
        self._seed = seed
        self._drawn: set[ResidentRecordCode | str | None] = set()

    def fit(self, session: Session, people: Sequence[Newcomer]) -> list[Newcomer]:
        """Some people of the seed, as they can be entered."""
        codes = codes_in_use(session, codes=[person.code for person in people])
        cards = card_numbers_in_use(session, card_numbers=[person.items.card_number or "" for person in people])
        return [
            self._drawn_anew(session, person) if person.code in codes or person.items.card_number in cards else person
            for person in people
        ]

    def _drawn_anew(self, session: Session, person: Newcomer) -> Newcomer:
        rng = Random(f"{self._seed} {person.items.card_number}")  # noqa: S311 -- as below
        while True:
            chosen = _with_other_numbers(person, rng)
            both = {chosen.code, chosen.items.card_number}
            if (
                not both & self._drawn
                and not codes_in_use(session, codes=[chosen.code])
                and not card_numbers_in_use(session, card_numbers=[chosen.items.card_number or ""])
            ):
                self._drawn |= both
                return chosen


def _with_other_numbers(person: Newcomer, rng: Random) -> Newcomer:
    code = ResidentRecordCode.from_body(f"{rng.randrange(1, 10**10):010d}")
    return replace(person, code=code, items=replace(person.items, card_number=_card_number(rng)))


def synthetic_residents(number: int, *, seed: int, on: date = date(2026, 4, 1)) -> Iterator[Newcomer]:
    """Make people one by one; codes and cards differ within one seed."""
    rng = Random(seed)  # noqa: S311 -- repeatable, and nobody's
    nations, weights = list(_NAMES), [entry[0] for entry in _NAMES.values()]
    first, step = rng.randrange(_BODIES), rng.randrange(1, _BODIES)
    for index in range(number):
        nation = rng.choices(nations, weights)[0]
        items = _items(rng, nation, _household(seed, index))
        # Counting in steps, modulo a prime, meets every number once and remembers none.
        body = 1 + (first + index * step) % _BODIES
        yield Newcomer(items, ResidentRecordCode.from_body(f"{body:010d}"), ChangeReason.MOVED_IN, on)


def _household(seed: int, index: int) -> str:
    """Two people each live together."""
    return f"S{seed}-{index // 2}"


def _items(rng: Random, nation: str, household: str) -> ResidentItems:
    _, families, given = _NAMES[nation]
    name = f"{rng.choice(families)} {rng.choice(given)}".strip()
    birth = RegisterDate.on(_FIRST_BIRTH + timedelta(days=rng.randrange(_DAYS_OF_BIRTHS)))
    if rng.random() < _ODD_DATE_SHARE:
        birth = RegisterDate.of(birth.year or 1950, 0, 0)
    since = date(2013, 1, 1) + timedelta(days=rng.randrange(4_500))
    end = date(2027, 1, 1) + timedelta(days=rng.randrange(1_500))
    status = rng.choice(_STATUSES)
    permanent = status == "永住者"
    town = rng.choice(_TOWNS)
    return ResidentItems(
        latin_name=name,
        alias="緑川 花子" if rng.random() < _ALIAS_SHARE else None,
        birth_date=birth,
        sex=rng.choice((Sex.MALE, Sex.FEMALE)),
        address=f"緑が丘市{town}{rng.randint(1, 9)}丁目{rng.randint(1, 30)}番{rng.randint(1, 20)}号",
        address_since=RegisterDate.on(since),
        became_foreign_resident=RegisterDate.on(since),
        nationality=nation,
        residence_category=ResidenceCategory.MID_TO_LONG_TERM,
        residence_status=status,
        period_of_stay="無期限" if permanent else "3年",
        end_of_stay=None if permanent else end.isoformat(),
        card_number=_card_number(rng),
        household_number=household,
        household_head=name,
        relationship="世帯主",
        protected=rng.random() < _PROTECTED_SHARE,
    )


def _card_number(rng: Random) -> str:
    return f"{_letters(rng)}{rng.randrange(10**8):08d}{_letters(rng)}"


def _letters(rng: Random) -> str:
    return "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(2))
