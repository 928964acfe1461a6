"""`portal restore FILE`: a backup into an empty database; what was lost is told, codes in doubt are burned.

`--check` reads a backup to its end and writes nothing. `--declare` is for a database that something else has put back.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import psycopg
from sqlalchemy import delete
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.auth.pins import end_pins
from portal.operator.backup_words import words_for
from portal.operator.opening import configuration, opened_registry
from portal.operator.progress import telling
from portal.operator.restored_words import say_checked, say_restored
from portal.registry import Registry, open_registry
from portal.tables import TRANSIENT, metadata
from registry_core.remaking import (
    MARGIN,
    BackupFaulty,
    DatabaseNotEmpty,
    HeldCheckpoints,
    KnownHead,
    OtherHistory,
    Restored,
    check_backup,
    declare_restored,
    known_heads,
    last_moment,
)
from registry_core.remaking import restore as restore_into
from registry_core.storage.keys import Keyring, KeysUnusable, read_keyring
from registry_core.storage.sealed_file import SealedFileFaulty
from registry_core.values.actor import system_actor

_NOTHING_KNOWN: Final = """Nobody said how far codes were given out before the register was lost. One of these is needed:
  --checkpoint FILE      the checkpoints that were kept outside (the best: it also tells what is lost); may be repeated
  --known-position N     the pool's last position that anybody knows
  --margin N             when nothing was kept: a number larger than all codes given out since the backup, for certain
Nothing was written."""
_DOUBTFUL: Final = """{number} checkpoints, to that of entry {last:,}, tell of later moments than all others or of more
codes given out; none of the keys in {keys} signed them. Nobody may get those codes again.
  Were the keys replaced after the backup? Name the newest key file too: --newer-keys FILE.
  Did somebody else write these lines? Leave the file out, and say --known-position as far as you know it.
Nothing was written."""
_existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known from outside. `margin`: codes to burn beyond it."""

    heads: Sequence[KnownHead]
    position: int
    margin: int


@click.command()
@click.argument("file", required=False, type=_existing_file)
@click.option("--check", is_flag=True, help="Read the backup to its end, say whether it is whole; write nothing.")
@click.option(
    "--declare", is_flag=True, help="No FILE: something else (recovery, pg_restore, a copy) put the database back."
)
@click.option("--checkpoint", "checkpoints", type=_existing_file, multiple=True, help="A holder's file of checkpoints.")
@click.option(
    "--newer-keys",
    type=_existing_file,
    help="The newest key file, when the keys were replaced after the backup: it signed the checkpoints since.",
)
@click.option("--known-position", type=click.IntRange(0), help="The last position of the pool that anybody knows of.")
@click.option(
    "--margin",
    type=click.IntRange(0),
    help=f"How many codes to burn beyond what is known; {MARGIN:,} unless told: as many entries lie between two checkpoints.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def restore(
    file: Path | None,
    *,
    check: bool,
    declare: bool,
    checkpoints: tuple[Path, ...],
    newer_keys: Path | None,
    known_position: int | None,
    margin: int | None,
    as_json: bool,
) -> None:
    """Restore a backup FILE into the EMPTY database of PORTAL_DATABASE_URL. Stop the service first.

    Codes given out after the backup are not in it and would be given twice: all up to the last known position and a margin
    are burned. Says what is lost. Nothing is written unless all of the backup is whole.
    """
    if (file is None) != declare or (declare and check):
        raise click.UsageError("Give the FILE of a backup, or --declare when the database was put back already.")
    opened = opened_registry(behind=True) if declare else _opened_anew()
    if file is not None:
        _check(opened, file, then_end=check, as_json=as_json)
    newer = _newer_ring(opened, newer_keys) if newer_keys else None
    known = _known(_held(opened, checkpoints, newer), known_position, margin)
    try:
        restored = _declare(opened, known) if file is None else _restore(opened, file, known)
    except OtherHistory as other:
        click.echo(
            f"Checkpoint {other.sequence} was signed over another ledger than the one restored here: the backup is not of this"
            " register, or its ledger was altered before it was made. Take another backup, and tell whoever is responsible"
            " for the register. Nothing was written.",
            err=True,
        )
        raise SystemExit(1) from other
    are_old = newer is not None or opened.keyring.next_signer is not None
    say_restored(restored, has_checkpoint=bool(known.heads), keys_are_old=are_old, as_json=as_json)


