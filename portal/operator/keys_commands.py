"""`portal keys status | rotate`: which keys there are, and new ones in their place while the register serves."""

import json
from types import TracebackType
from typing import Any, Self

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, TaskID
from rich.progress import Progress as Bar

from portal.operator.key_rotation import Rotation, RotationRuns, RotationStuck
from portal.operator.opening import opened_registry
from portal.registry import Registry
from portal.tables import metadata
from registry_core.storage.key_set import KeySet, RotationStep, read_key_set
from registry_core.storage.rotation import rows_by_key, sealed_columns

_NEXT = {
    None: "No replacement of the keys is under way.",
    RotationStep.KNOWN: "New keys are in the file and not used yet. Run `portal keys rotate` to go on.",
    RotationStep.SEALING: "The new keys seal; old rows wait to be sealed anew. Run `portal keys rotate` to go on.",
    RotationStep.INDEXING: "All is sealed anew; codes wait to be indexed anew. Run `portal keys rotate` to go on.",
    RotationStep.CLEARING: "The old keys are gone; what is left of them is cleared. Run `portal keys rotate` to go on.",
}


@click.group()
def keys() -> None:
    """The data keys: they open the codes and sign the ledger."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status(*, as_json: bool) -> None:
    """Tell the keys by name, what each has sealed, and whether a replacement is under way. No key is shown.

    Ends with 1 when something is sealed with a key that is not in the file.
    """
    opened = opened_registry(behind=True)
    told = _status(opened, read_key_set(opened.config.data_keys_file))
    if as_json:
        click.echo(json.dumps(told))
    else:
        _say(told)
    raise SystemExit(1 if told["lost"] else 0)


@keys.command()
@click.option("--yes", is_flag=True, help="Do not ask whether the copy for the safe was made.")
@click.option(
    "--other-machines", is_flag=True, help="Other machines hold copies of the key file: ask after each change."
)
def rotate(*, yes: bool, other_machines: bool) -> None:
    """Put new keys in the place of all data keys, while the register serves. Stopped or killed, it goes on when run again."""
    opened = opened_registry(behind=True)
    path = opened.config.data_keys_file

    def copied(keys: KeySet) -> bool:
        if other_machines and not click.confirm(f"{path} has changed. Is it on every other machine?", err=True):
            return False
        if keys.step is not RotationStep.KNOWN or yes:
            return True
        click.echo(f"New keys are in {path}, not used yet. From the next step on the register needs them.", err=True)
        return click.confirm("Is a copy of the file in its safe?", err=True)

    try:
        with _Bars() as bars:
            is_done = Rotation(opened, bars, copied).run()
    except RotationRuns as runs:
        click.echo("Another `portal keys rotate` is running. Let it end.", err=True)
        raise SystemExit(2) from runs
    except RotationStuck as stuck:
        click.echo(str(stuck), err=True)
        raise SystemExit(1) from stuck
    except OSError as refused:
        click.echo(
            f"{path} cannot be written: {refused.strerror}. Run this as the file's owner; then it goes on.", err=True
        )
        raise SystemExit(2) from refused
    if not is_done:
        click.echo("Stopped, and nothing is lost: everything opens. Run `portal keys rotate` to go on.")
        return
    click.echo(f"The keys are new. Put a copy of {path} into its safe.")
    click.echo("Keep the copy of before as long as there are backups from before: they open with it alone.")


def _status(opened: Registry, found: KeySet) -> dict[str, Any]:
    names = list(found.sealing.keys)
    with opened.read() as session:
        rows = {str(column): rows_by_key(session, column=column, names=names) for column in sealed_columns(metadata)}
    return {
        "generation": found.generation,
        "step": found.step,
        "sealing": {"active": found.sealing.active, "names": names},
        "index": {"active": found.index.active, "names": list(found.index.keys)},
        "signers": [{"first": signer.first, "public": signer.public.hex()} for signer in found.signers],
        "rows": {column: {name: number for name, number in each.items() if name} for column, each in rows.items()},
        "lost": sum(each[""] for each in rows.values()),
    }


def _say(told: dict[str, Any]) -> None:
    for use in ("sealing", "index"):
        click.echo(f"{use}: {told[use]['active']} is used; in the file: {', '.join(told[use]['names'])}")
    for signer in told["signers"]:
        click.echo(f"checkpoints from {signer['first']} on are signed with {signer['public']}")
    for column, rows in told["rows"].items():
        click.echo(f"{column}: " + ", ".join(f"{number} with {name}" for name, number in rows.items()))
    click.echo(_NEXT[told["step"]])
    if told["lost"]:
        click.echo(
            f"{told['lost']} values are sealed with keys that are not in this file. Restore the newest copy.", err=True
        )


class _Bars:
    """A bar for each table, on the error output."""

    def __init__(self) -> None:
        self.bar = Bar(*Bar.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True))
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.bar.stop()

    def begin(self, what: str, total: int) -> None:
        """Start the next bar."""
        self.bar.start()
        self.task = self.bar.add_task(what, total=total)

    def advance(self, rows: int) -> None:
        """So many rows more."""
        if self.task is not None:
            self.bar.advance(self.task, rows)
