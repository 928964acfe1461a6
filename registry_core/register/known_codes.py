"""Codes in free text: people copy theirs from the slip, and it must not stay in what they write."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.keys import keyring
from registry_core.values.digits import ascii_digits
from registry_core.values.resident_record_code import LENGTH, check_digit

#: Digits as people write them down: with some signs of any kind between one and the next.
_DIGITS = re.compile(r"\d(?:[\s\-._/,·‐-―−ー－・\u200b-\u200f\u2060]{0,3}\d){10,}")


class _Eleven(NamedTuple):
    """Where eleven digits begin and end in a text, and the digits."""

    start: int
    end: int
    digits: str


def hide_known_codes(session: Session, *, text: str) -> str:
    """Mask in free text what is a code of this register: people copy it from the slip; phone numbers stay."""
    return _masked(text, _known_here(session, list(_elevens(text))))


def hide_codes(session: Session, *, text: str) -> str:
    """Mask what may be anybody's code too, in words of staff about codes: of another city, of the pool, of nobody.

    That is any eleven digits whose check digit fits, so now and then a telephone number.
    """
    written = list(_elevens(text))
    fitting = {each for each in written if check_digit(each.digits[:-1]) == each.digits[-1]}
    return _masked(text, fitting | _known_here(session, written))


def _known_here(session: Session, written: Collection[_Eleven]) -> set[_Eleven]:
    ring = keyring(session)
    indexes = {each: ring.indexes(each.digits) for each in written}
    if not indexes:
        return set()
    looked_for = {index for some in indexes.values() for index in some}
    known = set(session.scalars(select(CodeAssignment.code_index).where(CodeAssignment.code_index.in_(looked_for))))
    return {each for each, some in indexes.items() if known.intersection(some)}


def _masked(text: str, codes: Collection[_Eleven]) -> str:
    hidden: list[tuple[int, int]] = []
    for start, end, _ in sorted(codes):
        overlaps = bool(hidden) and start < hidden[-1][1]
        hidden.append((hidden.pop()[0] if overlaps else start, end))
    for start, end in reversed(hidden):
        text = text[:start] + "•" * LENGTH + text[end:]
    return text


def _elevens(words: str) -> Iterator[_Eleven]:
    """Any eleven digits in a row, within longer rows too."""
    text = ascii_digits(words)
    for row in _DIGITS.finditer(text):
        places = [place for place in range(*row.span()) if text[place].isdecimal()]
        for first, last in zip(places, places[LENGTH - 1 :], strict=False):
            yield _Eleven(first, last + 1, "".join(c for c in text[first : last + 1] if c.isdecimal()))
