"""Opening the register for a command: what is wrong is said in words, and the command ends with 2."""

import os
from pathlib import Path

import click

from portal.config import Config, ConfigError
from portal.registry import KeysBehind, Registry, guard_keys_open, open_registry
from registry_core.storage import migrate
from registry_core.storage.keys import KeysUnusable


def configuration() -> Config:
    """The configuration of the environment; else its faults are printed and the command ends with 2."""
    try:
        return Config.from_environment(os.environ)
    except ConfigError as incomplete:
        click.echo(str(incomplete), err=True)
        raise SystemExit(2) from incomplete


def configuration_or_faults() -> Config | list[str]:
    """The configuration of the environment, or each of its faults in a sentence."""
    try:
        return Config.from_environment(os.environ)
    except ConfigError as incomplete:
        return [line.removeprefix("  - ") for line in str(incomplete).splitlines()[1:]]


def secret_key_file() -> Path:
    """Where the key of the forms is. The configuration is complete: it has been read."""
    return Path(os.environ["PORTAL_SECRET_KEY_FILE"])


def opened_registry(*, behind: bool = False) -> Registry:
    """The register at this code's schema revision, closed when the command ends; else the command ends with 2.

    `behind`: also with a key file that has to be brought up to the register first (KeysBehind).
    """
    try:
        opened = open_registry(configuration())
    except KeysUnusable as unusable:
        click.echo(str(unusable), err=True)
        raise SystemExit(2) from unusable
    click.get_current_context().call_on_close(opened.engine.dispose)
    found, needed = migrate.current_revision(opened.engine), migrate.head_revision()
    if found != needed:
        click.echo(
            f"The database is at schema revision {found or 'none'}, this needs {needed}. Run `portal init`.", err=True
        )
        raise SystemExit(2)
    try:
        guard_keys_open(opened.engine, opened.keyring, opened.config.data_keys_file)
    except KeysUnusable as unusable:
        if not (behind and isinstance(unusable, KeysBehind)):
            click.echo(str(unusable), err=True)
            raise SystemExit(2) from unusable
    return opened
