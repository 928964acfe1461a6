"""A backup restored: everything that was in it, into either database, or nothing at all."""

import io
import json
from collections.abc import Callable

import pytest
from sqlalchemy import event, inspect, select, text

from portal.tables import TRANSIENT, metadata
from registry_core.ledger import verify_ledger
from registry_core.ledger.entry import LedgerEntry
from registry_core.remaking import (
    BackupFault,
    BackupFaulty,
    DatabaseNotEmpty,
    back_up,
    check_backup,
    last_backup_at,
    last_moment,
    record_backup,
)
from registry_core.storage import migrate
from registry_core.storage.key_set import KeySet
from registry_core.storage.keys import keyring_of
from registry_core.storage.sealed_file import FileFault, SealedFileFaulty
from tests.conftest import Register
from tests.databases import BACKENDS
from tests.invariants import broken_invariants
from tests.registry_core.people import CITY, NOW, SYSTEM, actions, designate, enter, later
from tests.registry_core.remaking.conftest import approve_one, backed_up, content, restored, seal

Bare = Callable[[str], Register]


@pytest.fixture
def lived_in(register: Register) -> Register:
    """People, a pool, an approval, a sealed ledger and an entry after it, a web session."""
    with register.write() as session:
        designate(session, 5)
        for name in ("葛󠄀城\u3000\\N", "O'NEIL \\ SON"):
            enter(session, latin_name=name)
    approve_one(register)
    seal(register)
    with register.write() as session:
        enter(session)
        session.execute(
            text(
                "INSERT INTO web_session (id, token_hash, audience, data, created_at, last_seen_at, expires_at)"
                f" VALUES ('{'0' * 32}', :some, 'anonymous', :some, 'x', 'x', 'x')"
            ),
            {"some": b"x"},
        )
    return register


def is_untouched(register: Register) -> bool:
    return inspect(register.engine).get_table_names() == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_everything_comes_back_into_either_database(lived_in: Register, bare: Bare, backend: str):
    into = bare(backend)
    file, made = backed_up(lived_in)
    report = restored(into, file)
    before, after = content(lived_in), content(into)
    assert report.sequence == made.header.ledger_sequence == 7
    assert made.rows == {name: len(lines) - 1 for name, lines in before.items() if name not in TRANSIENT}
    assert after.pop("web_session") == [b""]
    assert before.pop("web_session") != [b""]
    assert len(after.pop("ledger_entry")) == len(before.pop("ledger_entry")) + 1  # that it was restored
    assert len(after.pop("ledger_tail")) == len(before.pop("ledger_tail")) + 1
    assert after == before
    assert migrate.differences(into.engine, metadata) == []
    seal(into, minutes=70)
    with into.read() as session:
        assert broken_invariants(session) == []
        assert "register.restored" in actions(session)


def test_a_backup_is_one_moment_whatever_is_written_meanwhile(lived_in: Register, bare: Bare):
    before = content(lived_in)
    file, meanwhile = io.BytesIO(), []

    def somebody_works(done: int, of: int) -> None:
        if done < of and len(meanwhile) < 3:
            meanwhile.append(approve_one(lived_in))
            seal(lived_in, minutes=len(meanwhile) + 1)

    back_up(
        lived_in.engine,
        lived_in.keyring,
        file,
        municipality_code=CITY,
        leave_out=("web_session",),
        at=NOW,
        progress=somebody_works,
    )
    assert len(meanwhile) == 3
    into = bare(lived_in.engine.dialect.name)
    restored(into, file)
    after = content(into)
    assert {name: after[name] for name in ("resident_record", "code_assignment", "designated_code", "ledger_seal")} == {
        name: before[name] for name in ("resident_record", "code_assignment", "designated_code", "ledger_seal")
    }
    with into.read() as session:
        assert broken_invariants(session) == []


def test_a_backup_shows_nothing_to_who_has_no_key(lived_in: Register):
    file, _ = backed_up(lived_in)
    for plain in ("葛󠄀城".encode(), b"NEIL", b"resident_record", CITY.encode(), b"ledger"):
        assert plain not in file.getvalue()


def test_progress_tells_rows_and_their_number(lived_in: Register):
    told = []
    _, made = backed_up(lived_in, progress=lambda done, of: told.append((done, of)))
    rows = sum(made.rows.values())
    assert told[-1] == (rows, rows)
    assert told == sorted(told)


def test_a_backup_of_an_older_revision_is_brought_up_to_date(lived_in: Register, bare: Bare):
    with lived_in.write() as session:
        session.execute(text("DELETE FROM web_session"))
    older = migrate.revisions()[-2]
    migrate.downgrade(lived_in.engine, older)
    file, made = backed_up(lived_in)
    into = bare(lived_in.engine.dialect.name)
    restored(into, file)
    assert (made.header.revision, migrate.current_revision(into.engine)) == (older, migrate.head_revision())
    assert migrate.differences(into.engine, metadata) == []
    with into.read() as session:
        assert broken_invariants(session) == []


