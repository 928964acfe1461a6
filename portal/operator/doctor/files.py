"""The files: keys readable by their owner alone, the keys those of this register, room on the disk."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from portal.config import Config
from portal.operator.doctor.finding import Finding, fault, warning, well
from portal.registry import KeysBehind, Registry, guard_keys_open
from registry_core.storage.key_set import read_key_set
from registry_core.storage.keys import KeysUnusable

_MB: Final = 1024 * 1024
_LITTLE_ROOM, _NO_ROOM = 1024 * _MB, 200 * _MB


def key_files(config: Config, secret_key_file: Path) -> Iterator[Finding]:
    """Both key files are there for their owner alone."""
    yield _private("keys", config.data_keys_file, "PORTAL_DATA_KEYS_FILE")
    yield _private("secret-key", secret_key_file, "PORTAL_SECRET_KEY_FILE")


def _private(check: str, path: Path, setting: str) -> Finding:
    try:
        found = path.stat()
    except OSError as missing:
        return fault(
            check, f"{path} ({setting}): {missing.strerror}.", "Restore it from its safe; do not make a new one."
        )
    if found.st_mode & 0o077:
        return fault(
            check,
            f"{path} can be read by others on this machine (mode {found.st_mode & 0o777:o}).",
            f"chmod 600 {path}; and think who may have read it: docs/operations.md, 'A key was seen by somebody'.",
        )
    if not os.access(path, os.R_OK):
        return fault(
            check, f"{path} cannot be read by this user.", f"Run this as the owner of {path}, or give it back."
        )
    return well(check, f"{path} is there, for its owner alone.")


def keys_of_the_register(opened: Registry) -> Iterator[Finding]:
    """The keys open what is in the database; whether they are being replaced."""
    path = opened.config.data_keys_file
    try:
        guard_keys_open(opened.engine, opened.keyring, path)
        step = read_key_set(path).step
    except KeysBehind as behind:
        yield fault("keys-fit", str(behind), "Until then the service does not start.")
        return
    except KeysUnusable as unusable:
        yield fault(
            "keys-fit", str(unusable), "Stop the service until the right file is there: no code can be read now."
        )
        return
    if step is None:
        yield well("keys-fit", "The keys open this register.")
    else:
        yield warning(
            "keys-fit",
            f"The keys open this register; their replacement stopped half way (step {step}).",
            "Run `portal keys rotate`: it goes on where it stopped.",
        )


def room(config: Config) -> Iterator[Finding]:
    """There is room for the database of this machine to grow, and nobody else reads it."""
    database = make_url(config.database_url)
    if database.get_backend_name() != "sqlite" or not database.database:
        yield well("disk", "The database is PostgreSQL's: look at the disk of its machine there.")
        return
    path = Path(database.database)
    free = shutil.disk_usage(path.parent if path.parent.is_dir() else "/").free
    words = f"{free // _MB:,} MB are free in {path.parent}."
    todo = "Make room there. Approvals fail when it is full; what is confirmed stays."
    if free < _NO_ROOM:
        yield fault("disk", words, todo)
    elif free < _LITTLE_ROOM:
        yield warning("disk", words, todo)
    else:
        yield well("disk", words)
    if path.exists() and path.stat().st_mode & 0o007:
        yield warning(
            "database-file",
            f"{path} can be read by everybody on this machine: names and addresses are in it.",
            f"chmod o= {path}*, and its folder too.",
        )
    elif path.exists():
        yield well("database-file", f"{path} is not open to everybody.")
