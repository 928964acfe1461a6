"""Tables without their indexes, references and triggers, while they are filled; put back, they check every row at once."""

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from registry_core.storage.rows import run_ddl

_POSTGRESQL_CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid), contype = 'f'
FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace AND contype IN ('p', 'u', 'x', 'f')
  AND conrelid <> 0
ORDER BY contype = 'f', conname
"""
_POSTGRESQL_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
ORDER BY 1
"""
_POSTGRESQL_SEQUENCES = """
SELECT attrelid::regclass::text, quote_ident(attname), pg_get_serial_sequence(attrelid::regclass::text, attname)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  AND pg_get_serial_sequence(attrelid::regclass::text, attname) IS NOT NULL
"""
_SQLITE_PARTS = (
    "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY 1"
)


def lay_bare(connection: Connection) -> list[str]:
    """Take off what slows the filling down; the statements that `clothe` puts it back with."""
    if connection.dialect.name == "sqlite":
        parts = connection.exec_driver_sql(_SQLITE_PARTS).all()
        for kind, name, _ in parts:
            run_ddl(connection, f'DROP {kind} "{name}"')
        return [sql for _, _, sql in parts]
    constraints = connection.exec_driver_sql(_POSTGRESQL_CONSTRAINTS).all()
    for table, name, _, _ in reversed(constraints):  # references go before the keys that they refer to
        run_ddl(connection, f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.exec_driver_sql(_POSTGRESQL_INDEXES).all()
    for name, _ in indexes:
        run_ddl(connection, f"DROP INDEX {name}")
    back = [(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}", refers) for table, name, rule, refers in constraints]
    keys, references = [[sql for sql, refers in back if refers is which] for which in (False, True)]
    return [*keys, *[definition for _, definition in indexes], *references]


def clothe(connection: Connection, statements: list[str]) -> None:
    """Put it back, which checks every row; numbers that the database gives go on after the last. Raises IntegrityError."""
    for statement in statements:
        run_ddl(connection, statement)
    if connection.dialect.name == "postgresql":  # SQLite counts on from the rows by itself
        for table, column, sequence in connection.exec_driver_sql(_POSTGRESQL_SEQUENCES).all():
            last = f"SELECT setval('{sequence}', max({column})) FROM {table} HAVING max({column}) IS NOT NULL"  # noqa: S608 -- from the catalog
            run_ddl(connection, last)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise IntegrityError(
                "PRAGMA foreign_key_check", None, ValueError(f"a row of {broken[0]} refers to nothing")
            )
