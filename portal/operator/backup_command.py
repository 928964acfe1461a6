"""`portal backup FILE`: the whole register at one moment, while it is served, sealed with its own keys."""

import json
from pathlib import Path

import click

from portal.operator.opening import opened_registry
from portal.operator.private_file import private_file
from portal.operator.progress import telling
from portal.registry import Registry
from portal.tables import TRANSIENT
from registry_core.remaking import BackupMade, back_up, record_backup
from registry_core.values.actor import system_actor


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def backup(file: Path, *, as_json: bool) -> None:
    """Write the whole register to FILE, encrypted, while it is served. Sign-ins of the moment are left out.

    It opens with the keys of PORTAL_DATA_KEYS_FILE only: keep a copy of that file too, and not beside the backup.
    """
    opened = opened_registry()
    try:
        with private_file(file) as target, telling("Reading the register") as progress:
            made = back_up(
                opened.engine,
                opened.keyring,
                target,
                municipality_code=opened.config.municipality.code,
                leave_out=TRANSIENT,
                at=opened.now(),
                progress=progress,
            )
    except FileExistsError as there:
        click.echo(f"{file} is there already, and is left alone. Choose another name.", err=True)
        raise SystemExit(2) from there
    except OSError as failed:
        click.echo(f"No backup was made: {failed.strerror}. Look at the disk of {file.resolve().parent}.", err=True)
        raise SystemExit(2) from failed
    actor = system_actor(opened.config.municipality.code)
    with opened.write() as session:
        record_backup(session, made=made, actor=actor, at=opened.now())
    _say(opened, file, made, as_json=as_json)


def _say(opened: Registry, file: Path, made: BackupMade, *, as_json: bool) -> None:
    rows = sum(made.rows.values())
    if as_json:
        header = made.header
        figures = {
            "file": str(file),
            "made_at": header.made_at.isoformat(),
            "rows": rows,
            "bytes": made.size,
            "ledger_sequence": header.ledger_sequence,
            "pool_position": header.pool_position,
        }
        click.echo(json.dumps(figures))
        return
    click.echo(f"{file}: {rows:,} rows, {made.size:,} bytes, of {made.header.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    click.echo(
        f"It opens with the keys in {opened.config.data_keys_file} only. Keep it on another machine, away from those keys,"
    )
    click.echo(f"and try it there: portal restore --check {file.name}")
