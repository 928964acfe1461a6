"""`portal doctor` where nothing is wrong: every check is made, and says so."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.portal.operator.conftest import Operator
from tests.portal.operator.doctor.conftest import told

CHECKS = [
    "settings",
    "keys",
    "secret-key",
    "disk",
    "languages",
    "mail",
    "sign-in-residents",
    "sign-in-staff",
    "schema",
    "keys-fit",
    "database",
    "ledger-guards",
    "codes",
    "clock",
    "worker",
    "checkpoints",
    "holders",
    "backup",
    "pool",
    "outbox",
]


@pytest.fixture
def waiting_for_the_disk(operator: Operator) -> Iterator[None]:
    """The PostgreSQL of the tests does not wait for its disk; a while it does."""

    def says(word: str) -> None:
        if operator.register.engine.dialect.name == "postgresql":
            with operator.register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"ALTER SYSTEM SET fsync = {word}"))
                connection.execute(text("SELECT pg_reload_conf()"))
                connection.execute(text("SELECT pg_sleep(0.3)"))

    says("on")
    yield
    says("off")


def test_where_all_is_well_every_check_says_so(operator: Operator, waiting_for_the_disk: None):
    found = told(operator)
    expected = dict.fromkeys(CHECKS, "ok")
    if operator.register.engine.dialect.name == "postgresql":
        expected["ledger-guards"] = "warning"  # the tests come in as PostgreSQL's superuser
    else:
        expected["database-file"] = "ok"
    assert {check: state for check, (state, _) in found.items()} == expected
    result = operator.types("doctor")
    assert result.stdout.splitlines()[-1] in {"All is well.", "0 faults, 1 warnings."}
    assert result.stdout.splitlines()[0] == "ok       settings          Complete, for Midorigaoka City (demo)."
