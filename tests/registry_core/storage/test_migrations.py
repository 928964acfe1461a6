"""The one history of the schema: up and down, on both databases, with people in the register."""

from pathlib import Path

from sqlalchemy import inspect, text

import portal.tables  # noqa: F401  (the portal's own tables stand in the same history)
import registry_core.schema  # noqa: F401
from registry_core.storage import migrate
from registry_core.storage.base import Base
from tests.databases import with_demo


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
