"""A register that is backed up, goes on, and is lost; and what is known of it outside."""

import io
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.tables import TRANSIENT
from registry_core.codes import approve_code_change
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.ledger.seal import LedgerCheckpoint
from registry_core.register.code_assignment import CodeAssignment
from registry_core.remaking import BackupMade, KnownHead, Restored, back_up, check_backup, restore
from registry_core.storage import engine as storage
from registry_core.storage.engine import snapshot
from registry_core.storage.rows import read_rows, tables_of
from registry_core.values.resident_record_code import ResidentRecordCode
from tests.conftest import Register
from tests.registry_core.people import CITY, NOW, SECOND, SYSTEM, ask, check, enter, later


@pytest.fixture
def bare(request: pytest.FixtureRequest, keyring) -> Iterator[Callable[[str], Register]]:
    """Databases in which nothing was made yet: `bare("sqlite")`."""
    made = []

    def make(backend: str) -> Register:
        template = request.getfixturevalue(f"bare_{backend}")
        url = template.fresh()
        made.append((template, url, storage.open_engine(url)))
        return Register(url, made[-1][2], keyring)

    yield make
    for template, url, engine in made:
        engine.dispose()
        template.dispose(url)


def approve_one(register: Register, record_id: UUID | None = None) -> UUID:
    """Somebody gets another code; whose record it is."""
    with register.write() as session:
        record_id = record_id or enter(session)
        request = ask(session, record_id, key=str(later(seconds=hash(record_id) % 1000)), email="a@example.org")
        check(session, request.id)
        approve_code_change(session, request_id=request.id, actor=SECOND, at=NOW)
    return record_id


def backed_up(register: Register, **changes: object) -> tuple[io.BytesIO, BackupMade]:
    file = io.BytesIO()
    values = {"municipality_code": CITY, "leave_out": TRANSIENT, "at": NOW} | changes
    return file, back_up(register.engine, register.keyring, file, **values)


def restored(into: Register, file: io.BytesIO, **changes: object) -> Restored:
    """Checked and restored an hour later, as the command does it."""
    check_backup(file, into.keyring, municipality_code=CITY)
    values = {
        "known": (),
        "known_position": 0,
        "margin": 0,
        "actor": SYSTEM,
        "at": later(hours=1),
        "closing": lambda _session: None,
    } | changes
    return restore(into.engine, into.keyring, file, **values)


def seal(register: Register, minutes: int = 1) -> KnownHead:
    """The worker seals and signs; what a holder outside is sent."""
    with register.write() as session:
        while seal_entries(session, at=NOW):
            session.flush()
        signed = session.get_one(LedgerCheckpoint, make_checkpoint(session, at=later(minutes=minutes)))
        return KnownHead(signed.sequence, signed.digest, signed.pool_position, signed.made_at)


def codes_ever(register: Register) -> set[ResidentRecordCode]:
    """Every code that was anybody's."""
    with register.read() as session:
        return {each.code(register.keyring) for each in session.scalars(select(CodeAssignment))}


def content(register: Register) -> dict[str, list[bytes]]:
    """All lines of all tables."""
    with snapshot(register.engine) as connection:
        return {
            table.name: sorted(b"".join(read_rows(connection, table)).split(b"\n")) for table in tables_of(connection)
        }
