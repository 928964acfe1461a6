"""The way to the core: the only place that opens storage and reads the clock.

with registry().write() as session:
approve_code_change(session, request_id=request_id, actor=current_actor(), at=registry().now())
"""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.config import Config
from registry_core.register.code_assignment import JAPAN, CodeAssignment
from registry_core.storage import engine as storage
from registry_core.storage.keys import KeyFile, Keyring, KeysUnusable, SealBroken

EXTENSION = "registry"


class KeysLost(KeysUnusable):
    """The register holds sealed values, and the keys that open them are not here."""


class Registry:
    """One register: its database, its keys, its clock."""

    def __init__(self, config: Config, engine: Engine, keys: KeyFile) -> None:
        """Hold what `open_registry` opened."""
        self.config = config
        self.engine = engine
        self.keys = keys

    @property
    def keyring(self) -> Keyring:
        """The keys as their file has them now."""
        return self.keys.current()

    def write(self) -> AbstractContextManager[Session]:
        """One transaction; committed when the block ends, rolled back when it raises. Looks at a record need this one."""
        return storage.write(self.engine, self.keyring)

    def read(self) -> AbstractContextManager[Session]:
        """One transaction that reads what is nobody's record."""
        return storage.read(self.engine, self.keyring)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The legal day: that of Asia/Tokyo."""
        return today()


def today() -> date:
    """The legal day, that of Asia/Tokyo, for what opens no register."""
    return datetime.now(UTC).astimezone(JAPAN).date()


def open_registry(config: Config) -> Registry:
    """Open the register a configuration names. Raises KeysUnusable."""
    keys = KeyFile(config.data_keys_file)
    keys.current()
    return Registry(config, storage.open_engine(config.database_url), keys)


def is_sealed(engine: Engine) -> bool:
    """The register holds codes, sealed with somebody's keys. The schema is there."""
    with Session(engine) as session:
        return session.scalar(select(CodeAssignment.id).limit(1)) is not None


def guard_keys_open(engine: Engine, keyring: Keyring, path: Path) -> None:
    """The keys are those of this register: one of its codes opens. Raises KeysLost."""
    with Session(engine) as session:
        some = session.scalars(select(CodeAssignment).limit(1)).first()
    try:
        if some is not None:
            some.code(keyring)
    except SealBroken as broken:
        raise KeysLost(
            f"The keys in {path} do not open this register. Restore the file that belongs to it."
        ) from broken


def registry() -> Registry:
    """The register of the current application."""
    return cast("Registry", current_app.extensions[EXTENSION])


def install_registry(app: Flask, opened: Registry) -> None:
    """Give an application its register."""
    app.extensions[EXTENSION] = opened
