"""PostgreSQL: the service's role (`docs/postgresql-grants.sql`) can do its work, and nothing to the ledger or the schema."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from portal.config import PROJECT_ROOT
from registry_core.codes import lapse_requests
from registry_core.ledger import (
    checkpoint_if_due,
    export_ledger,
    holder_took,
    make_checkpoint,
    verify_ledger,
)
from registry_core.ledger.guard import may_change_the_ledger, missing_guards
from registry_core.remaking import back_up
from registry_core.storage.engine import open_engine
from tests.conftest import Register
from tests.databases import PostgresqlTemplate, migrated
from tests.registry_core.people import CITY, NOW, SYSTEM, later
from tests.registry_core.storage.test_schema import fill

GRANTS = PROJECT_ROOT / "docs" / "postgresql-grants.sql"


@pytest.fixture
def service(postgresql_template: PostgresqlTemplate, keyring) -> Iterator[Register]:
    """A register whose tables belong to `portal_owner`, opened as `portal`."""
    server = postgresql_template.server

    def run(statements: str, database: str = server.database) -> None:
        url = server.set(database=database).render_as_string(hide_password=False)
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            for statement in statements.split(";\n"):
                connection.execute(statement)

    def url_of(role: str) -> str:
        return server.set(database="least", username=role).render_as_string(hide_password=False)

    run(
        "CREATE ROLE portal_owner LOGIN;\nCREATE ROLE portal LOGIN;\nCREATE DATABASE least OWNER portal_owner TEMPLATE template0"
    )
    migrated(url_of("portal_owner"))
    run(GRANTS.read_text(), "least")
    run(GRANTS.read_text(), "least")
    engine = open_engine(url_of("portal"))
    yield Register(url_of("portal"), engine, keyring)
    engine.dispose()
    run("DROP DATABASE least WITH (FORCE);\nDROP ROLE portal;\nDROP ROLE portal_owner")


def test_role_of_the_service_makes_backups_and_the_doctor_has_nothing_to_say_of_it(service: Register, tmp_path) -> None:
    fill(service)
    with (tmp_path / "backup").open("wb") as file:
        made = back_up(service.engine, service.keyring, file, municipality_code=CITY, leave_out=(), at=NOW)
    assert made.rows["resident_record"] == 1
    with service.read() as session:
        assert missing_guards(session) == []
        assert not may_change_the_ledger(session)


def test_role_of_the_service_does_its_work(service: Register) -> None:
    fill(service)
    with service.write() as session:
        lapse_requests(session, actor=SYSTEM, at=later(days=90))
        checkpoint_if_due(session, at=NOW)
        holder_took(session, address="/a", sequence=1)
    with service.read() as session:
        assert verify_ledger(session).is_intact
        assert verify_ledger(session).checkpoints == 1
        assert list(export_ledger(session, at=NOW))


REFUSED = [
    *(
        f"UPDATE {table} SET {column} = {column}"
        for table, column in (("ledger_entry", "at"), ("ledger_seal", "digest"))
    ),
    "UPDATE ledger_checkpoint SET pool_position = 1",
    *(f"DELETE FROM {table}" for table in ("ledger_entry", "ledger_seal", "ledger_checkpoint")),
    *(f"TRUNCATE {table}" for table in ("ledger_entry", "ledger_seal", "ledger_checkpoint")),
    "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
    "DROP TRIGGER ledger_entry_no_change ON ledger_entry",
    "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TABLE ledger_entry",
    "SET session_replication_role = replica",
    "SET ROLE portal_owner",
    "CREATE TABLE mine (a int)",
    "UPDATE alembic_version SET version_num = '0001'",
]


def test_role_of_the_service_cannot_touch_the_ledger_or_the_schema(service: Register) -> None:
    fill(service)
    with service.write() as session:
        make_checkpoint(session, at=NOW)
    allowed = []
    for statement in REFUSED:
        try:
            with service.write() as session:
                session.connection().exec_driver_sql(statement)
        except ProgrammingError as refused:
            assert isinstance(refused.orig, psycopg.errors.InsufficientPrivilege), (statement, refused)  # noqa: PT017
        else:
            allowed.append(statement)
    assert allowed == []
    with service.read() as session:
        assert verify_ledger(session).is_intact
