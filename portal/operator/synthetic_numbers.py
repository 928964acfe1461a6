"""Codes and card numbers of invented people: every number of a seed once, none of them remembered."""

from math import gcd
from random import Random

_BODIES = 10**10 - 1  # the ten digits before the check digit, from 1 on: ten zeros are no code
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_PAIRS, _DIGITS = len(_LETTERS) ** 2, 10**8
_CARDS = _PAIRS * _DIGITS * _PAIRS


class Steps:
    """Counts from a drawn number in drawn steps around a circle of `size`: it meets every number before one comes again."""

    def __init__(self, rng: Random, size: int) -> None:
        """Draw both."""
        self._size, self._first = size, rng.randrange(size)
        self._step = rng.randrange(1, size)
        while gcd(self._step, size) != 1:
            self._step = rng.randrange(1, size)
        self._back = pow(self._step, -1, size)

    def at(self, place: int) -> int:
        """The number at a place."""
        return (self._first + place * self._step) % self._size

    def place_of(self, number: int) -> int:
        """The place of a number."""
        return (number - self._first) * self._back % self._size


class SeedNumbers:
    """The numbers of one seed's people, by their place from 0 on."""

    def __init__(self, seed: int) -> None:
        """The same for the same seed."""
        rng = Random(f"numbers of {seed}")  # noqa: S311 -- repeatable, and nobody's
        self._bodies, self._cards = Steps(rng, _BODIES), Steps(rng, _CARDS)

    def code_body(self, place: int) -> str:
        """Ten digits."""
        return f"{self._bodies.at(place) + 1:010d}"

    def card(self, place: int) -> str:
        """Two letters, eight digits, two letters."""
        return _card(self._cards.at(place))

    def place_of(self, code_body: str) -> int:
        """Whose code it is."""
        return self._bodies.place_of(int(code_body) - 1)


def random_card(rng: Random) -> str:
    """One of no seed."""
    return _card(rng.randrange(_CARDS))


def _card(number: int) -> str:
    number, after = divmod(number, _PAIRS)
    before, digits = divmod(number, _DIGITS)
    return f"{_pair(before)}{digits:08d}{_pair(after)}"


def _pair(number: int) -> str:
    first, second = divmod(number, len(_LETTERS))
    return _LETTERS[first] + _LETTERS[second]
