"""The way to the core: the only place that opens storage and reads the clock.

with registry().write() as session:
approve_code_change(session, request_id=request_id, actor=current_actor(), at=registry().now())
"""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.config import Config
from registry_core.register.code_assignment import JAPAN
from registry_core.storage import engine as storage
from registry_core.storage.keys import Keyring, read_keyring

EXTENSION = "registry"


class Registry:
    """One register: its database, its keys, its clock."""

    def __init__(self, config: Config, engine: Engine, keyring: Keyring) -> None:
        """Hold what `open_registry` opened."""
        self.config = config
        self.engine = engine
        self.keyring = keyring

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
        return self.now().astimezone(JAPAN).date()


def open_registry(config: Config) -> Registry:
    """Open the register a configuration names. Raises KeysUnusable."""
    return Registry(config, storage.open_engine(config.database_url), read_keyring(config.data_keys_file))


def registry() -> Registry:
    """The register of the current application."""
    return cast("Registry", current_app.extensions[EXTENSION])


def install_registry(app: Flask, opened: Registry) -> None:
    """Give an application its register."""
    app.extensions[EXTENSION] = opened
