"""`portal backup` and `portal restore`: what they say, how they end, what they leave alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.auth.link_tables import LinkPin
from portal.auth.pins import issue_pin
from portal.web.session_table import WebSession
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.ledger.export import checkpoints_after
from registry_core.storage import engine as storage
from registry_core.storage.keys import new_keyring_file
from tests.conftest import Register
from tests.people.auditor import Auditor
from tests.portal.operator.conftest import Operator, environment, said
from tests.registry_core.people import CLERK, NOW, actions, designate, enter, later
from tests.registry_core.remaking.conftest import approve_one


@pytest.fixture
def town(operator: Operator) -> Operator:
    """An operator of a register with somebody in it, a pool, one code given out, a live PIN and a web session."""
    with operator.register.write() as session:
        designate(session, 20)
        issue_pin(session, record_id=enter(session), actor=CLERK, at=NOW)
        values = dict.fromkeys(("created_at", "last_seen_at", "expires_at"), "x")
        session.execute(
            text(
                "INSERT INTO web_session (id, token_hash, audience, data, created_at, last_seen_at, expires_at)"
                f" VALUES ('{'0' * 32}', :some, 'anonymous', :some, :created_at, :last_seen_at, :expires_at)"
            ),
            values | {"some": b"x"},
        )
    approve_one(operator.register)
    return operator


@pytest.fixture
def elsewhere(town: Operator, request: pytest.FixtureRequest, keys_file: Path) -> Iterator[Operator]:
    """The same operator before an empty database of the same kind."""
    template = request.getfixturevalue(f"bare_{town.register.engine.dialect.name}")
    url = template.fresh()
    engine = storage.open_engine(url)
    register = Register(url, engine, town.register.keyring)
    yield Operator(environment(town.folder, url, keys_file), town.folder, register)
    engine.dispose()
    template.dispose(url)


def checkpoint_lines(register: Register) -> bytes:
    """What a holder outside is sent."""
    with register.write() as session:
        while seal_entries(session, at=NOW):
            session.flush()
        make_checkpoint(session, at=later(minutes=5))
        return b"".join(line for _, line in checkpoints_after(session, sequence=0, limit=100))


def test_backup_is_for_its_owner_alone_and_in_the_ledger(town: Operator):
    file = town.folder / "register.backup"
    result = town.types("backup", file)
    assert (result.exit_code, file.stat().st_mode & 0o777) == (0, 0o600)
    assert result.stdout.startswith(f"{file}: ")
    assert "portal restore --check register.backup" in result.stdout
    with town.register.read() as session:
        assert "register.backed-up" in actions(session)
    assert [path.name for path in town.folder.iterdir() if "unfinished" in path.name] == []


def test_backup_tells_its_figures_as_json(town: Operator):
    file = town.folder / "register.backup"
    figures = json.loads(town.types("backup", file, "--json").stdout)
    assert (figures["file"], figures["bytes"], figures["pool_position"]) == (str(file), file.stat().st_size, 1)
    assert sorted(figures) == ["bytes", "file", "ledger_sequence", "made_at", "pool_position", "rows"]


def test_backup_leaves_a_file_that_is_there_alone(town: Operator):
    file = town.folder / "register.backup"
    file.write_text("the backup of yesterday")
    result = town.types("backup", file)
    assert (result.exit_code, file.read_text()) == (2, "the backup of yesterday")
    assert said(result) == [f"{file} is there already, and is left alone. Choose another name."]


def test_backup_into_a_folder_that_is_not_there_is_told(town: Operator):
    result = town.types("backup", town.folder / "no" / "register.backup")
    assert result.exit_code == 2
    assert said(result)[-1].startswith("No backup was made: No such file or directory. Look at the disk of ")


def test_restore_brings_the_register_back_and_tells_what_is_lost(town: Operator, elsewhere: Operator):
    file, holder = town.folder / "register.backup", town.folder / "checkpoints.jsonl"
    town.types("backup", file)
    for _ in range(2):
        approve_one(town.register)
    holder.write_bytes(checkpoint_lines(town.register))
    result = elsewhere.types("restore", file, "--checkpoint", holder, "--margin", "2")
    assert result.exit_code == 0
    told = result.stdout.splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in told if not line.startswith(" ")] == [
        "Restored",
        "LOST",
        "BURNED",
        "ENDED",
        "AGAIN",
        "NEXT",
    ]
    # each of two people is entered, asks, is checked, gets a code; and the backup was made
    assert "LOST: 9 entries of the ledger, written between " in result.stdout
    assert "BURNED: 4 codes, up to position 5 of the pool. 15 are left." in result.stdout
    assert "can be loaded again: none of them was given out yet." in result.stdout
    with elsewhere.register.read() as session:
        assert session.scalars(select(WebSession.id)).all() == []
        assert session.scalars(select(LinkPin.id).where(LinkPin.ended_at.is_(None))).all() == []
        assert "register.restored" in actions(session)
    assert elsewhere.residents() == 2
    assert elsewhere.types("verify-ledger").exit_code == 0


def test_the_verifier_of_outside_tells_what_the_ledger_says_of_the_restore(town: Operator, elsewhere: Operator):
    """The row after the backup's last tells of the restore; of the lost rows from there on checkpoints are still held."""
    file, holder = town.folder / "register.backup", town.folder / "checkpoints.jsonl"
    checkpoint_lines(town.register)
    town.types("backup", file)
    for _ in range(2):
        approve_one(town.register)
    holder.write_bytes(checkpoint_lines(town.register))
    figures = json.loads(elsewhere.types("restore", file, "--checkpoint", holder, "--margin", "2", "--json").stdout)
    new = checkpoint_lines(elsewhere.register)
    elsewhere.types("ledger", "export", town.folder / "ledger.jsonl")
    keys = elsewhere.types("ledger", "public-keys").stdout_bytes.splitlines(keepends=True)
    export = (town.folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    found = Auditor(keys, new.splitlines(keepends=True)).verifies(export)
    row, said = found.restored[0]
    known, lost = figures["known_sequence"], figures["lost_entries"]
    assert (len(found.restored), row, found.faults, found.proved) == (1, known - lost + 1, [], row)
    assert said == (
        f"the register was put back to {figures['as_of']}; {lost} rows to row {known} and all after are lost;"
        f" {figures['burned']} codes burned, to position {figures['burned_up_to']}"
    )
    both = Auditor(keys, [*holder.read_bytes().splitlines(keepends=True), *new.splitlines(keepends=True)])
    found = both.verifies(export)
    assert (found.restored, found.faults[0][0]) == ([(row, said)], row), "checkpoints of the lost rows part from here"


def test_restore_tells_its_figures_as_json(town: Operator, elsewhere: Operator):
    file = town.folder / "register.backup"
    town.types("backup", file)
    result = elsewhere.types("restore", file, "--known-position", "3", "--json")
    figures = json.loads(result.stdout)
    assert figures.pop("as_of").endswith("+00:00")
    assert figures == {
        "sequence": 0,
        "known_sequence": None,
        "known_at": None,
        "lost_entries": None,
        "burned": 19,
        "burned_up_to": 1003,
        "pool_left": 0,
        "later_batches_untouched": False,
        "waiting": 4,
        "keys_are_old": False,
    }


def test_restore_wants_to_know_how_far_codes_were_given_out(town: Operator, elsewhere: Operator):
    file, holder = town.folder / "register.backup", town.folder / "checkpoints.jsonl"
    town.types("backup", file)
    holder.write_text('{"checkpoint": 3}\n')
    for options in ([], ["--checkpoint", holder]):
        result = elsewhere.types("restore", file, *options)
        assert result.exit_code == 2
        assert said(result)[-1] == "Nothing was written."
    assert f"{holder}: 1 lines are no checkpoint (line 1)." in result.stderr
    assert elsewhere.types("restore", file, "--margin", "3").exit_code == 0


def test_restore_refuses_a_database_that_is_not_empty(town: Operator):
    file = town.folder / "register.backup"
    town.types("backup", file)
    result = town.types("restore", file, "--margin", "3")
    assert result.exit_code == 2
    assert "is not empty: there are rows in " in result.stderr
    assert town.residents() == 2


def damaged(content: bytes) -> bytes:
    return content[:-40] + bytes([content[-40] ^ 1]) + content[-39:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (damaged, "was altered or damaged"),
        (lambda content: content[:-10], "the copy is not complete"),
        (lambda _content: b"id,name\n", "it is no backup of this portal"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_written(
    town: Operator, elsewhere: Operator, change: Callable[[bytes], bytes], words: str
):
    file = town.folder / "register.backup"
    town.types("backup", file)
    file.write_bytes(change(file.read_bytes()))
    for options in (["--check"], ["--margin", "3"]):
        result = elsewhere.types("restore", file, *options)
        assert (result.exit_code, words in result.stderr) == (1, True)
        assert said(result)[-1].endswith("Nothing was written.")
    with elsewhere.register.engine.connect() as connection:
        assert not connection.dialect.has_table(connection, "resident_record")


def test_other_keys_do_not_open_a_backup(town: Operator, elsewhere: Operator):
    file, other = town.folder / "register.backup", town.folder / "other.json"
    town.types("backup", file)
    new_keyring_file(other)
    elsewhere.environment["PORTAL_DATA_KEYS_FILE"] = str(other)
    result = elsewhere.types("restore", file, "--margin", "3")
    assert result.exit_code == 1
    assert f"the keys in {other} do not open it" in result.stderr


def test_check_says_what_is_in_a_backup_and_needs_no_database(town: Operator):
    file = town.folder / "register.backup"
    town.types("backup", file)
    town.environment["PORTAL_DATABASE_URL"] = "postgresql://portal@127.0.0.1:1/none"
    result = town.types("restore", file, "--check")
    assert (result.exit_code, result.stdout.startswith(f"{file} is whole: 2 records, ")) == (0, True)
    figures = json.loads(town.types("restore", file, "--check", "--json").stdout)
    assert (figures["whole"], figures["tables"]["resident_record"]) == (True, 2)


def test_a_checkpoint_of_another_ledger_is_told(town: Operator, elsewhere: Operator):
    file, holder = town.folder / "register.backup", town.folder / "checkpoints.jsonl"
    with town.register.write() as session:
        seal_entries(session, at=NOW)
    town.types("backup", file)
    holder.write_bytes(checkpoint_lines_of_another(elsewhere))
    result = elsewhere.types("restore", file, "--checkpoint", holder)
    assert result.exit_code == 1
    assert "Checkpoint 2 was signed over another ledger than the one restored here" in result.stderr
    assert elsewhere.types("restore", file, "--margin", "3").exit_code == 0


def checkpoint_lines_of_another(elsewhere: Operator) -> bytes:
    """Signed with the same keys over a register that began anew."""
    from registry_core.storage import migrate

    migrate.upgrade(elsewhere.register.engine)
    with elsewhere.register.write() as session:
        for _ in range(2):
            enter(session)
    lines = checkpoint_lines(elsewhere.register)
    migrate.downgrade(elsewhere.register.engine, "base")
    elsewhere.register.engine.dispose()  # who still has it open keeps a restore out
    return lines


def test_a_database_put_back_by_other_means_is_declared(town: Operator):
    result = town.types("restore", "--declare", "--known-position", "4", "--margin", "0")
    assert result.exit_code == 0
    assert "BURNED: 3 codes, up to position 4 of the pool. 16 are left." in result.stdout
    with town.register.read() as session:
        assert session.scalars(select(WebSession.id)).all() == []
        assert "register.restored" in actions(session)


@pytest.mark.parametrize("words", [[], ["--check"], [__file__, "--declare"], ["--declare", "--check"]])
def test_restore_used_wrongly_says_so(operator: Operator, words: list[str]):
    result = operator.types("restore", *words)
    assert result.exit_code == 2
    assert "Give the FILE of a backup, or --declare" in result.stderr


def test_restore_makes_the_folder_of_a_database_that_is_not_there_yet(town: Operator, keys_file: Path):
    if town.register.engine.dialect.name != "sqlite":
        return
    file = town.folder / "register.backup"
    town.types("backup", file)
    town.environment["PORTAL_DATABASE_URL"] = f"sqlite:///{town.folder / 'new' / 'register.sqlite3'}"
    assert town.types("restore", file, "--margin", "0").exit_code == 0


def test_a_service_that_still_has_the_database_open_is_told(town: Operator, elsewhere: Operator, monkeypatch):
    """Somebody holds a lock on the empty database: the restore waits, gives up, and says what to look at."""
    monkeypatch.setattr(storage, "_BUSY_SECONDS", 1)
    from registry_core.storage import migrate

    file = town.folder / "register.backup"
    town.types("backup", file)
    migrate.upgrade(elsewhere.register.engine)
    with elsewhere.register.engine.begin() as somebody:
        somebody.execute(text("SELECT count(*) FROM resident_record")).all()
        result = elsewhere.types("restore", file, "--margin", "0")
    assert result.exit_code == 2
    assert "The database did not take the backup: " in result.stderr
    assert "Is the service stopped" in result.stderr