def _opened_anew() -> Registry:
    """The register, whatever stands in its database."""
    config = configuration()
    database = make_url(config.database_url)
    if database.get_backend_name() == "sqlite" and database.database:
        Path(database.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = open_registry(config)
    except KeysUnusable as unusable:
        click.echo(str(unusable), err=True)
        raise SystemExit(2) from unusable
    click.get_current_context().call_on_close(opened.engine.dispose)
    return opened


def _check(opened: Registry, file: Path, *, then_end: bool, as_json: bool) -> None:
    """Read it all. A faulty one is told, and the command ends with 1."""
    try:
        with file.open("rb") as source, telling("Checking the backup") as progress:
            found = check_backup(
                source, opened.keyring, municipality_code=opened.config.municipality.code, progress=progress
            )
    except (SealedFileFaulty, BackupFaulty) as faulty:
        click.echo(words_for(file, opened.config.data_keys_file, faulty), err=True)
        raise SystemExit(1) from faulty
    if then_end:
        say_checked(file, found, as_json=as_json)
        raise SystemExit(0)


def _newer_ring(opened: Registry, file: Path) -> Keyring:
    """The keys of a later file of the same register; of another one, the command ends with 2."""
    try:
        newer = read_keyring(file)
    except KeysUnusable as unusable:
        click.echo(str(unusable), err=True)
        raise SystemExit(2) from unusable
    if not newer.goes_on_from(opened.keyring):
        click.echo(
            f"{file} is no later file of the same register as {opened.config.data_keys_file}: it is an older one, or other"
            " keys signed its first checkpoints. Nothing was written.",
            err=True,
        )
        raise SystemExit(2)
    return newer


def _held(opened: Registry, files: tuple[Path, ...], newer: Keyring | None) -> HeldCheckpoints:
    """What holders' files say; where we cannot believe what matters, the command ends with 2."""
    rings = [opened.keyring] if newer is None else [opened.keyring, newer]
    held = HeldCheckpoints()
    for file in files:
        found = known_heads(file.read_bytes().splitlines(), *rings)
        held += found
        if found.others:
            lines = ", ".join(str(line) for line in found.others[:10])
            click.echo(f"{file}: {len(found.others)} lines are no checkpoint (line {lines}).", err=True)
    if doubtful := held.doubtful:
        last = max(head.sequence for head in doubtful)
        click.echo(_DOUBTFUL.format(number=len(doubtful), last=last, keys=opened.config.data_keys_file), err=True)
        raise SystemExit(2)
    if held.unbelieved:
        click.echo(
            f"{len(held.unbelieved)} checkpoints are not signed with our keys and left out; later ones are.", err=True
        )
    return held


def _known(held: HeldCheckpoints, position: int | None, margin: int | None) -> _Known:
    """What is known from outside; when it is nothing at all, the command ends with 2."""
    if not held.believed and position is None and margin is None:
        click.echo(_NOTHING_KNOWN, err=True)
        raise SystemExit(2)
    return _Known(held.believed, position or 0, MARGIN if margin is None else margin)


def _restore(opened: Registry, file: Path, known: _Known) -> Restored:
    try:
        with file.open("rb") as source, telling("Restoring") as progress:
            return restore_into(
                opened.engine,
                opened.keyring,
                source,
                known=known.heads,
                known_position=known.position,
                margin=known.margin,
                actor=system_actor(opened.config.municipality.code),
                at=opened.now(),
                closing=_closing(opened),
                progress=progress,
            )
    except DatabaseNotEmpty as full:
        click.echo(
            f"The database of PORTAL_DATABASE_URL is not empty: there are rows in {full.table}. Keep it as it is, it may"
            " hold what the backup lacks. Make an empty one, name it in PORTAL_DATABASE_URL, try again. Nothing was written.",
            err=True,
        )
        raise SystemExit(2) from full
    except (DBAPIError, sqlite3.Error, psycopg.Error, OSError) as failed:
        reason = " ".join(str(getattr(failed, "orig", failed)).split())[:300]
        click.echo(
            f"The database did not take the backup: {reason}. Nothing was written. Is the service stopped, is there room?",
            err=True,
        )
        raise SystemExit(2) from failed


def _declare(opened: Registry, known: _Known) -> Restored:
    with opened.write() as session:
        _closing(opened)(session)
        return declare_restored(
            session,
            as_of=last_moment(session) or opened.now(),
            known=known.heads,
            known_position=known.position,
            margin=known.margin,
            actor=system_actor(opened.config.municipality.code),
            at=opened.now(),
        )


def _closing(opened: Registry) -> Callable[[Session], None]:
    """What must not live again: sign-ins, kept forms, counted tries, one-time PINs that may have been used since."""

    def close(session: Session) -> None:
        for name in TRANSIENT:
            session.execute(delete(metadata.tables[name]))
        end_pins(session, at=opened.now())

    return close
