"""`portal registry import | designate | synthesize`: the register's files. Nothing is written unless all of a file is good."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import SystemRandom
from typing import Protocol, TypeVar

import click
from rich.console import Console
from rich.progress import track
from sqlalchemy.exc import IntegrityError

from portal.operator.bad_rows import BadRow, lines_of, say_bad_rows
from portal.operator.code_file import read_codes
from portal.operator.opening import opened_registry
from portal.operator.resident_file import ResidentRow, RowFault, read_rows
from portal.operator.synthesis import SeedIsThere, new_synthetic_residents
from portal.registry import Registry
from registry_core.codes import codes_in_use, designate_codes
from registry_core.register import ResidentItems, card_numbers_in_use, enter_resident, returning_record
from registry_core.values.actor import system_actor
from registry_core.values.change_reason import ChangeReason
from registry_core.values.errors import CodeInUse, InvalidText, TooLong
from registry_core.values.plain_text import plain_text
from registry_core.values.resident_record_code import ResidentRecordCode

_LONGEST_BATCH = 60
_CODE_IN_USE = "the code is or was in use, or stands in the pool"
_CARD_IN_USE = "the card number stands in another record"
_CHANGED_MEANWHILE = "The register changed while the file was read. Nothing was written; try again."
T = TypeVar("T")
as_json_option = click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")


class _Person(Protocol):
    """Somebody to enter."""

    @property
    def items(self) -> ResidentItems: ...
    @property
    def code(self) -> ResidentRecordCode: ...
    @property
    def reason(self) -> ChangeReason: ...
    @property
    def on(self) -> date | None: ...


@click.group()
def registry() -> None:
    """Load residents and designated codes into the register."""


@registry.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Enter the good rows though others are bad.")
@as_json_option
def import_residents(file: Path, *, skip_bad: bool, as_json: bool) -> None:
    """Enter the residents of a CSV FILE (columns: docs/register-files.md). A first pass checks every row."""
    opened = opened_registry()
    rows, bad = _checked(opened, file)
    say_bad_rows(file, [BadRow(row.line, row.hint) for row in rows if row.hint], note="note: ")
    say_bad_rows(file, bad)
    if bad and not skip_bad:
        click.echo(f"Nothing was entered. Mend these {len(bad)} rows and try again, or use --skip-bad.", err=True)
        _say("", {"entered": 0, "bad": len(bad)} if as_json else None)
        raise SystemExit(1)
    _enter(opened, rows, f"Entering {len(rows)} residents")
    _say(f"{len(rows)} residents entered.", {"entered": len(rows), "bad": len(bad)} if as_json else None)
    raise SystemExit(1 if bad else 0)


@registry.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--batch", help="The name of the batch; the file's name when not given.")
@as_json_option
def designate(file: Path, *, batch: str | None, as_json: bool) -> None:
    """Load a batch of designated codes: one code a line (Act art. 30-2). The order of taking is shuffled once, now."""
    name = _batch_name(batch or file.stem[:_LONGEST_BATCH])
    opened = opened_registry()
    codes, bad = read_codes(lines_of(file))
    with opened.read() as session:
        bad += [BadRow(codes[code], _CODE_IN_USE) for code in codes_in_use(session, codes=codes)]
    say_bad_rows(file, bad)
    if bad:
        click.echo(f"Nothing was loaded. Ask the designating body about these {len(bad)} lines.", err=True)
        _say("", {"loaded": 0, "bad": len(bad)} if as_json else None)
        raise SystemExit(1)
    if not codes:
        click.echo(f"{file.name} holds no code. Nothing was loaded.", err=True)
        raise SystemExit(1)
    _load(opened, list(codes), name)
    _say(f"{len(codes)} codes loaded.", {"loaded": len(codes), "bad": 0} if as_json else None)


@registry.command()
@click.argument("number", type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@as_json_option
def synthesize(number: int, *, seed: int, as_json: bool) -> None:
    """Make NUMBER synthetic residents, in many scripts. Refused where PORTAL_ENV is not demo."""
    opened = opened_registry()
    if not opened.config.is_demo:
        click.echo("Synthetic residents belong into a demonstration: set PORTAL_ENV=demo.", err=True)
        raise SystemExit(2)
    try:
        with opened.read() as session:
            people = new_synthetic_residents(session, number, seed=seed)
    except SeedIsThere as there:
        click.echo(f"The residents of seed {seed} are there already. Choose another with --seed.", err=True)
        raise SystemExit(1) from there
    _enter(opened, people, f"Making {number} residents")
    _say(f"{number} synthetic residents made.", {"made": number, "seed": seed} if as_json else None)


def _say(sentence: str, figures: dict[str, int] | None) -> None:
    """The figures as one object where they were asked for, else the sentence, if there is one."""
    if figures is not None:
        click.echo(json.dumps(figures))
    elif sentence:
        click.echo(sentence)


def _enter(opened: Registry, people: Iterable[_Person], what: str) -> None:
    actor, at, today = system_actor(opened.config.municipality.code), opened.now(), opened.today()
    try:
        with opened.write() as session:
            for person in _progress(people, what):
                enter_resident(
                    session,
                    items=person.items,
                    code=person.code,
                    reason=person.reason,
                    on=person.on or today,
                    actor=actor,
                    at=at,
                )
    except (CodeInUse, IntegrityError) as taken:
        click.echo(_CHANGED_MEANWHILE, err=True)
        raise SystemExit(1) from taken


def _load(opened: Registry, codes: list[ResidentRecordCode], batch: str) -> None:
    actor = system_actor(opened.config.municipality.code)
    try:
        with opened.write() as session:
            designate_codes(session, codes=codes, batch=batch, actor=actor, at=opened.now(), rng=SystemRandom())
    except (CodeInUse, IntegrityError) as taken:
        click.echo(_CHANGED_MEANWHILE, err=True)
        raise SystemExit(1) from taken


def _batch_name(text: str) -> str:
    try:
        return plain_text(text, item="batch", limit=_LONGEST_BATCH)
    except (InvalidText, TooLong) as refused:
        raise click.BadParameter(f"--batch: plain text of {_LONGEST_BATCH} characters at most") from refused


def _checked(opened: Registry, file: Path) -> tuple[list[ResidentRow], list[BadRow]]:
    rows: list[ResidentRow] = []
    bad: list[BadRow] = []
    try:
        for row in _progress(read_rows(lines_of(file)), "Checking every row"):
            if isinstance(row, ResidentRow):
                rows.append(row)
            else:
                bad.append(row)
    except RowFault as fault:
        click.echo(str(fault), err=True)
        raise SystemExit(1) from fault
    with opened.read() as session:
        codes = codes_in_use(session, codes=[row.code for row in rows])
        cards = card_numbers_in_use(session, card_numbers=[row.items.card_number or "" for row in rows])
        city = opened.config.municipality.code
        known = [row for row in rows if row.code in codes]
        back = {r.line for r in known if returning_record(session, code=r.code, items=r.items, municipality_code=city)}
    new = [row for row in rows if row.line not in back]
    bad += [BadRow(row.line, _CODE_IN_USE) for row in new if row.code in codes]
    bad += [BadRow(row.line, _CARD_IN_USE) for row in new if row.items.card_number in cards and row.code not in codes]
    refused = {row.line for row in bad}
    return [row for row in rows if row.line not in refused], bad


def _progress(items: Iterable[T], what: str) -> Iterator[T]:
    yield from track(items, description=what, console=Console(stderr=True))
