"""A register in which all is well, and what the doctor says of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from registry_core.ledger import make_checkpoint, seal_entries
from tests.conftest import Register
from tests.faults.town import enter_residents, fill_pool
from tests.live_server import mail_server
from tests.portal.auth.provider import Provider, provider_serving
from tests.portal.operator.conftest import Operator, environment
from tests.registry_core.people import CITY


def ago(**parts: float) -> datetime:
    return datetime.now(UTC) - timedelta(**parts)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provider_serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def smtp_url() -> Iterator[str]:
    with mail_server() as (_, url):
        yield url


@pytest.fixture
def operator(register: Register, tmp_path: Path, keys_file: Path, provider: Provider, smtp_url: str) -> Operator:
    """An operator of a register in which all is well, but for what a PostgreSQL of the tests is."""
    keys = tmp_path / "data-keys.json"
    keys.write_bytes(keys_file.read_bytes())
    settings = environment(tmp_path, register.url, keys)
    for file in (keys, tmp_path / "secret-key"):
        file.chmod(0o600)
    if register.engine.dialect.name == "sqlite":
        Path(register.engine.url.database).chmod(0o600)
    for who in ("RESIDENT", "STAFF"):
        settings |= {
            f"PORTAL_{who}_OIDC_ISSUER": provider.url,
            f"PORTAL_{who}_OIDC_CLIENT_ID": "portal",
            f"PORTAL_{who}_OIDC_CLIENT_SECRET": "x",
        }
    with register.write() as session:
        enter_residents(session, 2, town=CITY)
        fill_pool(session, 60, town=CITY)
    seal(register)
    return Operator(settings | {"PORTAL_SMTP_URL": smtp_url}, tmp_path, register)


def seal(register: Register, *, at: datetime | None = None) -> None:
    with register.write() as session:
        while seal_entries(session, at=at or ago()):
            session.flush()
        make_checkpoint(session, at=at or ago())


def told(operator: Operator) -> dict[str, tuple[str, str]]:
    """What the doctor says of each check: (state, words and what to do); the worst where there are several."""
    result = operator.types("doctor", "--json")
    found = json.loads(result.stdout)
    states = [each["state"] for each in found["checks"]]
    assert (found["faults"], found["warnings"]) == (states.count("fault"), states.count("warning"))
    assert result.exit_code == (1 if found["faults"] else 0)
    for each in found["checks"]:
        assert bool(each["todo"]) == (each["state"] != "ok"), each
    order = ["ok", "warning", "fault"]
    checks = sorted(found["checks"], key=lambda each: order.index(each["state"]))
    return {each["check"]: (each["state"], f"{each['words']} {each['todo']}") for each in checks}


def assert_tells(operator: Operator, check: str, state: str, *words: str) -> None:
    found = told(operator)[check]
    assert (found[0], [each for each in words if each not in found[1]]) == (state, []), found


def runs(operator: Operator, *statements: str) -> None:
    with operator.register.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
