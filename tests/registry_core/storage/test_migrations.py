"""The one history of the schema: up and down, on both databases, with people in the register."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

import portal.tables  # noqa: F401  (the portal's own tables stand in the same history)
import registry_core.schema  # noqa: F401
from registry_core.codes import erase_resident
from registry_core.storage import migrate
from registry_core.storage.base import Base
from registry_core.values import ChangeReason, RegisterDate
from tests.databases import with_demo
from tests.registry_core.people import CLERK, NOW, enter


def tables(engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def rows(engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f'SELECT count(*) FROM "{table}"'))


def test_the_migrated_schema_is_the_one_of_the_entities(register):
    assert migrate.current_revision(register.engine) == migrate.head_revision()
    assert migrate.differences(register.engine, Base.metadata) == []
    assert tables(register.engine) == set(Base.metadata.tables)


def test_every_revision_goes_down_and_up_again_over_a_register_with_people(register, keys_file: Path):
    with_demo(register.url, keys_file)
    for revision in reversed(migrate.revisions()[:-1]):
        migrate.downgrade(register.engine, revision)
        assert migrate.current_revision(register.engine) == revision
        migrate.upgrade(register.engine)
        assert migrate.differences(register.engine, Base.metadata) == []


def test_later_revisions_leave_the_register_alone(register, keys_file: Path):
    """What the register's first revision holds survives the way down to it and up again."""
    with_demo(register.url, keys_file)
    before = {table: rows(register.engine, table) for table in ("resident_record", "code_assignment", "ledger_entry")}
    migrate.downgrade(register.engine, migrate.revisions()[0])
    migrate.upgrade(register.engine)
    assert {table: rows(register.engine, table) for table in before} == before
    assert min(before.values()) > 0


def test_the_way_down_to_nothing_leaves_nothing(register, keys_file: Path):
    with_demo(register.url, keys_file)
    migrate.downgrade(register.engine, "base")
    assert tables(register.engine) == set()
    migrate.upgrade(register.engine)
    assert migrate.differences(register.engine, Base.metadata) == []


def test_record_facts_go_down_to_what_the_older_schema_holds_and_keep_their_checks(register, keys_file: Path):
    with_demo(register.url, keys_file)
    with register.write() as session:
        born = RegisterDate.parse("1990年2月中旬")
        her = enter(session, latin_name=None, kanji_name="नि" * 120, birth_date=born, alias="緑川")
        erase_resident(session, record_id=her, reason=ChangeReason.DEATH, on=born, actor=CLERK, at=NOW)
    migrate.downgrade(register.engine, "0007")
    with register.engine.begin() as connection:
        row = connection.execute(text("SELECT kanji_name, birth_date FROM resident_record WHERE alias = '緑川'")).one()
        days = {str(day) for day in connection.scalars(text("SELECT effective_on FROM resident_record_history"))}
        assert (row.kanji_name, row.birth_date) == ("नि" * 100, "1990-02-11")
        assert days
        assert not {day for day in days if date.fromisoformat(day).isoformat() != day}
    migrate.upgrade(register.engine)
    with register.engine.begin() as connection:
        assert set(connection.scalars(text("SELECT effective_on FROM resident_record_history"))) == days
    for breach in ("latin_name = NULL, kanji_name = NULL", "sex = '3'"):
        with pytest.raises(IntegrityError), register.engine.begin() as connection:
            connection.execute(text(f"UPDATE resident_record SET {breach}"))
