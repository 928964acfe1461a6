"""Registers of many residents, made once for all that is measured of them in one run, on both databases.

A register of a size is the one of the size before, and more people. Who measures gets a template and takes copies of it.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import text

from portal.operator.synthesis import fill
from portal.search_runs import RunDesk, joined_search_runs
from registry_core.storage.engine import open_engine
from registry_core.storage.keys import Keyring, new_keyring_file, read_keyring
from tests.benchmarks.measurement import say
from tests.databases import PostgresqlTemplate, SqliteTemplate, Template, migrated, postgresql_server

#: Residents of the register at first and when it has grown; of the short form.
SIZES, QUICK_SIZES = (100_000, 1_200_000), (2_000, 20_000)
CITY, KEYS = "990019", "data-keys.json"
AT = datetime(2026, 4, 1, tzinfo=UTC)


class FilledRegisters:
    """One keyring, one PostgreSQL server, and the templates of the sizes that were asked for; closed at the end of the run."""

    def __init__(self) -> None:
        self._kept = ExitStack()
        self._templates: dict[tuple[str, int], Template] = {}
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """Where all of it is, the keys too."""
        if self._folder is None:
            self._folder = Path(self._kept.enter_context(tempfile.TemporaryDirectory(prefix="filled-")))
            new_keyring_file(self._folder / KEYS)
        return self._folder

    @property
    def keyring(self) -> Keyring:
        return read_keyring(self.folder / KEYS)

    def template(self, backend: str, size: int) -> Template:
        """A migrated register ("sqlite" or "postgresql", as durable as in production) with so many residents."""
        known = self._templates.get((backend, size))
        if known is None:
            below = max((each for name, each in self._templates if name == backend and each < size), default=None)
            if below is None:
                known = self._empty(backend) if size == 0 else self.template(backend, 0).derived(self._filler(0, size))
            else:
                known = self._templates[backend, below].derived(self._filler(below, size))
            self._templates[backend, size] = known
        return known

    def close(self) -> None:
        """Remove everything."""
        self._kept.close()
        self._templates.clear()
        self._folder = None

    def _empty(self, backend: str) -> Template:
        if backend == "sqlite":
            return SqliteTemplate(self.folder / "sqlite", migrated)
        server = self._kept.enter_context(postgresql_server("portal-benchmarks"))
        with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET fsync")  # which the tests' server goes without
            connection.execute("SELECT pg_reload_conf()")
        return PostgresqlTemplate(server, "filled", migrated)

    def _filler(self, begins: int, ends: int) -> Callable[[str], None]:
        def add(url: str) -> None:
            say(f"  a register of {ends:,} residents is made")
            engine = open_engine(url)
            try:
                fill(engine, self.keyring, ends - begins, seed=ends, municipality_code=CITY, at=AT)
                for _ in joined_search_runs(RunDesk(engine, self.keyring)):
                    pass  # as the worker does it
                with engine.begin() as connection:
                    connection.execute(text("ANALYZE"))  # as the server does by itself, some time later
            finally:
                engine.dispose()

        return add


FILLED = FilledRegisters()
