"""The second pass over a file of residents: the good rows are entered, batch by batch, from where the import stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, islice
from pathlib import Path

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from portal.operator.ahead import Ahead
from portal.operator.bad_rows import BadRow, say_rows
from portal.operator.batches import Arrival, Batch, BatchRefused, Preparation, enter_in_batches
from portal.operator.findings import Findings, FoundLines
from portal.operator.first_pass import CARD_IN_USE, CODE_IN_USE, in_parts
from portal.operator.resident_file import FileRow, is_json_lines, rows_of
from portal.operator.resident_row import read_row
from portal.operator.twice_read import FileChanged, TwiceReadFile
from portal.pace import pace_for
from portal.registry import Registry
from portal.search_runs import WORTH_JOINING, joined_search_runs
from registry_core.codes import codes_in_use
from registry_core.register import (
    ImportOutcome,
    ImportView,
    card_numbers_in_use,
    end_import,
    go_on_with_import,
)
from registry_core.storage.keys import KeyFile
from registry_core.values.actor import Actor, system_actor

_READ_AT_ONCE = 500


class RegisterChanged(Exception):
    """Rows that were good in the first pass are not any more, and may not be skipped."""


@dataclass(frozen=True, slots=True)
class LeftToEnter:
    """The good rows after a line, read again from the file and prepared, here or in another process (`ahead`)."""

    file: TwiceReadFile
    findings: Path
    after: int
    today: date
    actor: Actor
    dialect: type[Dialect]
    keys_file: Path

    def preparation(self) -> Preparation:
        """Nothing is read yet."""
        keyring = KeyFile(self.keys_file).current()
        return Preparation(self.arrivals(), actor=self.actor, keyring=keyring, dialect=self.dialect())

    def arrivals(self) -> Iterator[Arrival]:
        """Who is still to be entered. Raises FileChanged."""
        found = FoundLines(self.findings)
        rows: Iterable[FileRow | BadRow] = rows_of(self.file.lines_again(), json_lines=is_json_lines(self.file.path))
        for part in in_parts(dropwhile(lambda row: row.line <= self.after, rows), _READ_AT_ONCE):
            lines = part[0].line, part[-1].line
            bad, back = found.bad(lines), found.back(lines)
            for row in part:
                if row.line in bad:
                    continue
                read = row if isinstance(row, BadRow) else read_row(row, today=self.today)
                if isinstance(read, BadRow):
                    raise FileChanged
                yield Arrival(row.line, read, row.line in back)


class SecondPass:
    """Enters what the first pass found good. `entered` counts what this run has committed."""

    def __init__(
        self,
        opened: Registry,
        file: TwiceReadFile,
        found: Findings,
        run: ImportView,
        *,
        beside: Ahead | None,
        skip_bad: bool,
    ) -> None:
        """Go on with an import that was begun; `beside` prepares while this enters, if there is such a process."""
        self._opened = opened
        self._file = file
        self._found = found
        self._run = run
        self._beside = beside
        self._skip_bad = skip_bad
        self._through = run.through_line
        self.entered = 0
        self.pace = pace_for(opened.engine)

    def enter(self) -> Iterator[int]:
        """Enter all that is left; how many are entered, after each batch.

        Raises FileChanged, RegisterChanged, ImportMovedOn, AheadEnded.
        """
        while True:
            try:
                yield from self._enter_from_here()
            except BatchRefused as refused:
                self._leave_out(refused.batch)
            else:
                break
        if self._run.entered + self.entered >= WORTH_JOINING:
            for _ in joined_search_runs(self._opened.engine, self._opened.keyring):
                yield self.entered
        with self._opened.write() as session:
            end_import(session, import_id=self._run.id, outcome=ImportOutcome.FINISHED, at=self._opened.now())

    def _enter_from_here(self) -> Iterator[int]:
        left = self._left()
        # A whole code goes to no other process, and who comes back is entered by it.
        beside = None if self._found.rows_back else self._beside
        batches = enter_in_batches(
            self._opened.engine,
            self._opened.keyring,
            beside.begin(left) if beside else left.preparation(),
            now=self._opened.now,
            pace=self.pace,
            beside=self._go_on,
        )
        for batch in batches:
            self._through = batch.through
            self.entered += batch.count
            yield self.entered

    def _left(self) -> LeftToEnter:
        dialect = type(self._opened.engine.dialect)
        actor, keys_file = system_actor(self._opened.config.municipality.code), self._opened.keys.path
        return LeftToEnter(self._file, self._found.path, self._through, self._opened.today(), actor, dialect, keys_file)

    def _go_on(self, session: Session, batch: Batch) -> None:
        through = batch.through
        go_on_with_import(session, import_id=self._run.id, after=self._through, through=through, entered=batch.count)

    def _leave_out(self, refused: Batch) -> None:
        """Find whose code or card somebody has got meanwhile. Raises RegisterChanged unless they may be skipped."""
        batch = list(islice(self._left().arrivals(), refused.count))
        with self._opened.read() as session:
            codes = codes_in_use(session, codes=[each.newcomer.code for each in batch])
            cards = card_numbers_in_use(session, card_numbers=[each.newcomer.items.card_number or "" for each in batch])
        new = [each for each in batch if not each.comes_back]
        taken = [BadRow(each.line, CODE_IN_USE) for each in new if each.newcomer.code in codes]
        taken += [BadRow(each.line, CARD_IN_USE) for each in new if each.newcomer.items.card_number in cards]
        self._found.bad(taken)
        say_rows(self._file.path, lambda _most: taken, len(taken))
        if not taken or not self._skip_bad:
            raise RegisterChanged
