"""The command `portal` on a register of its own."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from portal.cli import main
from portal.config import PROJECT_ROOT
from portal.operator.synthesis import synthetic_residents
from registry_core.register import Newcomer
from registry_core.register.resident_record import ITEM_NAMES, ResidentRecord
from registry_core.storage.engine import open_engine
from registry_core.storage.keys import Keyring
from tests.conftest import Register
from tests.databases import SqliteTemplate

COLUMNS = (*ITEM_NAMES, "code", "reason", "on")


def row_of(person: Newcomer) -> dict[str, str]:
    """One line of a file of residents."""
    items = {name: text or "" for name, text in person.items.as_text().items()}
    return items | {"code": person.code.reveal(), "reason": person.reason.value, "on": "2026-04-01"}


def rows(number: int, seed: int = 5) -> list[dict[str, str]]:
    return [row_of(person) for person in synthetic_residents(number, seed=seed)]


def written(path: Path, lines: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)
    return path


@dataclass
class Operator:
    """Somebody at a terminal: types a command, reads what it says."""

    environment: dict[str, str | None]
    folder: Path
    register: Register | None = None

    def types(self, *words: object) -> Result:
        """Run `portal ...`; an exception that is no exit is a traceback on the terminal, and fails the test."""
        result = CliRunner().invoke(main, [str(word) for word in words], env=self.environment, prog_name="portal")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def imports(self, lines: list[dict[str, str]], *options: str) -> Result:
        return self.types("registry", "import", written(self.folder / "people.csv", lines), *options)

    def imports_text(self, content: str | bytes, *options: str, name: str = "people.csv") -> Result:
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.types("registry", "import", file, *options)

    def imports_json(self, lines: list[dict[str, object]], *options: str) -> Result:
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        return self.imports_text(content, *options, name="people.jsonl")

    def designates(self, content: str, *options: str) -> Result:
        file = self.folder / "codes.txt"
        file.write_text(content, encoding="utf-8")
        return self.types("registry", "designate", file, *options)

    def residents(self) -> int:
        with self.register.read() as session:
            return session.scalar(select(func.count()).select_from(ResidentRecord))

    def process(self, *words: object) -> "subprocess.Popen[str]":
        """The command in a process of its own, as in a shell."""
        given = {name: value for name, value in self.environment.items() if value}
        return subprocess.Popen(
            [sys.executable, "-c", "from portal.cli import main; main(prog_name='portal')", *map(str, words)],
            env=given | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT_ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )

    def without(self, *names: str) -> "Operator":
        return Operator(self.environment | dict.fromkeys(names), self.folder, self.register)


def environment(folder: Path, database_url: str, keys_file: Path) -> dict[str, str | None]:
    secret = folder / "secret-key"
    secret.write_bytes(b"known to the tests alone " * 2)
    return {
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": "http://127.0.0.1:8000",
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_KEYS_FILE": str(keys_file),
        "PORTAL_SECRET_KEY_FILE": str(secret),
    }


@pytest.fixture(autouse=True)
def _settings_of_nobody_else() -> None:
    """The demonstration sets for its process what nobody has set: the next test in it begins without."""
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]


@pytest.fixture
def operator(register: Register, keys_file: Path, tmp_path: Path) -> Operator:
    """An operator of an empty register, on both databases."""
    return Operator(environment(tmp_path, register.url, keys_file), tmp_path, register)


@pytest.fixture
def operator_elsewhere(
    sqlite_template: SqliteTemplate, keyring: Keyring, keys_file: Path, tmp_path: Path
) -> Iterator[Operator]:
    """Another operator, of another empty register."""
    url = sqlite_template.fresh()
    engine = open_engine(url)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    yield Operator(environment(folder, url, keys_file), folder, Register(url, engine, keyring))
    engine.dispose()
    sqlite_template.dispose(url)


@pytest.fixture
def newcomer(tmp_path: Path) -> Callable[..., Operator]:
    """An operator with nothing but an environment: `newcomer(PORTAL_ENV="demo")`."""
    return lambda **values: Operator(dict(values), tmp_path)


def said(result: Result) -> list[str]:
    """Lines on the error output, the progress bars left out."""
    return [line for line in result.stderr.splitlines() if line.strip() and "━" not in line and "-:--:--" not in line]
