"""Synthetic residents: invented people in many scripts, the same for the same seed. Never anybody's data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from random import Random

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from portal.operator.batches import Arrival, BatchDesk, enter_in_batches
from portal.operator.first_pass import in_parts
from portal.operator.synthetic_households import household_number, invented_people
from portal.operator.synthetic_numbers import SeedNumbers, random_card
from portal.pace import Pace
from registry_core.codes import codes_in_use
from registry_core.register import Newcomer, card_numbers_in_use
from registry_core.register.code_assignment import JAPAN
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.engine import read
from registry_core.storage.keys import Keyring
from registry_core.values.actor import system_actor
from registry_core.values.resident_record_code import ResidentRecordCode

_AS_OF = date(2026, 4, 1)
_FITTED_AT_ONCE = 500


class SeedIsThere(Exception):
    """The people of this seed are in the register."""


def fill(engine: Engine, keyring: Keyring, number: int, seed: int = 1, *, municipality_code: str, at: datetime) -> None:
    """Enter the people of a seed, in little memory; codes and cards that somebody has already are drawn anew.

    `at` is the instant all of it is recorded at; the legal day is that of Japan.
    """
    people = fitting_residents(lambda: read(engine, keyring), number, seed=seed, on=at.astimezone(JAPAN).date())
    desk = desk_of_people(engine, keyring, municipality_code=municipality_code)
    for _ in enter_in_batches(desk, people, now=lambda: at, pace=Pace(seconds=2.0, most=5_000)):
        pass


def desk_of_people(engine: Engine, keyring: Keyring, *, municipality_code: str) -> BatchDesk[Newcomer]:
    """Where people are entered who are newcomers already."""
    return BatchDesk(engine, keyring, system_actor(municipality_code), lambda newcomer: newcomer)


def guard_seed_is_new(session: Session, *, seed: int) -> None:
    """Raises SeedIsThere."""
    first_household = ResidentRecord.household_number == household_number(seed, 0)
    if session.scalar(select(exists().where(first_household))):
        raise SeedIsThere


def synthetic_residents(number: int, *, seed: int, on: date = _AS_OF) -> Iterator[Newcomer]:
    """Make people one by one, in households, to be entered on a day; codes and cards differ within one seed.

    What is invented does not depend on that day: it is as things may stand on 1 April 2026.
    """
    numbers = SeedNumbers(seed)
    people = invented_people(Random(seed), seed=seed, on=_AS_OF)  # noqa: S311 -- repeatable, and nobody's
    for place, each in enumerate(islice(people, number)):
        items = replace(each.items, card_number=numbers.card(place)) if each.has_card else each.items
        yield Newcomer(items, ResidentRecordCode.from_body(numbers.code_body(place)), each.reason, on)


def fitting_residents(
    reading: Callable[[], AbstractContextManager[Session]], number: int, *, seed: int, on: date, after: int = 0
) -> Iterator[Arrival[Newcomer]]:
    """The people of the seed after a place, with their places from 1 on, whose codes and cards nobody has."""
    people = enumerate(synthetic_residents(number, seed=seed, on=on), start=1)
    fitting, rest = Fitting(seed, number), (each for each in people if each[0] > after)
    for part in in_parts(rest, _FITTED_AT_ONCE):
        with reading() as session:
            fresh = fitting.fit(session, [person for _, person in part])
        yield from (Arrival(place, person) for (place, _), person in zip(part, fresh, strict=True))


class Fitting:
    """Draws a code or a card number that somebody has already anew, the same way each time."""

    def __init__(self, seed: int, number: int) -> None:
        """For so many people of one seed."""
        self._seed, self._number = seed, number
        self._numbers = SeedNumbers(seed)
        self._drawn: set[ResidentRecordCode] = set()

    def fit(self, session: Session, people: Sequence[Newcomer]) -> list[Newcomer]:
        """Some people of the seed, as they can be entered."""
        codes = codes_in_use(session, codes=[person.code for person in people])
        cards = card_numbers_in_use(session, card_numbers=[person.items.card_number or "" for person in people])
        return [
            self._drawn_anew(session, person) if person.code in codes or person.items.card_number in cards else person
            for person in people
        ]

    def _drawn_anew(self, session: Session, person: Newcomer) -> Newcomer:
        rng = Random(f"{self._seed} {person.items.household_number} {person.items.card_number}")  # noqa: S311 -- as above
        while True:
            body = f"{rng.randrange(1, 10**10):010d}"
            code = ResidentRecordCode.from_body(body)
            card = random_card(rng) if person.items.card_number else None
            is_free = self._numbers.place_of(body) >= self._number and code not in self._drawn
            if (
                is_free
                and not codes_in_use(session, codes=[code])
                and not card_numbers_in_use(session, card_numbers=[card or ""])
            ):
                self._drawn.add(code)
                return replace(person, code=code, items=replace(person.items, card_number=card))
