"""`portal registry import | export | designate | synthesize`: the register's files."""

import json
from pathlib import Path
from random import SystemRandom

import click
from sqlalchemy.exc import IntegrityError

from portal.operator.bad_rows import BadRow, lines_of, say_bad_rows
from portal.operator.code_file import read_codes
from portal.operator.export_command import export
from portal.operator.first_pass import CODE_IN_USE
from portal.operator.import_command import import_residents
from portal.operator.opening import opened_registry
from portal.operator.retention_command import list_retention
from portal.operator.synthesize_command import synthesize
from portal.registry import Registry
from registry_core.codes import codes_in_use, designate_codes
from registry_core.values.actor import system_actor
from registry_core.values.errors import CodeInUse, InvalidText, TooLong
from registry_core.values.plain_text import plain_text
from registry_core.values.resident_record_code import ResidentRecordCode

_LONGEST_BATCH = 60
_CHANGED_MEANWHILE = "The register changed while the file was read. Nothing was written; try again."
as_json_option = click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")


@click.group()
def registry() -> None:
    """Load residents and designated codes into the register, and take residents out for an audit."""


for command in (export, import_residents, list_retention, synthesize):
    registry.add_command(command)


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
        bad += [BadRow(codes[code], CODE_IN_USE) for code in codes_in_use(session, codes=codes)]
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


def _say(sentence: str, figures: dict[str, int] | None) -> None:
    """The figures as one object where they were asked for, else the sentence, if there is one."""
    if figures is not None:
        click.echo(json.dumps(figures))
    elif sentence:
        click.echo(sentence)


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
