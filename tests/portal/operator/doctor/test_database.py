"""`portal doctor`: the database is made wrong in its parts, and told with what to do."""

from pathlib import Path

from sqlalchemy import text

from registry_core.storage import migrate
from registry_core.storage.engine import is_sqlite
from tests.faults.town import ready_requests
from tests.portal.operator.conftest import Operator
from tests.portal.operator.doctor.conftest import ago, assert_tells, runs, told
from tests.registry_core.people import CITY


def test_a_database_that_does_not_wait_for_its_disk_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":  # as on a network folder that shares no memory
        path = operator.register.engine.url.database
        operator.environment["PORTAL_DATABASE_URL"] = f"sqlite:///file:{path}?vfs=unix-none&uri=true"
        operator.register.engine.dispose()
        runs_without_the_log(path)
        assert_tells(operator, "database", "fault", "does not wait for the disk (journal_mode=delete")
    else:
        assert_tells(operator, "database", "fault", "does not wait for the disk (fsync = off)", "postgresql.conf")


def runs_without_the_log(path: str) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


def test_a_database_that_is_away_is_told_without_its_password(operator: Operator):
    operator.environment["PORTAL_DATABASE_URL"] = "postgresql://portal:very-secret@127.0.0.1:1/register"
    assert_tells(operator, "database", "fault", "does not answer: ", "Start it")
    assert "very-secret" not in operator.types("doctor").output


def test_another_revision_is_told_and_nothing_after_it_is_looked_at(operator: Operator):
    runs(operator, "UPDATE alembic_version SET version_num = '0001'")
    found = told(operator)
    assert found["schema"][0] == "fault"
    assert f"at schema revision 0001, this program needs {migrate.head_revision()}" in found["schema"][1]
    assert "pool" not in found


def test_a_schema_changed_by_hand_is_told_by_name(operator: Operator):
    runs(operator, "DROP INDEX uq_code_assignment_current")
    assert_tells(operator, "schema", "fault", "somebody changed the schema by hand: ", "uq_code_assignment_current")


def test_a_check_that_cannot_be_made_keeps_no_other_from_its_turn(operator: Operator):
    runs(operator, "DROP TABLE designated_code")
    assert_tells(operator, "pool", "fault", "This could not be looked at: ")
    assert_tells(operator, "outbox", "ok")


def test_a_damaged_file_is_told(operator: Operator):
    if operator.register.engine.dialect.name != "sqlite":
        return
    path = Path(operator.register.engine.url.database)
    with operator.register.engine.connect() as connection:
        page = connection.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ledger_entry_actor_person_at'")
        )
        size = connection.scalar(text("PRAGMA page_size"))
    operator.register.engine.dispose()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 200)
    assert_tells(operator, "database", "fault", "The database file is damaged: ", "restore the newest backup")


def test_guards_of_the_ledger_that_were_switched_off_are_told(operator: Operator):
    with operator.register.read() as session:
        sqlite = is_sqlite(session)
    if sqlite:
        runs(operator, "DROP TRIGGER ledger_seal_no_delete")
        assert_tells(operator, "ledger-guards", "fault", "switched off: ledger_seal_no_delete.", "portal verify-ledger")
    else:
        runs(operator, "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change")
        assert_tells(operator, "ledger-guards", "fault", "switched off: ledger_entry_no_change.")


def test_a_record_without_its_code_is_told(operator: Operator):
    runs(operator, "UPDATE code_assignment SET until = 'x' WHERE id = (SELECT id FROM code_assignment LIMIT 1)")
    assert_tells(operator, "codes", "fault", "1 records without exactly one code.", "keep a copy of the database")


def test_a_code_that_was_given_twice_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":
        runs(
            operator,
            "CREATE TABLE loose AS SELECT * FROM code_assignment",
            "DROP TABLE code_assignment",
            "ALTER TABLE loose RENAME TO code_assignment",
        )
    else:
        runs(operator, "ALTER TABLE code_assignment DROP CONSTRAINT uq_code_assignment_code_index")
    runs(operator, "UPDATE code_assignment SET code_index = (SELECT code_index FROM code_assignment LIMIT 1)")
    assert_tells(operator, "codes", "fault", "1 codes that were given more than once.")


def test_an_approval_whose_code_is_another_ones_is_told(operator: Operator):
    from registry_core.codes import approve_code_change
    from tests.faults.town import clerk

    with operator.register.write() as session:
        (request,) = ready_requests(session, 1, town=CITY)
        approve_code_change(session, request_id=request, actor=clerk(1, CITY), at=ago())
    runs(
        operator,
        "UPDATE code_change_request SET record_id ="
        " (SELECT id FROM resident_record WHERE id <> code_change_request.record_id LIMIT 1)",
    )
    assert_tells(operator, "codes", "fault", "1 approved requests whose new code is not the record's.")
