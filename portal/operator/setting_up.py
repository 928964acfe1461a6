"""`portal init`: keys that are not there yet, and the schema at this code's revision."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import click
from sqlalchemy import Engine

from portal.config import ConfigError
from portal.registry import KeysLost, guard_keys_open, is_sealed
from registry_core.storage import migrate
from registry_core.storage.engine import open_engine
from registry_core.storage.keys import new_keyring_file, read_keyring

_SECRET_BYTES = 48


def set_up(environ: Mapping[str, str]) -> None:
    """Make what is missing, upgrade the schema, say what was done. Raises ConfigError, KeysUnusable."""
    secret, keys, url = _needed(environ)
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(url)
    try:
        _guard_keys(engine, keys)
        if _made(secret, lambda: _write_private(secret, secrets.token_bytes(_SECRET_BYTES))):
            click.echo(f"Made {secret}: it signs forms. Keep it from others; losing it only signs people out.")
        if _made(keys, lambda: new_keyring_file(keys)):
            click.echo(
                f"Made {keys}: WITHOUT IT NO CODE CAN BE READ AGAIN. Put a copy in a safe, away from the database."
            )
        before = migrate.current_revision(engine)
        migrate.upgrade(engine)
    finally:
        engine.dispose()
    after = migrate.head_revision()
    click.echo(
        f"The schema is at revision {after}." if before == after else f"The schema went from {before} to {after}."
    )


def _needed(environ: Mapping[str, str]) -> tuple[Path, Path, str]:
    """The paths of both files and the database. Raises ConfigError with everything that is missing."""
    wanted = {
        "PORTAL_SECRET_KEY_FILE": "the path where the file of the form key is, or should be made",
        "PORTAL_DATA_KEYS_FILE": "the path where the file of the data keys is, or should be made",
        "PORTAL_DATABASE_URL": "sqlite:///path/to/register.sqlite3 or postgresql://...",
    }
    missing = [f"  - {name} is missing: {what}." for name, what in wanted.items() if not environ.get(name)]
    url = environ.get("PORTAL_DATABASE_URL", "")
    if url and not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        missing.append("  - PORTAL_DATABASE_URL begins with sqlite:/// or postgresql://.")
    if missing:
        raise ConfigError("`portal init` needs these environment variables:\n" + "\n".join(missing))
    return Path(environ["PORTAL_SECRET_KEY_FILE"]), Path(environ["PORTAL_DATA_KEYS_FILE"]), url


def _guard_keys(engine: Engine, keys: Path) -> None:
    """New keys beside a register that old keys sealed would let codes be given twice. Raises KeysUnusable."""
    if migrate.current_revision(engine) is None:
        return
    if keys.exists():
        guard_keys_open(engine, read_keyring(keys), keys)
    elif is_sealed(engine):
        raise KeysLost(
            f"The register is sealed, and no key file is at {keys}. Restore it from its safe; nothing was made."
        )


def _made(path: Path, make: Callable[[], None]) -> bool:
    """Make a file that is not there; False when it is, or when another `portal init` was quicker."""
    if path.exists():
        return False
    try:
        make()
    except FileExistsError:
        return False
    return True


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
