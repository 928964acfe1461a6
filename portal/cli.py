"""The command `portal`. Each command ends with 0 (done), 1 (a fault was found) or 2 (used wrongly)."""

import os

import click
from alembic.util import CommandError
from sqlalchemy.exc import OperationalError

from portal.config import ConfigError
from portal.i18n.cli import i18n
from portal.operator.backup_command import backup
from portal.operator.doctor.command import doctor
from portal.operator.keys_commands import keys
from portal.operator.ledger_commands import ledger, verify_ledger
from portal.operator.registry_commands import registry
from portal.operator.restore_command import restore
from portal.operator.serving import demo, serve, worker
from portal.operator.setting_up import set_up
from registry_core.storage.keys import KeysReplaced, KeysUnusable


class _Portal(click.Group):
    """Says in words what no command can help: a database that does not answer."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. A lost database ends it with 2 and one line, without statement and parameters."""
        try:
            return super().invoke(ctx)
        except OperationalError as lost:
            reason = " ".join(str(lost.orig).split())[:300]
            click.echo(f"The database of PORTAL_DATABASE_URL does not answer: {reason}", err=True)
            raise SystemExit(2) from lost
        except KeysReplaced as replaced:
            click.echo(
                "The keys were replaced meanwhile, so the last step was not written. Run the command again.", err=True
            )
            raise SystemExit(1) from replaced
        except CommandError as unknown:
            click.echo(f"The database's schema is not of this portal, or of a newer one: {unknown}", err=True)
            raise SystemExit(2) from unknown


@click.group(cls=_Portal)
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


for command in (backup, demo, doctor, i18n, keys, ledger, registry, restore, serve, verify_ledger, worker):
    main.add_command(command)
