"""The schema and its revisions (Alembic): one history for the one database, the portal's own tables in it too."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, all or nothing."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the schema down to a revision, all or nothing."""
    _run(engine, lambda config: command.downgrade(config, revision))


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None of an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The revision this code needs."""
    head = ScriptDirectory(str(_FOLDER)).get_current_head()
    if head is None:
        raise RuntimeError("no migrations found")
    return head


def revisions() -> list[str]:
    """All revisions, first to last."""
    return [script.revision for script in ScriptDirectory(str(_FOLDER)).walk_revisions()][::-1]


def differences(engine: Engine, metadata: MetaData) -> list[object]:
    """What the migrated schema and the entities say differently; nothing, when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _run(engine: Engine, step: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        if engine.dialect.name == "sqlite" and driver is not None:
            # Rebuilding a table drops it for a moment: references are not checked then. Only outside a transaction
            # does SQLite listen to this, so it is said to the driver before one begins.
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                step(config)
        finally:
            if engine.dialect.name == "sqlite" and driver is not None:
                driver.execute("PRAGMA foreign_keys=ON")
