"""`portal verify-ledger`: walks the chain, checks every checkpoint, says what is unproved."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.progress import Progress

from portal.operator.opening import opened_registry
from registry_core.ledger import LedgerVerdict
from registry_core.ledger import verify_ledger as walk

_DIGEST_BYTES = 32


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
