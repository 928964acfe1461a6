"""The command `portal`. Each command ends with 0 (done), 1 (a fault was found) or 2 (used wrongly)."""

import os

import click

from portal.config import ConfigError
from portal.i18n.cli import i18n
from portal.operator.ledger_commands import verify_ledger
from portal.operator.registry_commands import registry
from portal.operator.serving import demo, serve, worker
from portal.operator.setting_up import set_up
from registry_core.storage.keys import KeysUnusable


@click.group()
def main() -> None:
    """The resident portal: Juki Net and the resident record, in the resident's language."""


@main.command()
def init() -> None:
    """Make the keys that are missing and bring the schema up to date. Again is harmless."""
    try:
        set_up(os.environ)
    except (ConfigError, KeysUnusable) as refused:
        click.echo(str(refused), err=True)
        raise SystemExit(2) from refused


for command in (demo, i18n, registry, serve, verify_ledger, worker):
    main.add_command(command)
