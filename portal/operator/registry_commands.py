"""`portal registry import | designate | synthesize`: the register's files. Nothing is written unless all of a file is good."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import SystemRandom
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import track

from portal.operator.opening import opened_registry
from portal.operator.resident_file import BadRow, ResidentRow, RowFault, read_rows
from portal.operator.synthesis import synthetic_residents
from portal.registry import Registry
from registry_core.codes import codes_in_use, designate_codes
from registry_core.register import enter_resident
from registry_core.values.actor import system_actor
from registry_core.values.errors import InvalidCode
from registry_core.values.resident_record_code import ResidentRecordCode

_MOST_FAULTS_SHOWN = 200
T = TypeVar("T")


@click.group()
def registry() -> None:
    """Load residents and designated codes into the register."""


@registry.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Enter the good rows though others are bad.")
def import_residents(file: Path, *, skip_bad: bool) -> None:
    """Enter the residents of a CSV FILE (columns: docs/register-files.md). A first pass checks every row."""
    opened = opened_registry()
    rows, faults = _checked(opened, file)
    for row in rows:
        if row.hint:
            click.echo(f"line {row.line}: note: {row.hint}", err=True)
    _say_faults(file, faults)
    if faults and not skip_bad:
        click.echo(f"Nothing was entered. Mend these {len(faults)} rows and try again, or use --skip-bad.", err=True)
        raise SystemExit(1)
    actor, at = system_actor(opened.config.municipality.code), opened.now()
    with opened.write() as session:
        for row in _progress(rows, f"Entering {len(rows)} residents"):
            enter_resident(
                session,
                items=row.items,
                code=row.code,
                reason=row.reason,
                on=row.on or opened.today(),
                actor=actor,
                at=at,
            )
    click.echo(f"{len(rows)} residents entered.")
    raise SystemExit(1 if faults else 0)


@registry.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", help="The name of the batch; the file's name when not given.")
def designate(file: Path, *, batch: str | None) -> None:
    """Load a batch of designated codes: one code a line (Act art. 30-2). The order of taking is shuffled once, now."""
    opened = opened_registry()
    codes, faults = _read_codes(file)
    with opened.write() as session:
        used = codes_in_use(session, codes=codes)
        faults += [BadRow(line, "the code is or was in use, or stands in the pool") for line, code in codes.items_of(used)]
        if not faults:
            designate_codes(
                session,
                codes=list(codes),
                batch=batch or file.stem[:60],
                actor=system_actor(opened.config.municipality.code),
                at=opened.now(),
                rng=SystemRandom(),
            )
    _say_faults(file, faults)
    if faults:
        click.echo(f"Nothing was loaded. Ask the designating body about these {len(faults)} lines.", err=True)
        raise SystemExit(1)
    click.echo(f"{len(codes)} codes loaded.")


@registry.command()
@click.argument("number", type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
def synthesize(number: int, *, seed: int) -> None:
    """Make NUMBER synthetic residents, in many scripts. Refused where PORTAL_ENV is not demo."""
    opened = opened_registry()
    if not opened.config.is_demo:
        click.echo("Synthetic residents belong into a demonstration: set PORTAL_ENV=demo.", err=True)
        raise SystemExit(2)
    actor, at = system_actor(opened.config.municipality.code), opened.now()
    with opened.write() as session:
        people = synthetic_residents(number, seed=seed)
        for person in _progress(people, f"Making {number} residents", total=number):
            enter_resident(
                session,
                items=person.items,
                code=person.code,
                reason=person.reason,
                on=opened.today(),
                actor=actor,
                at=at,
            )
    click.echo(f"{number} synthetic residents made.")


class _Codes(dict[ResidentRecordCode, int]):
    """Codes and their lines."""

    def items_of(self, some: Iterable[ResidentRecordCode]) -> list[tuple[int, ResidentRecordCode]]:
        """The lines of some of them, in order."""
        return sorted(((self[code], code) for code in some), key=lambda pair: pair[0])


def _read_codes(file: Path) -> tuple[_Codes, list[BadRow]]:
    codes, faults = _Codes(), []
    for line, text in enumerate(_text(file).splitlines(), start=1):
        if not text.strip() or (line == 1 and text.strip().lower() == "code"):
            continue
        try:
            code = ResidentRecordCode.parse(text.strip())
        except InvalidCode:
            faults.append(BadRow(line, "not eleven digits"))
            continue
        if code in codes:
            faults.append(BadRow(line, f"the code stands on line {codes[code]} too"))
        elif not code.check_digit_matches:
            faults.append(BadRow(line, "the check digit does not fit: a designated code comes with the right one"))
        codes.setdefault(code, line)
    return codes, faults


def _checked(opened: Registry, file: Path) -> tuple[list[ResidentRow], list[BadRow]]:
    rows: list[ResidentRow] = []
    faults: list[BadRow] = []
    try:
        for row in _progress(read_rows(_text(file).splitlines(keepends=True)), "Checking every row"):
            (rows if isinstance(row, ResidentRow) else faults).append(row)  # type: ignore[arg-type]
    except RowFault as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(1) from fault
    with opened.write() as session:
        used = codes_in_use(session, codes=[row.code for row in rows])
    faults += [BadRow(row.line, "the code is or was in use, or stands in the pool") for row in rows if row.code in used]
    return [row for row in rows if row.code not in used], sorted(faults, key=lambda fault: fault.line)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as broken:
        click.echo(f"{file.name} is not UTF-8 text (byte {broken.start}). Save it as CSV UTF-8 and try again.", err=True)
        raise SystemExit(1) from broken


def _say_faults(file: Path, faults: list[BadRow]) -> None:
    for fault in faults[:_MOST_FAULTS_SHOWN]:
        click.echo(f"{file.name} line {fault.line}: {fault.why}", err=True)
    if len(faults) > _MOST_FAULTS_SHOWN:
        click.echo(f"... and {len(faults) - _MOST_FAULTS_SHOWN} more.", err=True)


def _progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    yield from track(items, description=what, total=total, console=Console(stderr=True))

