"""`portal init`: keys that are not there yet, and the schema at this code's revision."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from portal.config import ConfigError
from registry_core.storage import migrate
from registry_core.storage.engine import open_engine
from registry_core.storage.keys import new_keyring_file, read_keyring

_SECRET_BYTES = 48


def set_up(environ: Mapping[str, str]) -> None:
    """Make what is missing, upgrade the schema, say what was done. Raises ConfigError, KeysUnusable."""
    secret, keys = _path(environ, "PORTAL_SECRET_KEY_FILE"), _path(environ, "PORTAL_DATA_KEYS_FILE")
    url = environ.get("PORTAL_DATABASE_URL", "")
    if not url:
        raise ConfigError("PORTAL_DATABASE_URL is missing: sqlite:///path/to/register.sqlite3 or postgresql://...")
    if not secret.exists():
        _write_private(secret, secrets.token_bytes(_SECRET_BYTES))
        click.echo(f"Made {secret}: it signs forms. Keep it from others; losing it only signs people out.")
    if not keys.exists():
        new_keyring_file(keys)
        click.echo(f"Made {keys}: WITHOUT IT NO CODE CAN BE READ AGAIN. Put a copy in a safe, away from the database.")
    read_keyring(keys)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(url)
    before = migrate.current_revision(engine)
    migrate.upgrade(engine)
    engine.dispose()
    after = migrate.head_revision()
    click.echo(f"The schema is at revision {after}." if before == after else f"The schema went from {before} to {after}.")


def _path(environ: Mapping[str, str], name: str) -> Path:
    if not environ.get(name):
        raise ConfigError(f"{name} is missing: the path where the file is, or should be made.")
    return Path(environ[name])


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
