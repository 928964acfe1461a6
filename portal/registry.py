"""The way to the core: the only place that opens storage and reads the clock.

with registry().write() as session:
approve_code_change(session, request_id=request_id, actor=current_actor(), at=registry().now())
"""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine, Table, select
from sqlalchemy.orm import Session

from portal.config import Config
from registry_core.codes.pool import DesignatedCode
from registry_core.ledger.checkpoint import first_signed_with
from registry_core.ledger.seal import last_checkpointed
from registry_core.register.code_assignment import JAPAN, CodeAssignment
from registry_core.storage import engine as storage
from registry_core.storage.key_set import key_number
from registry_core.storage.keys import KeyFile, Keyring, KeysUnusable, SealBroken, key_name
from registry_core.storage.rotation import codes_to_try

EXTENSION = "registry"
_WITH_CODES: tuple[type[CodeAssignment | DesignatedCode], ...] = (CodeAssignment, DesignatedCode)


class KeysLost(KeysUnusable):
    """The register holds sealed values, and the keys that open them are not here."""


class KeysBehind(KeysUnusable):
    """The key file is the copy of before its new keys were used, and the register has gone on with them."""


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
        return any(session.scalar(select(entity.id).limit(1)) is not None for entity in _WITH_CODES)


def guard_keys_open(engine: Engine, keyring: Keyring, path: Path) -> None:
    """The keys are those of this register: its codes open, and are found by their index. Raises KeysLost, KeysBehind.

    Where the keys are being replaced, every key that a code is sealed with is tried.
    """
    signer, names = keyring.next_signer, list(keyring.sealing)
    with Session(engine) as session:
        codes = [
            cast("CodeAssignment | DesignatedCode", session.get_one(entity, row_id))
            for entity in _WITH_CODES
            for row_id in codes_to_try(session, table=cast("Table", entity.__table__), names=names)
        ]
        has_gone_on = signer is not None and first_signed_with(session, signer) <= last_checkpointed(session)
    # Which key is missed says more than that something does not open.
    for code in sorted(codes, key=lambda code: key_name(code.code_sealed) in keyring.sealing):
        _guard_opens(code, keyring, path)
        has_gone_on |= signer is not None and key_name(code.code_sealed) != keyring.active
    if has_gone_on and keyring.renewed().next_signer is not None:
        raise KeysBehind(
            f"{path} is the copy that was made before its new keys were used, and the register has gone on with them."
            " Run `portal keys rotate`: it goes on from there, and nothing is lost."
        )


def _guard_opens(code: CodeAssignment | DesignatedCode, keyring: Keyring, path: Path) -> None:
    name = key_name(code.code_sealed)
    if name not in keyring.sealing and _is_before(name, keyring):
        raise KeysLost(
            f"The register is sealed with the key {name}, and {path} has later ones alone: the database was put back to a"
            " moment before the keys were replaced. Put the safe's copy of the key file of that time there; then"
            " `portal restore --declare --newer-keys`: docs/operations.md, 'The register is lost'."
        )
    if name not in keyring.sealing:
        raise KeysLost(
            f"The register is sealed with the key {name}, which is not in {path}: the file is older than the register, or"
            " of another one. Restore the newest copy from its safe."
        )
    try:
        is_found, will_be_found = code.is_indexed(keyring), code.will_be_indexed(keyring)
    except SealBroken as broken:
        raise KeysLost(
            f"The keys in {path} do not open this register. Restore the file that belongs to it."
        ) from broken
    if not is_found and will_be_found:
        raise KeysLost(
            f"The keys in {path} open the codes of this register, and one is still found by a key that is gone from there: the"
            " database was put back into the middle of the replacement of its keys. Put the safe's copy there that was made"
            " during the replacement (it has the old keys and the new); then `portal restore --declare`, and `portal keys"
            " rotate`: docs/operations.md, 'The register is lost'."
        )
    if not is_found:
        raise KeysLost(
            f"The keys in {path} open the codes of this register and do not find them. Restore the file that belongs to it."
        )


def _is_before(name: str, keyring: Keyring) -> bool:
    return 0 < key_number(name) < min(map(key_number, keyring.sealing))


def registry() -> Registry:
    """The register of the current application."""
    return cast("Registry", current_app.extensions[EXTENSION])


def install_registry(app: Flask, opened: Registry) -> None:
    """Give an application its register."""
    app.extensions[EXTENSION] = opened
