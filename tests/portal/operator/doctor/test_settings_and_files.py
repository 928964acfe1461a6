"""`portal doctor`: settings, keys and files are made wrong one by one, and told with what to do."""

from pathlib import Path

import pytest

from portal.operator import key_rotation
from registry_core.storage.key_set import read_key_set, write_key_set
from registry_core.storage.keys import new_keyring_file
from tests.portal.operator.conftest import Operator
from tests.portal.operator.doctor.conftest import assert_tells


def test_settings_that_are_missing_are_told_one_by_one(operator: Operator):
    operator.environment |= {"PORTAL_ENV": "production", "PORTAL_BASE_URL": None}
    result = operator.types("doctor")
    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines() if line.startswith("FAULT")] == [
        ["FAULT", "settings"]
    ] * 4
    assert "PORTAL_BASE_URL is missing: the address people open" in result.stdout


@pytest.mark.parametrize(("file", "check"), [("data-keys.json", "keys"), ("secret-key", "secret-key")])
def test_keys_that_others_can_read_are_told(operator: Operator, file: str, check: str):
    (operator.folder / file).chmod(0o644)
    assert_tells(operator, check, "fault", "can be read by others on this machine (mode 644)", "chmod 600")


def test_keys_that_are_gone_are_told(operator: Operator):
    (operator.folder / "data-keys.json").unlink()
    assert_tells(
        operator, "keys", "fault", "No such file or directory", "Restore it from its safe; do not make a new one."
    )
    assert_tells(operator, "keys-fit", "fault", "No key file at ")


def test_keys_of_another_register_are_told(operator: Operator):
    (operator.folder / "data-keys.json").unlink()
    new_keyring_file(operator.folder / "data-keys.json")
    assert_tells(operator, "keys-fit", "fault", "do not open this register", "Stop the service")


def test_a_replacement_of_the_keys_that_stopped_half_way_is_told(operator: Operator):
    path = operator.folder / "data-keys.json"
    write_key_set(path, read_key_set(path).begun())
    assert_tells(operator, "keys-fit", "warning", "stopped half way (step known)", "portal keys rotate")


def test_copy_of_the_keys_that_the_register_has_gone_on_from_is_told(operator: Operator, monkeypatch):
    """The one that was put into the safe before its new keys were used: nothing is lost, and nothing starts."""
    monkeypatch.setattr(key_rotation, "_A_MOMENT", 0)
    path = operator.folder / "data-keys.json"
    write_key_set(path, read_key_set(path).begun())
    safe = path.read_bytes()
    assert operator.types("keys", "rotate", "--yes").exit_code == 0
    path.write_bytes(safe)
    words = "the register has gone on with them. Run `portal keys rotate`", "Until then the service does not start."
    assert_tells(operator, "keys-fit", "fault", *words)
    assert operator.types("keys", "rotate", "--yes").exit_code == 0
    assert_tells(operator, "keys-fit", "ok", "The keys open this register.")


@pytest.mark.parametrize(("free", "state"), [(900, "warning"), (100, "fault")])
def test_a_disk_that_is_nearly_full_is_told(operator: Operator, monkeypatch, free: int, state: str):
    if operator.register.engine.dialect.name != "sqlite":
        return
    import shutil

    usage = shutil.disk_usage("/")._replace(free=free * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert_tells(operator, "disk", state, f"{free} MB are free in ", "Make room there.")


def test_a_database_file_that_everybody_reads_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":
        Path(operator.register.engine.url.database).chmod(0o644)
        assert_tells(operator, "database-file", "warning", "can be read by everybody on this machine", "chmod o= ")
