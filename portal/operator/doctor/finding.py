"""What the doctor found: one line a check, and what to do when it is not well."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from portal.registry import Registry


class State(StrEnum):
    """How it is: `warning` can wait for the morning, `fault` cannot."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a stable name; `words` say how it is; `todo` says what to do, empty when all is well."""

    check: str
    state: State
    words: str
    todo: str = ""


Examination = Callable[[Registry], Iterator[Finding]]


def well(check: str, words: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.OK, words)


def warning(check: str, words: str, todo: str) -> Finding:
    """It can wait for the morning."""
    return Finding(check, State.WARNING, words, todo)


def fault(check: str, words: str, todo: str) -> Finding:
    """It cannot wait."""
    return Finding(check, State.FAULT, words, todo)
