"""The schema: migrations up and down with data on both databases, and a ledger that refuses change."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.tables import metadata
from registry_core.codes import approve_code_change
from registry_core.ledger import seal_entries
from registry_core.storage import migrate
from registry_core.storage.keys import KeysUnusable, SealBroken, new_keyring_file, read_keyring
from tests.conftest import Register
from tests.registry_core.people import NOW, SECOND, ask, check, designate, enter


def fill(register: Register) -> None:
    with register.write() as session:
        record = enter(session)
        designate(session)
        request = ask(session, record, email="a@example.org")
        check(session, request.id)
        approve_code_change(session, request_id=request.id, actor=SECOND, at=NOW)
        seal_entries(session, at=NOW)


def test_migrations_and_entities_say_the_same(register: Register) -> None:
    assert migrate.differences(register.engine, metadata) == []


def test_every_migration_goes_down_and_up_again_with_data(register: Register) -> None:
    fill(register)
    for revision in [*migrate.revisions()[:-1]][::-1]:
        migrate.downgrade(register.engine, revision)
        assert migrate.current_revision(register.engine) == revision
        with register.read() as session:
            assert session.scalar(text("SELECT count(*) FROM code_change_request")) == 1
    migrate.upgrade(register.engine)
    assert migrate.differences(register.engine, metadata) == []
    with register.read() as session:
        assert session.scalar(text("SELECT count(*) FROM ledger_entry")) > 0
    migrate.downgrade(register.engine, "base")
    assert migrate.current_revision(register.engine) is None
    migrate.upgrade(register.engine)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_seal", "ledger_checkpoint"])
@pytest.mark.parametrize("verb", ["update", "delete", "truncate", "replace"])
def test_the_ledger_refuses_every_change(register: Register, table: str, verb: str) -> None:
    from registry_core.ledger import make_checkpoint

    fill(register)
    with register.write() as session:
        make_checkpoint(session, at=NOW)
        is_sqlite = session.get_bind().dialect.name == "sqlite"
    statements = {
        "update": f"UPDATE {table} SET {'at' if table == 'ledger_entry' else 'digest'} = 'x'",
        "delete": f"DELETE FROM {table}",
        "truncate": f"DELETE FROM {table} WHERE 1" if is_sqlite else f"TRUNCATE {table} CASCADE",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        if is_sqlite
        else f"UPDATE {table} SET {'id = id' if table == 'ledger_entry' else 'sequence = sequence'}",
    }
    with pytest.raises(DBAPIError, match="append-only"), register.write() as session:
        session.execute(text(statements[verb]))


def test_sealed_bytes_do_not_open_in_another_row_nor_altered(keyring) -> None:
    sealed = keyring.seal(b"secret", bound_to=b"row-1")
    assert keyring.open(sealed, bound_to=b"row-1") == b"secret"
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"k9:" + sealed[3:], b"", sealed[:10]):
        with pytest.raises(SealBroken):
            keyring.open(wrong, bound_to=b"row-1")
    with pytest.raises(SealBroken):
        keyring.open(sealed, bound_to=b"row-2")


def test_keys_are_made_once_for_their_owner_alone(tmp_path) -> None:
    path = tmp_path / "keys.json"
    new_keyring_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        new_keyring_file(path)


@pytest.mark.parametrize("content", [None, "", "{}", '{"active": "k2", "sealing": {}, "index": "", "checkpoint": ""}'])
def test_unusable_keys_are_told_with_what_to_do(tmp_path, content) -> None:
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeysUnusable, match=r"portal init|Restore"):
        read_keyring(path)
