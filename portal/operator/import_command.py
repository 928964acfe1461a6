"""`portal registry import FILE`: a first pass checks every row and writes nothing, a second enters them in small batches.

Each batch remembers in its own transaction how far the file is entered, so that a run that was broken off goes on where it was.
"""

import gc
import json
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import click

from portal.operator.bad_rows import say_rows
from portal.operator.findings import Findings, Marking, findings
from portal.operator.first_pass import FirstPass
from portal.operator.opening import opened_registry
from portal.operator.progress import progress
from portal.operator.resident_file import is_json_lines, rows_of
from portal.operator.second_pass import Desks, RegisterChanged, SecondPass, desk_of_rows
from portal.operator.twice_read import FileChanged, FileFault, TwiceReadFile
from portal.registry import Registry
from portal.search_runs import RunDesk
from portal.two_processors import OtherProcess, other_process
from registry_core.register import ImportOutcome, ImportView, begin_import, end_import, unfinished_import
from registry_core.values.actor import system_actor
from registry_core.values.errors import ImportMovedOn, ImportUnfinished

_OBJECTS_BEFORE_COLLECTING = 1_000_000
#: Bytes of the file.
WORTH_ANOTHER_PROCESS = 500_000
_ANOTHER_RUNS = "Somebody else enters a file of residents here just now, or gave this one up. Look, and try again."

_BROKE_OFF = (
    "One of the two processes came to an end by itself: was it killed, or was there no memory left? What was entered stays. "
    "Run the command again: it goes on where it was."
)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Enter the good rows though others are bad.")
@click.option(
    "--give-up-unfinished",
    is_flag=True,
    help="Leave the import of another file, which broke off, as it is: what it entered stays.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def import_residents(file: Path, *, skip_bad: bool, give_up_unfinished: bool, as_json: bool) -> None:
    """Enter the residents of a CSV or JSON Lines (.jsonl) FILE; columns: docs/register-files.md.

    A first pass checks every row and writes nothing. A run that broke off goes on when the command is given again.
    """
    opened = opened_registry()
    try:
        with findings() as found:
            figures = import_file(opened, TwiceReadFile(file), found, skip_bad=skip_bad, give_up=give_up_unfinished)
    except FileFault as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(1) from fault
    except (ImportMovedOn, ImportUnfinished) as other:
        click.echo(_ANOTHER_RUNS, err=True)
        raise SystemExit(1) from other
    except BrokenProcessPool as broken:
        click.echo(_BROKE_OFF, err=True)
        raise SystemExit(1) from broken
    if as_json:
        click.echo(json.dumps(figures))
    elif figures["entered"] or not figures["bad"] or skip_bad:
        click.echo(f"{figures['entered']} residents entered.")
    raise SystemExit(1 if figures["bad"] else 0)


def import_file(
    opened: Registry, file: TwiceReadFile, found: Findings, *, skip_bad: bool = False, give_up: bool = False
) -> dict[str, int]:
    """Both passes; the figures. Raises FileFault, ImportMovedOn, ImportUnfinished, BrokenProcessPool."""
    with _rarely_collected():
        unfinished = _unfinished(opened, file, give_up=give_up)
        with _processes(opened, file, unfinished) as (first, desks):
            rows = _check(first, desks.other, file, found, unfinished)
            return _enter(opened, desks, file, found, unfinished, rows=rows, skip_bad=skip_bad)


@contextmanager
def _processes(
    opened: Registry, file: TwiceReadFile, unfinished: ImportView | None
) -> Iterator[tuple[FirstPass, Desks]]:
    """What a small file is checked and entered by; of a large one another process does half."""
    city, entered_through = opened.config.municipality.code, unfinished.through_line if unfinished else 0
    first = FirstPass(opened.read, opened.keyring, city, opened.today(), Marking(), entered_through)
    rows, runs = desk_of_rows(opened), RunDesk(opened.engine, opened.keyring)
    if file.size < WORTH_ANOTHER_PROCESS:
        yield first, Desks(rows, runs, None)
        return
    works = (first.checked, rows.prepare, rows.enter, runs.prepare, runs.enter)
    with other_process(opened.engine, *works) as other:
        yield first, Desks(rows, runs, other)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Rows refer to nothing that refers to them: looking for such garbage after every few took a seventh of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _enter(
    opened: Registry,
    desks: Desks,
    file: TwiceReadFile,
    found: Findings,
    unfinished: ImportView | None,
    *,
    rows: int,
    skip_bad: bool,
) -> dict[str, int]:
    """Say what the first pass found, and enter the good rows."""
    before = unfinished.entered if unfinished else 0
    figures = {"entered": 0, "bad": found.bad_rows, "same_people": found.same_people, "entered_before": before}
    say_rows(file.path, found.first_notes, found.notes, note="note: ")
    say_rows(file.path, found.first_bad, found.bad_rows)
    if found.bad_rows and not skip_bad:
        click.echo(f"Nothing was entered. Mend these {found.bad_rows} rows and try again, or use --skip-bad.", err=True)
        return figures
    run = unfinished or _begun(opened, file)
    second = SecondPass(opened, file, found, run, desks, skip_bad=skip_bad)
    good = rows - found.bad_rows - before
    try:
        with progress(f"Entering {good} residents", good) as tell:
            for entered in second.enter():
                tell(entered, entered)
    except FileChanged as changed:
        raise FileFault(
            f"The file changed while it was read; {second.entered} residents of it are entered. "
            "Put it back as it was and run the command again: it goes on where it was."
        ) from changed
    except RegisterChanged:
        figures["bad"] = found.bad_rows
        click.echo(
            f"The register changed meanwhile; {second.entered} residents are entered. Run the command again with "
            "--skip-bad: it leaves out the rows that are told here, and enters the rest.",
            err=True,
        )
    figures["entered"], figures["bad"] = second.entered, found.bad_rows
    return figures


def _unfinished(opened: Registry, file: TwiceReadFile, *, give_up: bool) -> ImportView | None:
    """The import of this very file that broke off. Raises FileFault when that of another did."""
    city = opened.config.municipality.code
    with opened.read() as session:
        other = unfinished_import(session, municipality_code=city)
    if other is None:
        return None
    if other.source == file.sha256_now():
        click.echo(
            f"Going on after line {other.through_line}: {other.entered} residents of this file are entered already.",
            err=True,
        )
        return other
    if not give_up:
        raise FileFault(
            f"The import of another file, or of this one before it was changed, broke off after line "
            f"{other.through_line}; {other.entered} residents of it are entered. Import that file again, unchanged, to "
            "finish it; or leave it as it is with --give-up-unfinished."
        )
    with opened.write() as session:
        end_import(session, import_id=other.id, outcome=ImportOutcome.GIVEN_UP, at=opened.now())
    return None


def _check(
    first: FirstPass, other: OtherProcess | None, file: TwiceReadFile, found: Findings, unfinished: ImportView | None
) -> int:
    """The first pass; how many rows the file has. Raises FileFault."""
    read, rows = rows_of(file.lines(), json_lines=is_json_lines(file.path)), 0
    with progress("Checking every row", file.size) as tell:
        for some in first.check(read, found, other):
            rows += some
            tell(file.position, rows)
    if unfinished and unfinished.source != file.sha256:
        raise FileChanged
    return rows


def _begun(opened: Registry, file: TwiceReadFile) -> ImportView:
    actor = system_actor(opened.config.municipality.code)
    with opened.write() as session:
        return begin_import(session, source=file.sha256, actor=actor, at=opened.now())
