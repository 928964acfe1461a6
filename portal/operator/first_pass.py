"""The first pass over a file of residents: every row is read, checked, and compared with the register; nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from portal.operator.bad_rows import BadRow
from portal.operator.findings import CARD, CODE, PERSON, Findings, Mark, Marking
from portal.operator.resident_file import FileRow
from portal.operator.resident_row import ResidentRow, checked_row
from portal.two_processors import OtherProcess, in_order
from registry_core.codes import codes_in_use
from registry_core.register import (
    PersonMark,
    card_numbers_in_use,
    code_index,
    people_here,
    person_marks,
    returning_record,
)
from registry_core.storage.keys import Keyring

_AT_ONCE = 500
CODE_IN_USE = "the code is or was in use, or stands in the pool"
CARD_IN_USE = "the card number stands in another record"
SAME_PERSON = "birth date, sex and a form of the name are those of a record here: one person with two codes?"
T = TypeVar("T")


class CheckedRows(NamedTuple):
    """What is found about some rows: which are bad, notes, whose person seems to be here, who comes back, and all marks."""

    bad: list[BadRow]
    notes: list[BadRow]
    same: list[BadRow]
    back: list[int]
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class FirstPass:
    """What a row is checked against; lines up to `entered_through` are in the register already, through this very file."""

    read: Callable[[], AbstractContextManager[Session]]
    keyring: Keyring
    municipality_code: str
    today: date
    marking: Marking
    entered_through: int = 0

    def check(
        self, rows: Iterable[FileRow | BadRow], found: Findings, other: OtherProcess | None = None
    ) -> Iterator[int]:
        """Check them, some at once; how many each time. What was found is settled at the end."""
        for some, checked in in_order(self.checked, in_parts(rows, _AT_ONCE), other):
            found.bad(checked.bad)
            found.note(checked.notes)
            found.same_person(checked.same)
            found.comes_back(checked.back)
            found.mark(checked.marks)
            yield len(some)
        found.settle()

    def checked(self, rows: Sequence[FileRow | BadRow]) -> CheckedRows:
        """Check some, in whichever process."""
        read = [row if isinstance(row, BadRow) else checked_row(row, today=self.today) for row in rows]
        good = [row for row in read if isinstance(row, ResidentRow)]
        people = {row.line: person_marks(row.newcomer.items) for row in good}
        marks = [mark for row in good for mark in self._marks(row, people[row.line])]
        notes = [BadRow(row.line, row.hint) for row in good if row.hint]
        checked = CheckedRows([row for row in read if isinstance(row, BadRow)], notes, [], [], marks)
        with self.read() as session:
            self._compare(session, [row for row in good if row.line > self.entered_through], people, checked)
        return checked

    def _marks(self, row: ResidentRow, person: Sequence[PersonMark]) -> Iterator[Mark]:
        items, digest = row.newcomer.items, self.marking.digest
        yield CODE, digest(code_index(row.newcomer.code, keyring=self.keyring).hex()), row.line
        if items.card_number:
            yield CARD, digest(items.card_number), row.line
        for mark in person:
            yield PERSON, digest(str(mark)), row.line

    def _compare(
        self,
        session: Session,
        rows: list[ResidentRow],
        people: Mapping[int, Sequence[PersonMark]],
        checked: CheckedRows,
    ) -> None:
        city = self.municipality_code
        codes = codes_in_use(session, codes=[row.newcomer.code for row in rows])
        cards = card_numbers_in_use(session, card_numbers=[row.newcomer.items.card_number or "" for row in rows])
        back = {row.line for row in rows if row.newcomer.code in codes and _comes_back(session, row, city)}
        checked.back.extend(sorted(back))
        new = [row for row in rows if row.line not in back]
        checked.bad.extend(BadRow(row.line, CODE_IN_USE) for row in new if row.newcomer.code in codes)
        checked.bad.extend(BadRow(row.line, CARD_IN_USE) for row in new if row.newcomer.items.card_number in cards)
        good = [row for row in new if row.newcomer.code not in codes and row.newcomer.items.card_number not in cards]
        same = people_here(session, people=[people[row.line] for row in good], municipality_code=city)
        checked.same.extend(BadRow(good[place].line, SAME_PERSON) for place in sorted(same))


def in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most so many."""
    waiting = iter(items)
    while part := list(islice(waiting, size)):
        yield part


def _comes_back(session: Session, row: ResidentRow, municipality_code: str) -> bool:
    who = row.newcomer
    return returning_record(session, code=who.code, items=who.items, municipality_code=municipality_code) is not None
