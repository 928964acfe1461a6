"""`portal init`, `serve`, `worker` and the ways of being started wrongly: words and exit codes, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.config import PROJECT_ROOT
from registry_core.storage import migrate
from registry_core.storage.keys import new_keyring_file
from tests.portal.operator.conftest import Operator, environment, said
from tests.registry_core.people import enter

COMMANDS = [
    ["backup", "register.backup"],
    ["registry", "import", __file__],
    ["registry", "designate", __file__],
    ["registry", "export", "nowhere-to-be-made.csv", "--as", "kato"],
    ["registry", "synthesize", "1"],
    ["verify-ledger"],
    ["worker"],
    ["serve"],
]


@pytest.fixture
def beginner(tmp_path: Path) -> Operator:
    """An operator of a machine on which nothing has been made yet."""
    home = tmp_path / "not" / "yet"
    return Operator(
        {
            "PORTAL_ENV": "demo",
            "PORTAL_BASE_URL": "http://127.0.0.1:8000",
            "PORTAL_DATABASE_URL": f"sqlite:///{home / 'data' / 'register.sqlite3'}",
            "PORTAL_DATA_KEYS_FILE": str(home / "keys" / "data-keys.json"),
            "PORTAL_SECRET_KEY_FILE": str(home / "keys" / "secret"),
        },
        home,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "keys").iterdir())}


# ---------------------------------------------------------------- init


def test_init_makes_keys_and_schema_and_again_is_harmless(beginner: Operator) -> None:
    first = beginner.types("init")
    made = files(beginner.folder)
    second = beginner.types("init")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert files(beginner.folder) == made
    assert [path.stat().st_mode & 0o077 for path in (beginner.folder / "keys").iterdir()] == [0, 0]
    assert len(first.stdout.splitlines()) == 3
    assert second.stdout == f"The schema is at revision {migrate.head_revision()}.\n"
    assert beginner.types("registry", "synthesize", "2").exit_code == 0
    for key in json.loads(made["data-keys.json"])["sealing"]["keys"].values():
        assert key not in first.output


def test_init_without_an_environment_tells_everything_missing_and_makes_nothing(newcomer, tmp_path: Path) -> None:
    result = newcomer().types("init")
    assert result.exit_code == 2
    told = result.stderr
    for name in ("PORTAL_SECRET_KEY_FILE", "PORTAL_DATA_KEYS_FILE", "PORTAL_DATABASE_URL"):
        assert f"{name} is missing" in told
    assert list(tmp_path.iterdir()) == []


def test_init_tells_a_database_it_cannot_use(beginner: Operator) -> None:
    beginner.environment["PORTAL_DATABASE_URL"] = "mysql://somewhere/x"
    result = beginner.types("init")
    assert (result.exit_code, beginner.folder.exists()) == (2, False)
    assert "begins with sqlite:/// or postgresql://" in result.stderr


def test_init_makes_no_new_keys_beside_a_sealed_register(operator: Operator, tmp_path: Path) -> None:
    with operator.register.write() as session:
        enter(session)
    lost = tmp_path / "lost.json"
    operator.environment["PORTAL_DATA_KEYS_FILE"] = str(lost)
    result = operator.types("init")
    assert (result.exit_code, lost.exists()) == (2, False)
    assert "Restore it from its safe" in result.stderr


@pytest.mark.parametrize("words", [["init"], *COMMANDS], ids=lambda words: " ".join(words[:2]).split("/")[0])
def test_keys_of_another_register_are_told(operator: Operator, tmp_path: Path, words: list[str]) -> None:
    with operator.register.write() as session:
        enter(session)
    other = tmp_path / "other.json"
    new_keyring_file(other)
    operator.environment["PORTAL_DATA_KEYS_FILE"] = str(other)
    result = operator.types(*words)
    assert result.exit_code == 2
    assert "do not open this register" in result.stderr


# ---------------------------------------------------------------- started wrongly


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]).split("/")[0])
def test_command_without_an_environment_tells_everything_missing(newcomer, words: list[str]) -> None:
    result = newcomer().types(*words)
    assert result.exit_code == 2
    for name in ("PORTAL_DATABASE_URL", "PORTAL_BASE_URL", "PORTAL_MUNICIPALITY_FILE", "PORTAL_STAFF_OIDC_ISSUER"):
        assert f"{name} is missing" in result.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]).split("/")[0])
def test_command_refuses_a_database_at_another_revision(operator: Operator, words: list[str]) -> None:
    with operator.register.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    result = operator.types(*words)
    assert result.exit_code == 2
    assert "is at schema revision 0001, this" in result.stderr
    assert "Run `portal init`." in result.stderr


def test_init_refuses_a_database_of_a_newer_portal(operator: Operator) -> None:
    with operator.register.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = operator.types("init")
    assert result.exit_code == 2
    assert "or of a newer one" in result.stderr


@pytest.mark.parametrize("words", [["init"], *COMMANDS], ids=lambda words: " ".join(words[:2]).split("/")[0])
def test_database_that_does_not_answer_is_told_in_a_line_without_its_password(
    keys_file: Path, tmp_path: Path, words: list[str]
) -> None:
    url = "postgresql://portal:very-secret@127.0.0.1:1/register"
    result = Operator(environment(tmp_path, url, keys_file), tmp_path).types(*words)
    assert result.exit_code == 2
    assert said(result)[0].startswith("The database of PORTAL_DATABASE_URL does not answer: ")
    assert len(said(result)) == 1
    assert "very-secret" not in result.output


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]).split("/")[0])
@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_key_file_that_is_lost_or_broken_is_told(operator: Operator, words: list[str], content: str | None) -> None:
    file = operator.folder / "keys.json"
    if content is not None:
        file.write_text(content)
    operator.environment["PORTAL_DATA_KEYS_FILE"] = str(file)
    result = operator.types(*words)
    assert result.exit_code == 2
    assert "estore" in said(result)[-1]


def test_demonstration_is_refused_in_production_and_makes_nothing(operator: Operator, tmp_path: Path) -> None:
    keys = tmp_path / "never-made.json"
    operator.environment |= {"PORTAL_ENV": "production", "PORTAL_DATA_KEYS_FILE": str(keys)}
    result = operator.types("demo", "run")
    assert (result.exit_code, keys.exists()) == (2, False)
    assert "Nothing was made." in result.stderr


@pytest.mark.parametrize(
    "words", [[], ["doctor"], ["restore"], ["registry"], ["demo"], ["i18n"], ["init"], *[each[:2] for each in COMMANDS]]
)
def test_every_command_explains_itself(newcomer, words: list[str]) -> None:
    result = newcomer().types(*[word for word in words if "/" not in word and word != "1"], "--help")
    assert result.exit_code == 0
    assert "Usage: portal" in result.stdout


def test_unknown_command_is_wrong_use(newcomer) -> None:
    assert newcomer().types("registri").exit_code == 2


# ---------------------------------------------------------------- in a process of its own


def test_command_in_a_shell_ends_with_its_code_and_keeps_its_output_apart(operator: Operator) -> None:
    def types(*words: str) -> subprocess.CompletedProcess[str]:
        given = {name: value for name, value in operator.environment.items() if value}
        program = [sys.executable, "-c", "from portal.cli import main; main(prog_name='portal')", *words]
        return subprocess.run(
            program,
            env=given | {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT_ROOT)},
            capture_output=True,
            text=True,
            cwd=operator.folder,
            check=False,
        )

    made = types("registry", "synthesize", "3")
    assert (made.returncode, made.stdout) == (0, "3 synthetic residents made.\n")
    assert "\x1b" not in made.stderr
    proof = types("verify-ledger", "--json")
    assert (proof.returncode, json.loads(proof.stdout)["unsealed"]) == (0, 3)
    again = types("registry", "synthesize", "3")
    assert (again.returncode, again.stdout) == (1, "")
    assert "Traceback" not in made.stderr + proof.stderr + again.stderr
