"""The command: every check in turn, one that breaks keeps none of the others from its turn."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import Final

import click
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Config
from portal.operator.doctor import database, files, ledger, services
from portal.operator.doctor.finding import Examination, Finding, State, fault, well
from portal.operator.opening import configuration_or_faults, secret_key_file
from portal.registry import Registry, open_registry
from registry_core.storage import migrate
from registry_core.storage.keys import KeysUnusable

#: In the order they are told. Those of the register are made only where it opens.
_OF_THE_SETTINGS: Final[dict[str, Callable[[Config], Iterator[Finding]]]] = {
    "keys": lambda config: files.key_files(config, secret_key_file()),
    "disk": files.room,
    "languages": services.languages,
    "mail": services.mail_server,
    "sign-in": services.providers,
}
_OF_THE_REGISTER: Final[dict[str, Examination]] = {
    "keys-fit": files.keys_of_the_register,
    "database": database.integrity,
    "ledger-guards": database.guards,
    "codes": database.rules,
    "clock": ledger.clock,
    "worker": ledger.worker,
    "holders": ledger.holders,
    "backup": ledger.backup,
    "pool": services.pool,
    "outbox": services.outbox,
}
_MARKS: Final = {State.OK: "ok", State.WARNING: "WARNING", State.FAULT: "FAULT"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def doctor(*, as_json: bool) -> None:
    """Look at everything, say what is wrong and what to do. Changes nothing. Ends with 1 when a fault was found.

    A fault cannot wait; a warning can wait for the morning.
    """
    with Console(stderr=True).status("Looking ..."):
        findings = list(_findings())
    faults, warnings = (sum(each.state is state for each in findings) for state in (State.FAULT, State.WARNING))
    if as_json:
        told = {"faults": faults, "warnings": warnings, "checks": [asdict(each) for each in findings]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for each in findings:
            click.echo(f"{_MARKS[each.state]:<8} {each.check:<17} {each.words}")
            if each.todo:
                click.echo(f"{'':<26} -> {each.todo}")
        click.echo(f"{faults} faults, {warnings} warnings." if faults or warnings else "All is well.")
    raise SystemExit(1 if faults else 0)


def _findings() -> Iterator[Finding]:
    config = configuration_or_faults()
    if not isinstance(config, Config):
        for sentence in config:
            yield fault("settings", sentence, "Set it in the service's environment: docs/deploy.md, 3.")
        return
    yield well("settings", f"Complete, for {config.municipality.name_en} ({config.env}).")
    for name, look in _OF_THE_SETTINGS.items():
        yield from _guarded(name, partial(look, config))
    try:
        opened = open_registry(config)
    except KeysUnusable as unusable:
        yield fault("keys-fit", str(unusable), "Nothing of the register can be looked at before that.")
        return
    try:
        yield from _of_the_register(opened)
    finally:
        opened.engine.dispose()


def _of_the_register(opened: Registry) -> Iterator[Finding]:
    try:
        revision = migrate.current_revision(opened.engine)
    except SQLAlchemyError as lost:
        reason = " ".join(str(getattr(lost, "orig", lost)).split())[:200]
        yield fault(
            "database",
            f"The database of PORTAL_DATABASE_URL does not answer: {reason}",
            "Start it, or make room on its disk; the portal needs no restart when it is back.",
        )
        return
    yield from _guarded("schema", partial(database.schema, opened))
    if revision == migrate.head_revision():  # else the rest speaks of tables that may not be there
        for name, look in _OF_THE_REGISTER.items():
            yield from _guarded(name, partial(look, opened))


def _guarded(name: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What it finds; when it breaks, that."""
    try:
        return list(look())
    except Exception as broken:  # noqa: BLE001 -- whatever is wrong here is what the doctor is asked about
        words = f"This could not be looked at: {type(broken).__name__}."
        return [fault(name, words, "Mend the other faults first, then try again.")]
