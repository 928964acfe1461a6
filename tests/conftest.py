"""What tests stand on: databases, keys, a served portal, visitors.

No fixture keeps a Flask application context open around a test: Flask-Babel keeps the language on it, and requests made
inside would all speak the first one's language.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry_core.storage import engine as storage
from registry_core.storage.keys import Keyring, new_keyring_file, read_keyring
from tests.databases import (
    BACKENDS,
    PostgresqlTemplate,
    SqliteTemplate,
    Template,
    copy_of,
    migrated,
    postgresql_server,
    with_demo,
)
from tests.live_server import PortalServer, portal_serving
from tests.page_client import PageClient


@dataclass(frozen=True)
class Register:
    """An empty register on one of the databases; its blocks are those of the portal."""

    url: str
    engine: Engine
    keyring: Keyring

    def write(self) -> AbstractContextManager[Session]:
        return storage.write(self.engine, self.keyring)

    def read(self) -> AbstractContextManager[Session]:
        return storage.read(self.engine, self.keyring)


@pytest.fixture(scope="session", autouse=True)
def _environment_of_nobody() -> None:
    """No setting of whoever runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "data-keys.json"
    new_keyring_file(path)
    return path


@pytest.fixture(scope="session")
def keyring(keys_file: Path) -> Keyring:
    return read_keyring(keys_file)


# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("databases") / "sqlite", migrated)


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[PostgresqlTemplate]:
    with postgresql_server() as server:
        yield PostgresqlTemplate(server, "migrated", migrated)


@pytest.fixture(scope="session")
def bare_sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("databases") / "bare", lambda _url: None)


@pytest.fixture(scope="session")
def bare_postgresql(postgresql_template: PostgresqlTemplate) -> PostgresqlTemplate:
    return PostgresqlTemplate(postgresql_template.server, "bare", lambda _url: None)


@pytest.fixture(params=BACKENDS)
def bare_register(request: pytest.FixtureRequest, keyring: Keyring) -> Iterator["Register"]:
    """A database in which nothing was made yet."""
    template: Template = request.getfixturevalue(f"bare_{request.param}")
    with copy_of(template) as url:
        engine = storage.open_engine(url)
        yield Register(url, engine, keyring)
        engine.dispose()


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a fresh, migrated, empty database; a test that asks for it runs on both."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    with copy_of(template) as url:
        yield url


@pytest.fixture
def register(database_url: str, keyring: Keyring) -> Iterator[Register]:
    """An empty register."""
    engine = storage.open_engine(database_url)
    yield Register(database_url, engine, keyring)
    engine.dispose()


# ---------------------------------------------------------------- the portal, served


@pytest.fixture(scope="session")
def demo_templates(request: pytest.FixtureRequest, keys_file: Path) -> dict[str, Template]:
    """Databases that hold the demo municipality, made when first asked for."""
    return _DemoTemplates(request, keys_file)


class _DemoTemplates(dict[str, Template]):
    def __init__(self, request: pytest.FixtureRequest, keys_file: Path) -> None:
        super().__init__()
        self.request = request
        self.keys_file = keys_file

    def __missing__(self, backend: str) -> Template:
        empty: Template = self.request.getfixturevalue(f"{backend}_template")
        self[backend] = empty.derived(lambda url: with_demo(url, self.keys_file))
        return self[backend]


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """The served portal's database: SQLite, unless a test is parametrized with `backend` indirectly."""
    return getattr(request, "param", "sqlite")


@pytest.fixture
def portal_settings() -> dict[str, str]:
    """Further environment variables of the served portal; a module overrides this fixture where it needs some."""
    return {}


@pytest.fixture
def portal_server(
    backend: str, demo_templates: dict[str, Template], keys_file: Path, tmp_path: Path, portal_settings: dict[str, str]
) -> Iterator[PortalServer]:
    """A portal of the demo municipality that a test may change: its own database, its own mailbox."""
    template = demo_templates[backend]
    with copy_of(template) as url, portal_serving(tmp_path, url, keys_file, portal_settings) as server:
        yield server


@pytest.fixture(scope="session")
def reading_server(
    demo_templates: dict[str, Template], keys_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PortalServer]:
    """One portal for all tests that only read public pages."""
    url = demo_templates["sqlite"].fresh()
    with portal_serving(tmp_path_factory.mktemp("reading"), url, keys_file) as server:
        yield server


@pytest.fixture
def client(portal_server: PortalServer) -> Iterator[PageClient]:
    """A visitor without cookies, to a portal of its own."""
    client = portal_server.client()
    yield client
    client.close()


# ---------------------------------------------------------------- browsers


@pytest.fixture(scope="session")
def chromium_browser():
    from tests.browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def browser_visitor(portal_server: PortalServer, chromium_browser):
    """A factory of visitors with a browser: `browser_visitor("phone")`."""
    from tests.browser import BrowserVisitor

    visitors = []

    def visit(screen: str = "desktop", **options) -> BrowserVisitor:
        visitors.append(BrowserVisitor(chromium_browser, portal_server.url, screen, **options))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.close()
