"""Figures and how they are come by: pairs in alternating order, medians."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

ROUNDS, SLICES = 7, 6
QUICK_ROUNDS, QUICK_SLICES = 3, 2

#: Does one slice of a round, given the numbers of both, and tells how much was done and in how many seconds.
Work = Callable[[int, int], tuple[float, float]]


@dataclass(frozen=True)
class Figure:
    """One line of the answer. `ratio`: higher is better, 1 is the limit itself; `further` are fields of this figure alone."""

    name: str
    value: float
    unit: str
    limit: float
    ratio: float
    rounds: int
    further: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        fields = {
            "name": self.name,
            "value": _short(self.value),
            "unit": self.unit,
            "limit": _short(self.limit),
            "ratio": round(self.ratio, 3),
            "rounds": self.rounds,
        }
        return json.dumps(fields | self.further, ensure_ascii=False)


@dataclass(frozen=True)
class Pairs:
    """What was measured: our rate and the limit's of each round, in the same unit."""

    ours: tuple[float, ...]
    limits: tuple[float, ...]

    @property
    def value(self) -> float:
        return median(self.ours)

    @property
    def limit(self) -> float:
        return median(self.limits)

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: what disturbs the machine for a while disturbs both of a pair."""
        return median(self._ratios())

    @property
    def ratio_between(self) -> list[float]:
        """The lowest and the highest of the rounds' ratios."""
        return [round(min(self._ratios()), 3), round(max(self._ratios()), 3)]

    def _ratios(self) -> list[float]:
        return [ours / limit for ours, limit in zip(self.ours, self.limits, strict=True)]


def measured_pairs(
    name: str, ours: Work, limit: Work, *, quick: bool, rounds: int | None = None, slices: int | None = None
) -> Pairs:
    """Measure both in each round, slice by slice in alternating order: what disturbs the machine disturbs both."""
    rounds = rounds or (QUICK_ROUNDS if quick else ROUNDS)
    slices = slices or (QUICK_SLICES if quick else SLICES)
    our_rates, limits = [], []
    for round_number in range(rounds):
        done = {"ours": [0.0, 0.0], "limit": [0.0, 0.0]}
        for slice_number in range(slices):
            both = [("ours", ours), ("limit", limit)]
            for who, work in both if (round_number + slice_number) % 2 else both[::-1]:
                number, seconds = work(round_number, slice_number)
                done[who][0] += number
                done[who][1] += seconds
        our_rates.append(done["ours"][0] / done["ours"][1])
        limits.append(done["limit"][0] / done["limit"][1])
        say(f"  {name} round {round_number + 1}/{rounds}: {our_rates[-1]:,.0f} of {limits[-1]:,.0f} a second")
    return Pairs(tuple(our_rates), tuple(limits))


def say(words: str) -> None:
    """Tell how it goes, beside the answer."""
    print(words, file=sys.stderr, flush=True)


def _short(number: float) -> float:
    return round(number, 1) if isinstance(number, float) else number
