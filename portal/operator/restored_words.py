"""What a restore tells: how old the register is now, what is lost, what has to be done again."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from registry_core.register.code_assignment import JAPAN
from registry_core.remaking import BackupSummary, Restored


def say_checked(file: Path, found: BackupSummary, *, as_json: bool) -> None:
    """A backup that is whole."""
    rows = sum(found.rows.values())
    if as_json:
        header = asdict(found.header) | {"made_at": found.header.made_at.isoformat()}
        click.echo(json.dumps(header | {"whole": True, "rows": rows, "tables": found.rows}))
        return
    residents = found.rows.get("resident_record", 0)
    click.echo(f"{file} is whole: {residents:,} records, {rows:,} rows, of {_moment(found.header.made_at)}.")


def say_restored(restored: Restored, *, has_checkpoint: bool, keys_are_old: bool, as_json: bool) -> None:
    """The report of a restore. `keys_are_old`: they had been replaced after the moment that came back."""
    if as_json:
        moments = {name: moment.isoformat() if moment else None for name, moment in _moments(restored).items()}
        click.echo(json.dumps(asdict(restored) | moments | {"keys_are_old": keys_are_old}))
        return
    click.echo(
        f"Restored: the register as it was at {_moment(restored.as_of)}, its ledger to entry {restored.sequence:,}."
    )
    click.echo(f"LOST: {_lost(restored, has_checkpoint=has_checkpoint)}")
    click.echo(
        "  What these recorded has to be done again: requests, approvals, slips, corrections, people entered. Ask the"
        " counter, and look through the slips that were printed since. A code on a slip that this register does not know"
        " is burned, and nobody will get it."
    )
    click.echo(
        f"BURNED: {restored.burned:,} codes, up to position {restored.burned_up_to:,} of the pool."
        f" {restored.pool_left:,} are left."
    )
    click.echo(f"  {_batches(restored)}")
    click.echo("ENDED: all sign-ins, half-filled forms, one-time PINs. People sign in again; PINs are issued again.")
    click.echo(
        f"AGAIN: {restored.waiting:,} messages, slips and notices to the network that waited then may have left since. They leave"
        " once more, which is harmless."
    )
    if keys_are_old:
        click.echo(
            "KEYS: those of before their replacement are in use again. Run `portal keys rotate` before anything else, put a"
            " copy of the key file into the safe, and give auditors `portal ledger public-keys` anew."
        )
    click.echo(
        "NEXT: portal verify-ledger; portal doctor; start the service and the worker; make a backup. Records that were lost and"
        " made again are announced in public, and open to those concerned for 15 days (Cabinet Order art. 16)."
    )


def _lost(restored: Restored, *, has_checkpoint: bool) -> str:
    after = f"whatever was written after {_moment(restored.known_at or restored.as_of)}, which nobody here knows of."
    if not has_checkpoint or restored.lost_entries is None:
        return f"{after} No checkpoint was given, so how much that is cannot be told."
    if restored.lost_entries == 0:
        return f"nothing up to the last checkpoint ({_moment(restored.known_at or restored.as_of)}); {after}"
    span = f"between {_moment(restored.as_of)} and {_moment(restored.known_at or restored.as_of)}"
    return f"{restored.lost_entries:,} entries of the ledger, written {span}, the last checkpoint known; and {after}"


def _batches(restored: Restored) -> str:
    if restored.later_batches_untouched:
        return (
            "Files of codes that were designated after the backup can be loaded again: none of them was given out yet."
        )
    return (
        "Files of codes that were designated after the backup MUST NOT be loaded again: codes from them may have been given out."
        " Ask the designating body for new ones."
    )


def _moments(restored: Restored) -> dict[str, datetime | None]:
    return {"as_of": restored.as_of, "known_at": restored.known_at}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S} (Japan)"
