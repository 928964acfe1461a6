"""Codes in free text: people copy theirs from the slip, and it must not stay in what they write."""

import re
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.keys import keyring
from registry_core.values.digits import ascii_digits
from registry_core.values.resident_record_code import LENGTH

#: Digits as people write them down: with some signs of any kind between one and the next.
_DIGITS = re.compile(r"\d(?:[\s\-._/,·‐-―−ー－・\u200b-\u200f\u2060]{0,3}\d){10,}")


def hide_known_codes(session: Session, *, text: str) -> str:
    """Mask in free text what is a code of this register: people copy it from the slip; phone numbers stay."""
    ring = keyring(session)
    written = {(start, end): ring.indexes(digits) for start, end, digits in _elevens(ascii_digits(text))}
    if not written:
        return text
    looked_for = {index for indexes in written.values() for index in indexes}
    known = set(session.scalars(select(CodeAssignment.code_index).where(CodeAssignment.code_index.in_(looked_for))))
    kept_from = len(text)
    for (start, end), indexes in sorted(written.items(), reverse=True):
        if known.intersection(indexes) and end <= kept_from:
            text, kept_from = text[:start] + "•" * LENGTH + text[end:], start
    return text


def _elevens(text: str) -> Iterator[tuple[int, int, str]]:
    """Where any eleven digits in a row begin and end, within longer rows too, and the digits."""
    for row in _DIGITS.finditer(text):
        places = [place for place in range(*row.span()) if text[place].isdecimal()]
        for first, last in zip(places, places[LENGTH - 1 :], strict=False):
            yield first, last + 1, "".join(c for c in text[first : last + 1] if c.isdecimal())
