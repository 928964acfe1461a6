"""`portal doctor`: each thing that can be wrong is made wrong, and told with what to do."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from portal.tables import TRANSIENT
from registry_core.ledger import make_checkpoint, record_entry, seal_entries
from registry_core.outbox import OutboxKind, enqueue
from registry_core.remaking import BackupHeader, BackupMade, record_backup
from registry_core.storage import migrate
from registry_core.storage.engine import is_sqlite
from registry_core.storage.key_set import read_key_set, write_key_set
from registry_core.storage.keys import new_keyring_file
from registry_core.values.legal_purpose import LegalPurpose
from tests.conftest import Register
from tests.faults.town import enter_residents, fill_pool, ready_requests
from tests.live_server import mail_server
from tests.portal.auth.provider import Provider, provider_serving
from tests.portal.operator.conftest import Operator, environment
from tests.registry_core.people import CITY, SYSTEM

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


# ---------------------------------------------------------------- all is well


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


def test_a_database_that_does_not_wait_for_its_disk_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":  # as on a network folder that shares no memory
        path = operator.register.engine.url.database
        operator.environment["PORTAL_DATABASE_URL"] = f"sqlite:///file:{path}?vfs=unix-none&uri=true"
        operator.register.engine.dispose()
        runs_without_the_log(path)
        assert_tells(operator, "database", "fault", "does not wait for the disk (journal_mode=delete")
    else:
        assert_tells(operator, "database", "fault", "does not wait for the disk (fsync = off)", "postgresql.conf")


def runs_without_the_log(path: str) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()


# ---------------------------------------------------------------- settings, files


def test_settings_that_are_missing_are_told_one_by_one(operator: Operator):
    operator.environment |= {"PORTAL_ENV": "production", "PORTAL_BASE_URL": None}
    result = operator.types("doctor")
    assert result.exit_code == 1
    assert [line.split()[:2] for line in result.stdout.splitlines() if line.startswith("FAULT")] == [
        ["FAULT", "settings"]
    ] * 4
    assert "PORTAL_BASE_URL is missing: the address people open" in result.stdout


@pytest.mark.parametrize(("file", "check"), [("data-keys.json", "keys"), ("secret-key", "secret-key")])
def test_keys_that_others_can_read_are_told(operator: Operator, file: str, check: str):
    (operator.folder / file).chmod(0o644)
    assert_tells(operator, check, "fault", "can be read by others on this machine (mode 644)", "chmod 600")


def test_keys_that_are_gone_are_told(operator: Operator):
    (operator.folder / "data-keys.json").unlink()
    assert_tells(
        operator, "keys", "fault", "No such file or directory", "Restore it from its safe; do not make a new one."
    )
    assert_tells(operator, "keys-fit", "fault", "No key file at ")


def test_keys_of_another_register_are_told(operator: Operator):
    (operator.folder / "data-keys.json").unlink()
    new_keyring_file(operator.folder / "data-keys.json")
    assert_tells(operator, "keys-fit", "fault", "do not open this register", "Stop the service")


def test_a_replacement_of_the_keys_that_stopped_half_way_is_told(operator: Operator):
    path = operator.folder / "data-keys.json"
    write_key_set(path, read_key_set(path).begun())
    assert_tells(operator, "keys-fit", "warning", "stopped half way (step known)", "portal keys rotate")


@pytest.mark.parametrize(("free", "state"), [(900, "warning"), (100, "fault")])
def test_a_disk_that_is_nearly_full_is_told(operator: Operator, monkeypatch, free: int, state: str):
    if operator.register.engine.dialect.name != "sqlite":
        return
    import shutil

    usage = shutil.disk_usage("/")._replace(free=free * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert_tells(operator, "disk", state, f"{free} MB are free in ", "Make room there.")


def test_a_database_file_that_everybody_reads_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":
        Path(operator.register.engine.url.database).chmod(0o644)
        assert_tells(operator, "database-file", "warning", "can be read by everybody on this machine", "chmod o= ")


# ---------------------------------------------------------------- the database


def test_a_database_that_is_away_is_told_without_its_password(operator: Operator):
    operator.environment["PORTAL_DATABASE_URL"] = "postgresql://portal:very-secret@127.0.0.1:1/register"
    assert_tells(operator, "database", "fault", "does not answer: ", "Start it")
    assert "very-secret" not in operator.types("doctor").output


def test_another_revision_is_told_and_nothing_after_it_is_looked_at(operator: Operator):
    runs(operator, "UPDATE alembic_version SET version_num = '0001'")
    found = told(operator)
    assert found["schema"][0] == "fault"
    assert f"at schema revision 0001, this program needs {migrate.head_revision()}" in found["schema"][1]
    assert "pool" not in found


def test_a_schema_changed_by_hand_is_told_by_name(operator: Operator):
    runs(operator, "DROP INDEX uq_code_assignment_current")
    assert_tells(operator, "schema", "fault", "somebody changed the schema by hand: ", "uq_code_assignment_current")


def test_a_check_that_cannot_be_made_keeps_no_other_from_its_turn(operator: Operator):
    runs(operator, "DROP TABLE designated_code")
    assert_tells(operator, "pool", "fault", "This could not be looked at: ")
    assert_tells(operator, "outbox", "ok")


def test_a_damaged_file_is_told(operator: Operator):
    if operator.register.engine.dialect.name != "sqlite":
        return
    path = Path(operator.register.engine.url.database)
    with operator.register.engine.connect() as connection:
        page = connection.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ledger_entry_actor_person_at'")
        )
        size = connection.scalar(text("PRAGMA page_size"))
    operator.register.engine.dispose()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 200)
    assert_tells(operator, "database", "fault", "The database file is damaged: ", "restore the newest backup")


def test_guards_of_the_ledger_that_were_switched_off_are_told(operator: Operator):
    with operator.register.read() as session:
        sqlite = is_sqlite(session)
    if sqlite:
        runs(operator, "DROP TRIGGER ledger_seal_no_delete")
        assert_tells(operator, "ledger-guards", "fault", "switched off: ledger_seal_no_delete.", "portal verify-ledger")
    else:
        runs(operator, "ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_no_change")
        assert_tells(operator, "ledger-guards", "fault", "switched off: ledger_entry_no_change.")


def test_a_record_without_its_code_is_told(operator: Operator):
    runs(operator, "UPDATE code_assignment SET until = 'x' WHERE id = (SELECT id FROM code_assignment LIMIT 1)")
    assert_tells(operator, "codes", "fault", "1 records without exactly one code.", "keep a copy of the database")


def test_a_code_that_was_given_twice_is_told(operator: Operator):
    if operator.register.engine.dialect.name == "sqlite":
        runs(
            operator,
            "CREATE TABLE loose AS SELECT * FROM code_assignment",
            "DROP TABLE code_assignment",
            "ALTER TABLE loose RENAME TO code_assignment",
        )
    else:
        runs(operator, "ALTER TABLE code_assignment DROP CONSTRAINT uq_code_assignment_code_index")
    runs(operator, "UPDATE code_assignment SET code_index = (SELECT code_index FROM code_assignment LIMIT 1)")
    assert_tells(operator, "codes", "fault", "1 codes that were given more than once.")


def test_an_approval_whose_code_is_another_ones_is_told(operator: Operator):
    from registry_core.codes import approve_code_change
    from tests.faults.town import clerk

    with operator.register.write() as session:
        (request,) = ready_requests(session, 1, town=CITY)
        approve_code_change(session, request_id=request, actor=clerk(1, CITY), at=ago())
    runs(
        operator,
        "UPDATE code_change_request SET record_id ="
        " (SELECT id FROM resident_record WHERE id <> code_change_request.record_id LIMIT 1)",
    )
    assert_tells(operator, "codes", "fault", "1 approved requests whose new code is not the record's.")


# ---------------------------------------------------------------- the ledger, backups


def writes(operator: Operator, at: datetime) -> None:
    with operator.register.write() as session:
        record_entry(session, action="record.looked-at", actor=SYSTEM, at=at, purpose=LegalPurpose.AUDIT)


def test_a_clock_behind_the_ledger_is_told(operator: Operator):
    writes(operator, ago(hours=-5))
    assert_tells(operator, "clock", "fault", "4 hours behind the last entry", "timedatectl")


@pytest.mark.parametrize(("minutes", "state"), [(2, "warning"), (7, "fault")])
def test_a_worker_that_stands_still_is_told(operator: Operator, minutes: int, state: str):
    writes(operator, ago(minutes=minutes))
    assert_tells(operator, "worker", state, "The worker stands still", "systemctl restart")


def test_a_ledger_that_is_sealed_and_not_signed_is_told(operator: Operator):
    runs_before = ago(minutes=40)
    writes(operator, runs_before)
    seal(operator.register, at=runs_before)
    writes(operator, ago(minutes=1))
    with operator.register.write() as session:
        seal_entries(session, at=ago())
    assert_tells(operator, "checkpoints", "fault", "No checkpoint was signed since ", "sealing failed")


def in_production(operator: Operator, **settings: str) -> Operator:
    """The same register, under the rules of production; its providers are not there."""
    municipality = operator.folder / "municipality.toml"
    lines = {
        "code": CITY,
        "name_ja": "緑が丘市",
        "name_en": "Midorigaoka City",
        "address_ja": "一丁目",
        "phone": "0",
        "counter_days": "",
        "counter_opens": "",
        "counter_closes": "",
    }
    municipality.write_text("\n".join(f'{name} = "{value}"' for name, value in lines.items()))
    operator.environment |= {
        "PORTAL_ENV": "production",
        "PORTAL_BASE_URL": "https://portal.example",
        "PORTAL_MUNICIPALITY_FILE": str(municipality),
        "PORTAL_RESIDENT_OIDC_ISSUER": "https://127.0.0.1:1",
        "PORTAL_STAFF_OIDC_ISSUER": "https://127.0.0.1:1",
        **settings,
    }
    return operator


def test_a_register_without_outside_holders_is_told(operator: Operator):
    assert_tells(in_production(operator), "holders", "warning", "Nobody outside holds checkpoints", "docs/deploy.md, 7")


def test_a_holder_that_lacks_checkpoints_is_told(operator: Operator):
    long_ago = ago(minutes=30)
    writes(operator, long_ago)
    seal(operator.register, at=long_ago)
    holder = str(operator.folder / "holder.jsonl")
    in_production(operator, PORTAL_CHECKPOINT_HOLDERS=holder)
    assert_tells(
        operator, "holders", "warning", " lacks 2 checkpoints (the worker stands still).", "Ask whoever runs it."
    )


@pytest.mark.parametrize(
    ("age", "state", "words"),
    [
        (None, "warning", "No backup was made"),
        (timedelta(hours=5), "ok", "5 hours old"),
        (timedelta(hours=30), "warning", "30 hours old"),
        (timedelta(days=4), "fault", "4 days old"),
    ],
)
def test_an_old_backup_is_told(operator: Operator, age: timedelta | None, state: str, words: str):
    if age is not None:
        header = BackupHeader(CITY, "0001", ago(), 0, 0, "", 0, TRANSIENT, 0, ())
        with operator.register.write() as session:
            made = BackupMade(header, {}, 1)
            record_backup(session, made=made, actor=SYSTEM, at=datetime.now(UTC) - age - timedelta(minutes=1))
    assert_tells(in_production(operator), "backup", state, words)


# ---------------------------------------------------------------- what people depend on


@pytest.mark.parametrize(
    ("left", "state", "words"), [(0, "fault", "No code is left"), (10, "warning", "10 codes are left.")]
)
def test_a_pool_that_runs_low_is_told(operator: Operator, left: int, state: str, words: str):
    runs(operator, f"UPDATE designated_code SET taken_at = 'x' WHERE position > {left}")
    assert_tells(operator, "pool", state, words, "portal registry designate FILE")


def queue(operator: Operator, at: datetime) -> None:
    with operator.register.write() as session:
        payload = {"template": "news", "to": "a@example.org", "language": "vi"}
        enqueue(session, kind=OutboxKind.MAIL, dedupe_key=str(uuid4()), payload=payload, at=at)


def keeps_failing(operator: Operator) -> None:
    queue(operator, ago(days=1))
    runs(operator, "UPDATE outbox_message SET tries = 9, last_error = 'gaierror'")


def has_no_server(operator: Operator) -> None:
    queue(operator, ago())
    operator.environment["PORTAL_SMTP_URL"] = None


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (keeps_failing, ["1 messages keep failing: 1 times mail: gaierror.", "Mail is stuck"]),
        (has_no_server, ["1 mails wait, and no mail server is set.", "PORTAL_SMTP_URL"]),
        (
            lambda operator: queue(operator, ago(minutes=50)),
            ["wait, the oldest for 50 minutes.", "Is the worker running?"],
        ),
    ],
)
def test_mail_that_does_not_leave_is_told(operator: Operator, happens: Callable[[Operator], None], words: list[str]):
    happens(operator)
    assert_tells(operator, "outbox", "warning", *words)


def test_languages_that_cannot_be_served_are_told(operator: Operator):
    operator.environment["PORTAL_REQUIRE_REVIEWED"] = "yes"
    assert_tells(operator, "languages", "warning", " is not served: ", "are not reviewed by a person.")
    operator.environment["PORTAL_LANGUAGES"] = "ja en tlh"
    assert_tells(operator, "languages", "fault", "tlh")


def test_a_mail_server_that_does_not_answer_or_offers_no_tls_is_told(operator: Operator):
    operator.environment["PORTAL_SMTP_URL"] = "smtp://127.0.0.1:1"
    assert_tells(operator, "mail", "fault", "does not take us: ConnectionRefusedError.", "Mail is stuck")


def test_a_provider_that_is_away_or_another_is_told(operator: Operator, provider: Provider):
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = "http://127.0.0.1:1"
    assert_tells(
        operator, "sign-in-staff", "fault", "(ConnectionError): staff cannot sign in.", "PORTAL_STAFF_OIDC_ISSUER"
    )
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = f"{provider.url}/other"
    assert_tells(operator, "sign-in-staff", "fault", "answers 404: staff cannot sign in.")
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = provider.url.replace("127.0.0.1", "localhost")
    assert_tells(operator, "sign-in-staff", "fault", "says that it is another issuer")
    assert_tells(operator, "sign-in-residents", "ok", f"{provider.url} answers.")
