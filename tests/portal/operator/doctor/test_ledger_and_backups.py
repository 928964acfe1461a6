"""`portal doctor`: sealing, signing, holders and backups fall behind, and are told with what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.tables import TRANSIENT
from registry_core.ledger import record_entry, seal_entries
from registry_core.remaking import BackupHeader, BackupMade, record_backup
from registry_core.values.legal_purpose import LegalPurpose
from tests.portal.operator.conftest import Operator
from tests.portal.operator.doctor.conftest import ago, assert_tells, seal
from tests.registry_core.people import CITY, SYSTEM


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