def test_a_schema_without_rows_counts_as_empty(register: Register, bare: Bare):
    file, _ = backed_up(register)
    into = bare(register.engine.dialect.name)
    migrate.upgrade(into.engine)
    restored(into, file)
    with pytest.raises(DatabaseNotEmpty) as restored_again:
        restored(into, file)
    assert restored_again.value.table == "ledger_entry"


def test_a_database_with_rows_is_left_alone(lived_in: Register):
    file, _ = backed_up(lived_in)
    before = content(lived_in)
    with pytest.raises(DatabaseNotEmpty):
        restored(lived_in, file)
    assert content(lived_in) == before


@pytest.mark.parametrize("place", [0.3, 0.6, 0.999])
def test_what_is_damaged_leaves_nothing_behind(lived_in: Register, bare: Bare, place: float):
    file, _ = backed_up(lived_in)
    damaged = bytearray(file.getvalue())
    damaged[int(len(damaged) * place)] ^= 1
    into = bare(lived_in.engine.dialect.name)
    with pytest.raises(SealedFileFaulty):
        check_backup(io.BytesIO(damaged), into.keyring, municipality_code=CITY)
    with pytest.raises(SealedFileFaulty):  # though nobody checked it before
        restored_unchecked(into, io.BytesIO(damaged))
    assert is_untouched(into)


def restored_unchecked(into: Register, file: io.BytesIO, **changes: object) -> None:
    from registry_core.remaking import restore

    values = {"known": (), "known_position": 0, "margin": 0, "actor": SYSTEM, "at": NOW, "closing": lambda _: None}
    restore(into.engine, into.keyring, file, **(values | changes))


def test_what_fails_at_the_very_end_leaves_nothing_behind(lived_in: Register, bare: Bare):
    def fail(_session: object) -> None:
        raise RuntimeError("the disk is full")

    file, _ = backed_up(lived_in)
    into = bare(lived_in.engine.dialect.name)
    with pytest.raises(RuntimeError):
        restored(into, file, closing=fail)
    assert is_untouched(into)
    restored(into, file)


def test_a_backup_of_another_municipality_and_of_a_newer_program_are_refused(register: Register):
    file, _ = backed_up(register)
    with pytest.raises(BackupFaulty) as faulty:
        check_backup(file, register.keyring, municipality_code="999008")
    assert (faulty.value.fault, faulty.value.where) == (BackupFault.OTHER_MUNICIPALITY, CITY)
    with register.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    file, _ = backed_up(register)
    with pytest.raises(BackupFaulty) as faulty:
        check_backup(file, register.keyring, municipality_code=CITY)
    assert (faulty.value.fault, faulty.value.where) == (BackupFault.NEWER_REVISION, "9999")


def test_the_keys_have_to_be_those_of_the_backups_time(register: Register):
    keys = KeySet.new()
    known = keys.begun()
    sealing = known.sealing_anew(first_sequence=1)
    indexing = sealing.indexing_anew()
    cleared = indexing.without_old()
    stages = [keys, known, sealing, indexing, cleared, cleared.done()]

    def fault(made_with: KeySet, read_with: KeySet) -> BackupFault | FileFault | None:
        file = io.BytesIO()
        back_up(register.engine, keyring_of(made_with), file, municipality_code=CITY, leave_out=(), at=NOW)
        try:
            check_backup(file, keyring_of(read_with), municipality_code=CITY)
        except (BackupFaulty, SealedFileFaulty) as faulty:
            return faulty.fault
        return None

    found = {(made, read): fault(stages[made], stages[read]) for made in range(6) for read in range(6)}
    good = {(stage, stage) for stage in range(6)} | {(4, 5), (5, 4)} | {(stage, 1) for stage in range(6)}
    assert {pair for pair, why in found.items() if why is None} == good
    assert set(found.values()) == {None, BackupFault.KEYS_REPLACED, FileFault.OTHER_KEYS}


def test_the_ledger_tells_of_a_backup_what_was_read_into_what(lived_in: Register):
    _, made = backed_up(lived_in)
    with lived_in.write() as session:
        assert last_backup_at(session) is None
        record_backup(session, made=made, actor=SYSTEM, at=later(minutes=9))
    with lived_in.read() as session:
        entry = session.scalars(select(LedgerEntry).where(LedgerEntry.action == "register.backed-up")).one()
        assert entry.facts == {
            "made_at": NOW.isoformat(),
            "ledger_sequence": 7,
            "pool_position": 1,
            "rows": sum(made.rows.values()),
            "bytes": made.size,
        }
        assert last_backup_at(session) == later(minutes=9)
        assert last_moment(session) == later(minutes=9)
        assert verify_ledger(session).faults == ()


def test_the_last_backup_is_found_without_reading_the_ledger(register: Register):
    explain = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[register.engine.dialect.name]
    statements = []
    with register.read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2:4]))
        last_backup_at(session)
        statement, parameters = statements[-1]
        if register.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().exec_driver_sql(explain + statement, parameters)
        assert "ix_ledger_entry_remaking" in json.dumps([list(map(str, row)) for row in plan])
