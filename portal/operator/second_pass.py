"""The second pass over a file of residents: the good rows are entered, batch by batch, from where the import stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile

from portal.operator.bad_rows import BadRow, say_rows
from portal.operator.batches import Arrival, Batch, BatchDesk, BatchRefused, enter_in_batches
from portal.operator.findings import Findings
from portal.operator.first_pass import CARD_IN_USE, CODE_IN_USE, in_parts
from portal.operator.resident_file import FileRow, is_json_lines, rows_of
from portal.operator.resident_row import read_row
from portal.operator.twice_read import FileChanged, TwiceReadFile
from portal.pace import pace_for
from portal.registry import Registry
from portal.search_runs import WORTH_JOINING, RunDesk, joined_search_runs
from portal.two_processors import OtherProcess
from registry_core.codes import codes_in_use
from registry_core.register import (
    ImportOutcome,
    ImportView,
    Newcomer,
    card_numbers_in_use,
    end_import,
    unfinished_import,
)
from registry_core.values.actor import system_actor

_READ_AT_ONCE = 500


class RegisterChanged(Exception):
    """Rows that were good in the first pass are not any more, and may not be skipped."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Where the rows of a file are entered, and their search runs joined; and the process that has such desks too, if any."""

    rows: BatchDesk[FileRow]
    runs: RunDesk
    other: OtherProcess | None


class SecondPass:
    """Enters what the first pass found good. `entered` counts what this run has committed."""

    def __init__(
        self,
        opened: Registry,
        file: TwiceReadFile,
        found: Findings,
        run: ImportView,
        desks: Desks,
        *,
        skip_bad: bool,
    ) -> None:
        """Go on with an import that was begun."""
        self._opened = opened
        self._file = file
        self._found = found
        self._run = run
        self._desks = desks
        self._skip_bad = skip_bad
        self._through = run.through_line
        self.entered = 0
        self.pace = pace_for(opened.engine)

    def enter(self) -> Iterator[int]:
        """Enter all that is left; how many are entered, after each batch. Raises FileChanged, RegisterChanged, ImportMovedOn."""
        while True:
            try:
                yield from self._enter_from_here()
            except BatchRefused as refused:
                self._leave_out(refused.batch)
            except FileChanged:
                self.entered = self._entered_by_now()  # the other process may have entered a batch more
                raise
            else:
                break
        if self._run.entered + self.entered >= WORTH_JOINING:
            for _ in joined_search_runs(self._desks.runs, self._desks.other):
                yield self.entered
        with self._opened.write() as session:
            end_import(session, import_id=self._run.id, outcome=ImportOutcome.FINISHED, at=self._opened.now())

    def _enter_from_here(self) -> Iterator[int]:
        batches = enter_in_batches(
            self._desks.rows,
            self._arrivals(),
            now=self._opened.now,
            pace=self.pace,
            run=self._run.id,
            after=self._through,
            other=self._desks.other,
        )
        for batch in batches:
            self._through = batch.through
            self.entered += batch.count
            yield self.entered

    def _entered_by_now(self) -> int:
        with self._opened.read() as session:
            run = unfinished_import(session, municipality_code=self._opened.config.municipality.code)
        return (run.entered if run else 0) - self._run.entered

    def _arrivals(self) -> Iterator[Arrival[FileRow]]:
        """Who is still to be entered, from the file again."""
        after = self._through
        rows: Iterable[FileRow | BadRow] = rows_of(self._file.lines_again(), json_lines=is_json_lines(self._file.path))
        for part in in_parts(dropwhile(lambda row: row.line <= after, rows), _READ_AT_ONCE):
            lines = part[0].line, part[-1].line
            bad, back = self._found.bad_lines(lines), self._found.lines_back(lines)
            for row in part:
                if row.line in bad:
                    continue
                if isinstance(row, BadRow):
                    raise FileChanged
                yield Arrival(row.line, row, row.line in back)

    def _leave_out(self, refused: Batch[FileRow]) -> None:
        """Find whose code or card somebody has got meanwhile. Raises RegisterChanged unless they may be skipped."""
        people = {row.line: self._desks.rows.newcomer(row) for row in refused.new}
        with self._opened.read() as session:
            codes = codes_in_use(session, codes=[each.code for each in people.values()])
            cards = card_numbers_in_use(
                session, card_numbers=[each.items.card_number or "" for each in people.values()]
            )
        taken = [BadRow(line, CODE_IN_USE) for line, who in people.items() if who.code in codes]
        taken += [BadRow(line, CARD_IN_USE) for line, who in people.items() if who.items.card_number in cards]
        self._found.bad(taken)
        say_rows(self._file.path, lambda _most: taken, len(taken))
        if not taken or not self._skip_bad:
            raise RegisterChanged


def desk_of_rows(opened: Registry) -> BatchDesk[FileRow]:
    """Where the rows of a file are entered today; a row that is bad now raises FileChanged."""
    today, actor = opened.today(), system_actor(opened.config.municipality.code)
    return BatchDesk(opened.engine, opened.keyring, actor, lambda row: _newcomer(row, today))


def _newcomer(row: FileRow, today: date) -> Newcomer:
    read = read_row(row, today=today)
    if isinstance(read, BadRow):
        raise FileChanged
    return read
