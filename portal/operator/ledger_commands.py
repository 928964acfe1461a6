"""`portal verify-ledger`: walks the chain, checks every checkpoint, says what is unproved.

`portal ledger`: what somebody outside needs to do the same.
"""

import json
import os
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from portal.checkpoint_holders import label
from portal.operator.opening import opened_registry
from portal.registry import Registry
from registry_core.ledger import (
    HolderState,
    LedgerVerdict,
    checkpoints_after,
    export_ledger,
    holder_states,
    public_keys,
    record_entry,
)
from registry_core.ledger import verify_ledger as walk
from registry_core.register.code_assignment import JAPAN
from registry_core.values.actor import system_actor
from registry_core.values.legal_purpose import LegalPurpose

_DIGEST_BYTES = 32
_LINES_AT_ONCE = 5000
_CHECKPOINTS_AT_ONCE = 100


@click.group()
def ledger() -> None:
    """The ledger for somebody outside, who proves it with docs/verify_ledger.py."""


@ledger.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write every entry, seal and checkpoint into a new FILE, as JSON Lines.

    It tells who looked at whom: keep it as you keep the register.
    """
    opened = opened_registry()
    _enter_export(opened)
    try:
        rows = _write_export(opened, file)
    except FileExistsError as there:
        click.echo(f"{file} is there already. Name a new file.", err=True)
        raise SystemExit(2) from there
    except OSError as failed:
        file.unlink(missing_ok=True)
        click.echo(f"{file} cannot be written: {failed.strerror}. Nothing is left of it.", err=True)
        raise SystemExit(2) from failed
    click.echo(f"{rows} sealed entries written to {file}.")


@ledger.command("public-keys")
def say_public_keys() -> None:
    """Print the public keys of the checkpoints, one a line: auditors keep them from the beginning."""
    with opened_registry().read() as session:
        click.echo(b"".join(public_keys(session)), nl=False)


@ledger.command()
@click.option("--after", default=0, help="Only those after the checkpoint of this number.")
def checkpoints(after: int) -> None:
    """Print the checkpoints, one a line, to be kept outside by hand; the worker sends them to holders by itself."""
    with opened_registry().read() as session:
        while lines := checkpoints_after(session, sequence=after, limit=_CHECKPOINTS_AT_ONCE):
            click.echo(b"".join(line for _, line in lines), nl=False)
            after = lines[-1][0]


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def holders(*, as_json: bool) -> None:
    """Say how far each of PORTAL_CHECKPOINT_HOLDERS has come. Ends with 1 when there is none, or one is ten minutes late."""
    opened = opened_registry()
    with opened.read() as session:
        states = holder_states(session, addresses=opened.config.checkpoint_holders, at=opened.now())
    for state in states:
        click.echo(_holder_json(state) if as_json else _holder_sentence(state))
    if not states:
        click.echo(
            "Nobody outside holds checkpoints: whoever can write the database could rewrite the ledger.", err=True
        )
        click.echo("Set PORTAL_CHECKPOINT_HOLDERS (docs/deploy.md, 7).", err=True)
    raise SystemExit(1 if not states or any(state.is_late for state in states) else 0)


def _holder_json(state: HolderState) -> str:
    since = state.failing_since.isoformat() if state.failing_since else None
    return json.dumps(asdict(state) | {"address": label(state.address), "failing_since": since})


def _holder_sentence(state: HolderState) -> str:
    if state.failing_since:
        since = state.failing_since.astimezone(JAPAN)
        return f"{label(state.address)}: {state.missing} missing, failing since {since:%Y-%m-%d %H:%M} ({state.last_error})."
    late = " It is late: does the worker run?" if state.is_late else ""
    return f"{label(state.address)}: has all to row {state.sequence}, {state.missing} missing.{late}"


def _enter_export(opened: Registry) -> None:
    with opened.write() as session:
        actor = system_actor(opened.config.municipality.code)
        record_entry(session, action="ledger.exported", actor=actor, at=opened.now(), purpose=LegalPurpose.AUDIT)


def _write_export(opened: Registry, file: Path) -> int:
    """How many sealed entries were written. Raises OSError."""
    with (
        os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        Progress(console=Console(stderr=True), transient=True) as bar,
        opened.read() as session,
    ):
        lines = export_ledger(session, at=opened.now())
        first = next(lines)
        rows = int(json.loads(first)["rows"])
        task = bar.add_task("Writing the ledger", total=rows)
        out.write(first)
        while part := list(islice(lines, _LINES_AT_ONCE)):
            out.write(b"".join(part))
            bar.advance(task, len(part))
        out.flush()
        os.fsync(out.fileno())
    return rows


@click.command("verify-ledger")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--known-head", help="SEQUENCE:HEX of a checkpoint kept outside: shows a ledger cut or put back.")
def verify_ledger(*, as_json: bool, known_head: str | None) -> None:
    """Prove the ledger: no entry altered, removed or put in between. Ends with 1 when a fault is found."""
    opened = opened_registry()
    with Progress(console=Console(stderr=True), transient=True) as bar, opened.read() as session:
        task = bar.add_task("Walking the ledger", total=None)
        verdict = walk(session, known_head=_head(known_head), progress=lambda count: bar.advance(task, count))
    _say(verdict, as_json=as_json)
    raise SystemExit(0 if verdict.is_intact else 1)


def _head(text: str | None) -> tuple[int, bytes] | None:
    if text is None:
        return None
    sequence, _, written = text.partition(":")
    try:
        number, digest = int(sequence), bytes.fromhex(written.replace(":", ""))
    except ValueError:
        number, digest = 0, b""
    if number < 1 or len(digest) != _DIGEST_BYTES:
        raise click.BadParameter("give it as SEQUENCE:HEX, as the worker's log has it")
    return number, digest


def _say(verdict: LedgerVerdict, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(verdict) | {"intact": verdict.is_intact}))
        return
    click.echo(f"{verdict.sealed} entries sealed, {verdict.unsealed} waiting, {verdict.checkpoints} checkpoints.")
    click.echo(f"{verdict.unproved} entries follow the last checkpoint: they are unproved.")
    for kind, where in verdict.faults:
        click.echo(f"FAULT {kind}: {where}", err=True)
    click.echo(
        "The ledger is intact." if verdict.is_intact else "The ledger is NOT intact: stop, and keep a copy as it is."
    )
