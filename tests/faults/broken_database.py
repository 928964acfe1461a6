"""Taking a unique index or constraint out of a test's database."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect


def drop_unique(url: str, name: str, table: str) -> None:
    """Drop it, whichever of the two it is; on SQLite a constraint goes by making the table anew."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            operations = Operations(MigrationContext.configure(connection))
            if name in {index["name"] for index in inspect(connection).get_indexes(table)} - _constraints(
                connection, table
            ):
                operations.drop_index(name, table)
            else:
                with operations.batch_alter_table(table) as batch:
                    batch.drop_constraint(name, type_="unique")
    finally:
        engine.dispose()


def _constraints(connection, table: str) -> set[str | None]:
    return {each["name"] for each in inspect(connection).get_unique_constraints(table)}
