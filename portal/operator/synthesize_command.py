"""`portal registry synthesize N`: invented people for a demonstration, by the same way as a file of residents."""

import json

import click

from portal.operator.batches import BatchRefused, enter_in_batches
from portal.operator.opening import opened_registry
from portal.operator.progress import progress
from portal.operator.synthesis import SeedIsThere, desk_of_people, fitting_residents, guard_seed_is_new
from portal.pace import pace_for
from portal.registry import Registry
from portal.search_runs import WORTH_JOINING, RunDesk, joined_search_runs
from registry_core.register import (
    ImportOutcome,
    ImportView,
    begin_import,
    end_import,
    unfinished_import,
)
from registry_core.values.actor import system_actor
from registry_core.values.errors import ImportMovedOn, ImportUnfinished

_MOST = 5_000_000
_OTHER_UNFINISHED = "The import of a file of residents is under way or broke off. Finish it or give it up first."


@click.command()
@click.argument("number", type=click.IntRange(1, _MOST))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def synthesize(number: int, *, seed: int, as_json: bool) -> None:
    """Make NUMBER synthetic residents, in many scripts. Refused where PORTAL_ENV is not demo.

    A run that broke off goes on when the command is given again.
    """
    opened = opened_registry()
    if not opened.config.is_demo:
        click.echo("Synthetic residents belong into a demonstration: set PORTAL_ENV=demo.", err=True)
        raise SystemExit(2)
    try:
        run = _run(opened, number, seed)
        _enter(opened, run, number, seed)
    except SeedIsThere as there:
        click.echo(f"The residents of seed {seed} are there already. Choose another with --seed.", err=True)
        raise SystemExit(1) from there
    except (BatchRefused, ImportMovedOn, ImportUnfinished) as other:
        click.echo(_OTHER_UNFINISHED, err=True)
        raise SystemExit(1) from other
    click.echo(json.dumps({"made": number, "seed": seed}) if as_json else f"{number} synthetic residents made.")


def _run(opened: Registry, number: int, seed: int) -> ImportView:
    """The run that broke off, or a new one. Raises SeedIsThere, ImportUnfinished."""
    actor = system_actor(opened.config.municipality.code)
    source = f"{number} synthetic residents of seed {seed}"
    with opened.write() as session:
        unfinished = unfinished_import(session, municipality_code=actor.municipality)
        if unfinished and unfinished.source == source:
            return unfinished
        guard_seed_is_new(session, seed=seed)
        return begin_import(session, source=source, actor=actor, at=opened.now())


def _enter(opened: Registry, run: ImportView, number: int, seed: int) -> None:
    after = through = run.through_line
    batches = enter_in_batches(
        desk_of_people(opened.engine, opened.keyring, municipality_code=opened.config.municipality.code),
        fitting_residents(opened.read, number, seed=seed, on=opened.today(), after=after),
        now=opened.now,
        pace=pace_for(opened.engine),
        run=run.id,
        after=after,
    )
    with progress(f"Making {number} residents", number) as tell:
        for batch in batches:
            through = batch.through
            tell(through, through - after)
        if number >= WORTH_JOINING:
            for _ in joined_search_runs(RunDesk(opened.engine, opened.keyring)):
                tell(through, through - after)
    with opened.write() as session:
        end_import(session, import_id=run.id, outcome=ImportOutcome.FINISHED, at=opened.now())
