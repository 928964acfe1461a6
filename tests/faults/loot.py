"""What a thief takes: the files of the database with all that lies beside them, a dump of every table, a backup."""

import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from portal.tables import TRANSIENT
from registry_core.remaking import back_up
from registry_core.storage.keys import Keyring

Row = dict[str, Any]


@dataclass
class Loot:
    """Files by name, rows by table. Nothing else of the municipality's is known to the thief."""

    files: dict[str, bytes] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))


def stolen(engine: Engine, ring: Keyring, *, municipality: str, at: Any, since: str) -> Loot:
    """Take all there is, while the register is open: what was written last is in the write-ahead log and nowhere else.

    `since`: the place in PostgreSQL's log from which on it is this register's.
    """
    loot = Loot()
    url = make_url(engine.url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database)
        loot.files |= {each.name: each.read_bytes() for each in path.parent.iterdir() if _belongs(each, path)}
    else:
        loot.files |= dict(_dump(url)) | dict(_server_files(url, since))
    backup = io.BytesIO()
    back_up(engine, ring, backup, municipality_code=municipality, leave_out=TRANSIENT, at=at)
    loot.files["backup"] = backup.getvalue()
    with engine.connect() as connection:
        for name in _names(connection):
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
            loot.tables[name] = [dict(row) for row in rows]
    return loot


def _belongs(file: Path, database: Path) -> bool:
    """The database with its log, and what else lies in the folder; databases of other tests do not."""
    if file.is_dir():
        return False
    return file.name.startswith(database.name) or "sqlite3" not in file.name


def _dump(url: Any) -> Iterator[tuple[str, bytes]]:
    """Every table as COPY writes it."""
    with closing(psycopg.connect(url.render_as_string(hide_password=False))) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                yield f"dump of {name}", b"".join(bytes(part) for part in copy)


def place_in_the_log(engine: Engine) -> str:
    """Where PostgreSQL begins to write its log now: a file of its own. "" on SQLite, whose log is one file a database."""
    if engine.dialect.name == "sqlite":
        return ""
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_switch_wal()"))
        return connection.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn() + 1)"))


def _server_files(url: Any, since: str) -> Iterator[tuple[str, bytes]]:
    """The files of this one database, and the write-ahead log."""
    with closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)) as connection:
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone()
        (number,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        (last, end) = connection.execute("SELECT (pg_walfile_name_offset(pg_current_wal_lsn())).*").fetchone()
        tables = "SELECT pg_relation_filenode(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ours = {str(node) for (node,) in connection.execute(tables).fetchall()}
    for each in (Path(folder) / "base" / str(number)).iterdir():
        if each.name.partition(".")[0] in ours:
            yield f"base/{each.name}", each.read_bytes()
    for each in sorted((Path(folder) / "pg_wal").glob("0*")):
        if since <= each.name <= last:
            yield f"pg_wal/{each.name}", each.read_bytes()[: end if each.name == last else None]


def _names(connection: Any) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
    else:
        found = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    return [name for (name,) in found]


def flat(value: Any) -> Iterator[Any]:
    """A value with all that is in it, where it is JSON."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            value = json.loads(value)
        except ValueError:
            yield value
            return
    if isinstance(value, dict):
        for inner in value.values():
            yield from flat(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner)
    elif value is not None:
        yield value
