"""Commands, servers and workers refuse to start with keys that are not those of the register, and say which file to put back."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.config import Config
from portal.registry import open_registry
from portal.tables import metadata
from registry_core.storage.key_set import KeySet, RotationStep, new_keyring_file, read_key_set, write_key_set
from registry_core.storage.rotation import code_tables, index_anew, seal_anew, sealed_columns
from tests.conftest import Register
from tests.portal.operator.conftest import Operator, environment
from tests.portal.operator.keys.conftest import Keeper
from tests.registry_core.people import designate


@pytest.mark.parametrize("words", [["keys", "status"], ["verify-ledger"], ["init"], ["serve"], ["worker"]])
def test_key_file_from_before_a_rotation_is_refused(operator: Operator, keeper: Keeper, words: list[str]) -> None:
    old = keeper.path.read_bytes()
    keeper.rotates()
    new = read_key_set(keeper.path).sealing.active
    keeper.path.write_bytes(old)
    result = operator.types(*words)
    assert result.exit_code == 2
    assert f"The register is sealed with the key {new}, which is not in" in result.stderr
    assert "Restore the newest copy from its safe." in result.stderr


def test_key_file_with_another_index_key_is_refused(operator: Operator, keeper: Keeper) -> None:
    keys = read_key_set(keeper.path)
    write_key_set(keeper.path, keys.__class__(**{**_fields(keys), "index": KeySet.new().index}))
    result = operator.types("keys", "status")
    assert result.exit_code == 2
    assert "open the codes of this register and do not find them" in result.stderr


def _fields(keys: KeySet) -> dict[str, object]:
    return {name: getattr(keys, name) for name in KeySet.__dataclass_fields__}


def test_pool_alone_is_enough_to_know_its_keys(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    new_keyring_file(path)
    opened = open_registry(Config.from_environment(environment(tmp_path, register.url, path)))
    with opened.write() as session:
        designate(session)
    opened.engine.dispose()
    path.unlink()
    operator = Operator(environment(tmp_path, register.url, path), tmp_path, register)
    assert operator.types("init").exit_code == 2
    new_keyring_file(path)
    assert "do not open this register" in operator.types("init").stderr


@pytest.mark.parametrize("table", code_tables(metadata), ids=str)
def test_key_that_a_single_code_still_needs_is_missed(operator: Operator, keeper: Keeper, table) -> None:
    """The database was put back to a moment at which all but one, neither the first nor the last, were sealed anew."""
    assert not keeper.rotates(while_=lambda keys: keys.step is not RotationStep.SEALING)
    left = second(keeper, table)
    with keeper.opened.write() as session:
        for column in sealed_columns(metadata):
            seal_anew(session, column=column, after=None, limit=1 if column.table is table else 100)
        seal_anew(session, column=table.c.code_sealed, after=left, limit=100)
    assert operator.types("keys", "status").exit_code == 0
    write_key_set(keeper.path, read_key_set(keeper.path).indexing_anew().without_old())
    result = operator.types("keys", "status")
    assert (result.exit_code, "sealed with the key k1, and " in result.stderr) == (2, True)
    assert "put back to a moment before the keys were replaced" in result.stderr


@pytest.mark.parametrize("table", code_tables(metadata), ids=str)
def test_key_by_which_a_single_code_is_still_found_is_missed(operator: Operator, keeper: Keeper, table) -> None:
    assert not keeper.rotates(while_=lambda keys: keys.step is not RotationStep.INDEXING)
    left = second(keeper, table)
    with keeper.opened.write() as session:
        for each in code_tables(metadata):
            index_anew(session, table=each, after=None, limit=1 if each is table else 100)
        index_anew(session, table=table, after=left, limit=100)
    assert operator.types("keys", "status").exit_code == 0
    write_key_set(keeper.path, read_key_set(keeper.path).without_old())
    result = operator.types("keys", "status")
    assert (result.exit_code, "into the middle of the replacement of its keys" in result.stderr) == (2, True)


def second(keeper: Keeper, table) -> UUID:
    """The id of the second of at least three codes, in the order of their ids."""
    with keeper.opened.read() as session:
        _, found, *others = session.scalars(select(table.c.id).order_by(table.c.id))
    assert others
    return found
