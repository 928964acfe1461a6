"""The schema and its revisions (Alembic): one history for the one database, the portal's own tables in it too."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from registry_core.storage.engine import unreferenced

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision, all or nothing."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the schema down to a revision, all or nothing."""
    _run(engine, lambda config: command.downgrade(config, revision))


def make_anew(connection: Connection, revision: str) -> None:
    """Tear a schema without rows down, if there is one, and make that of a revision, in the caller's transaction."""
    if revision_of(connection) is not None:
        command.downgrade(_config(connection), "base")
    command.upgrade(_config(connection), revision)


def upgrade_within(connection: Connection) -> None:
    """Bring the schema to the newest revision in the caller's transaction."""
    command.upgrade(_config(connection), "head")


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None of an empty one."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """As `current_revision`, within the caller's transaction."""
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
    with unreferenced(engine) as connection:
        step(_config(connection))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
