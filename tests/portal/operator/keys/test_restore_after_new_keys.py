"""The keys are replaced, the register is lost, and an older backup is restored: with each key file that is in the safe."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from portal.config import Config
from portal.operator import key_rotation
from portal.operator.key_rotation import Rotation
from portal.registry import Registry, open_registry
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.key_set import KeySet, new_keyring_file, read_key_set
from registry_core.storage.keys import keyring
from registry_core.values import ResidentRecordCode
from tests.conftest import Register
from tests.invariants import broken_invariants
from tests.people.auditor import Auditor
from tests.portal.operator.conftest import Operator, environment, said
from tests.portal.operator.keys.conftest import Quiet
from tests.registry_core.people import designate, later
from tests.registry_core.remaking.conftest import approve_one


@dataclass
class Town:
    """A register whose keys were replaced, and a backup and a copy of the key file of each moment."""

    opened: Registry
    folder: Path
    elsewhere: Callable[[], str]
    backups: dict[str, Path] = field(default_factory=dict)
    safe: dict[str, Path] = field(default_factory=dict)
    minutes: int = 0

    @property
    def holder(self) -> Path:
        return self.folder / "holder.jsonl"

    def operator(self, keys: Path, url: str) -> Operator:
        register = Register(url, self.opened.engine, self.opened.keyring)
        return Operator(environment(self.folder, url, keys), self.folder, register)

    def keeps(self, moment: str) -> None:
        """A backup, and a copy of the key file, by this name."""
        keys = self.opened.config.data_keys_file
        self.backups[moment] = self.folder / f"{moment}.backup"
        self.safe[moment] = self.folder / f"{moment}-keys.json"
        self.safe[moment].write_bytes(keys.read_bytes())
        made = self.operator(keys, self.opened.config.database_url).types("backup", self.backups[moment])
        assert made.exit_code == 0, made.stderr

    def works(self, opened: Registry) -> None:
        """Somebody gets a code; the worker seals and signs."""
        self.minutes += 5
        approve_one(opened)
        with opened.write() as session:
            while seal_entries(session, at=later(minutes=self.minutes)):
                session.flush()
            make_checkpoint(session, at=later(minutes=self.minutes))

    def before_an_empty_database(self, keys: str) -> Operator:
        """With a copy of the key file of one moment."""
        path = self.folder / f"now-{len(list(self.folder.glob('now-*')))}.json"
        path.write_bytes(self.safe[keys].read_bytes())
        return self.operator(path, self.elsewhere())

    def restored(self, operator: Operator, backup: str, *options: object) -> Result:
        """The backup of one moment, with nothing burned but what is known."""
        return operator.types("restore", self.backups[backup], "--checkpoint", self.holder, "--margin", 0, *options)

    def goes_on(self, operator: Operator) -> None:
        """Codes are given out: none that anybody had in the lost days; all that is signed is proved by all who prove it."""
        lost, opened = codes(self.opened), open_registry(Config.from_environment(operator.environment))
        before = codes(opened)
        for _ in range(3):
            self.works(opened)
        with opened.read() as session:
            assert broken_invariants(session) == []
        assert len(codes(opened) - before) == 6
        assert (codes(opened) - before) & lost == set()
        opened.engine.dispose()
        assert operator.types("verify-ledger").exit_code == 0
        export = self.folder / f"{self.minutes}.ledger"
        assert operator.types("ledger", "export", export).exit_code == 0
        keys, signed = (operator.types("ledger", name).stdout_bytes for name in ("public-keys", "checkpoints"))
        found = Auditor(keys.splitlines(keepends=True), signed.splitlines(keepends=True)).verifies(
            export.read_bytes().splitlines(keepends=True)
        )
        assert (found.faults, found.rows - found.proved, bool(found.restored)) == ([], 0, True)


@pytest.fixture
def town(
    register: Register, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    monkeypatch.setattr(key_rotation, "_A_MOMENT", 0)
    keys = tmp_path / "data-keys.json"
    new_keyring_file(keys)
    opened = open_registry(Config.from_environment(environment(tmp_path, register.url, keys)))
    template, urls = request.getfixturevalue(f"bare_{register.engine.dialect.name}"), []

    def elsewhere() -> str:
        urls.append(template.fresh())
        return urls[-1]

    made = Town(opened, tmp_path, elsewhere)
    with opened.write() as session:
        designate(session, 30)
    made.works(opened)
    made.keeps("before")
    made.works(opened)

    def copied(found: KeySet) -> bool:
        if found.step is not None:
            made.keeps(found.step)
            made.works(opened)
        return True

    assert Rotation(opened, Quiet(), copied).run()
    made.works(opened)
    made.keeps("after")
    made.works(opened)
    operator = made.operator(keys, register.url)
    made.holder.write_text(operator.types("ledger", "checkpoints").stdout)
    yield made
    opened.engine.dispose()
    for url in urls:
        template.dispose(url)


def codes(opened: Registry) -> set[ResidentRecordCode]:
    with opened.read() as session:
        return {row.code(keyring(session)) for row in session.scalars(select(CodeAssignment))}


def test_copy_that_was_asked_for_while_the_keys_were_replaced_opens_every_backup(town: Town) -> None:
    """That of `known`, with the old keys and the new: the safe's copies are `before`, `known` and `after`."""
    opens = {
        name: [
            backup
            for backup, file in town.backups.items()
            if town.operator(town.safe[name], "sqlite:///none").types("restore", file, "--check").exit_code == 0
        ]
        for name in ("before", "known", "after")
    }
    assert opens == {
        "before": ["before"],
        "known": ["before", "known", "sealing", "indexing", "clearing", "after"],
        "after": ["clearing", "after"],
    }


def test_with_the_old_keys_alone_the_checkpoints_of_the_new_ones_stop_the_restore(town: Town) -> None:
    """They know of codes that were given out since; without them these would be given a second time."""
    operator = town.before_an_empty_database("before")
    result = town.restored(operator, "before")
    assert (result.exit_code, said(result)[-1]) == (2, "Nothing was written.")
    assert "5 checkpoints, to that of entry " in result.stderr
    assert "Name the newest key file too: --newer-keys FILE." in result.stderr
    new_keyring_file(town.folder / "of-another-register.json")
    result = town.restored(operator, "before", "--newer-keys", town.folder / "of-another-register.json")
    assert (result.exit_code, "is no later file of the same register" in result.stderr) == (2, True)
    result = town.restored(operator, "before", "--newer-keys", town.safe["after"])
    assert result.exit_code == 0
    assert "KEYS: those of before their replacement are in use again. Run `portal keys rotate`" in result.stdout
    town.goes_on(operator)
    assert operator.types("keys", "rotate", "--yes").exit_code == 0
    town.goes_on(operator)
    keys = Path(operator.environment["PORTAL_DATA_KEYS_FILE"])
    now, lost = (read_key_set(path).sealing.active for path in (keys, town.safe["after"]))
    assert now != lost
    other = town.operator(town.safe["after"], operator.environment["PORTAL_DATABASE_URL"])
    assert f"The register is sealed with the key {now}, which is not in " in other.types("verify-ledger").stderr


@pytest.mark.parametrize("backup", ["before", "indexing", "after"])
def test_restored_with_the_copy_of_both_keys_the_register_goes_on_to_the_new_ones(town: Town, backup: str) -> None:
    operator = town.before_an_empty_database("known")
    result = town.restored(operator, backup, "--newer-keys", town.safe["before"])
    assert (result.exit_code, "is no later file of the same register" in result.stderr) == (2, True)
    result = town.restored(operator, backup, "--json")
    assert (result.exit_code, json.loads(result.stdout)["keys_are_old"]) == (0, True)
    has_gone_on = backup != "before"
    result = operator.types("verify-ledger")
    assert result.exit_code == (2 if has_gone_on else 0)
    assert ("the register has gone on with them. Run `portal keys rotate`" in result.stderr) == has_gone_on
    assert operator.types("keys", "rotate", "--yes").exit_code == 0
    town.goes_on(operator)
    now, new = (
        read_key_set(Path(path)) for path in (operator.environment["PORTAL_DATA_KEYS_FILE"], town.safe["after"])
    )
    assert (now.step, now.sealing, now.index, now.checkpoint) == (None, new.sealing, new.index, new.checkpoint)
    assert (now.signers == new.signers) == has_gone_on


def test_new_keys_before_a_database_that_was_put_back_say_which_file_it_needs(town: Town) -> None:
    old = town.before_an_empty_database("before")
    town.restored(old, "before", "--newer-keys", town.safe["after"])
    url = old.environment["PORTAL_DATABASE_URL"]
    for words in (["restore", "--declare", "--margin", "1"], ["serve"], ["init"]):
        result = town.operator(town.safe["after"], url).types(*words)
        assert result.exit_code == 2
        assert "the database was put back to a moment before the keys were replaced" in result.stderr
    options = ["--checkpoint", town.holder, "--margin", 0]
    assert old.types("restore", "--declare", *options).exit_code == 2
    result = old.types("restore", "--declare", *options, "--newer-keys", town.safe["after"])
    assert result.exit_code == 0
    town.goes_on(old)


@pytest.mark.parametrize("backup", ["sealing", "indexing"])
def test_new_keys_before_a_database_that_was_put_back_into_their_middle_say_which_copy_it_needs(
    town: Town, backup: str
) -> None:
    """All codes are sealed with the new key and found by the old one; or some are sealed with the old one. And it is enough."""
    known = town.before_an_empty_database("known")
    town.restored(known, backup)
    url = known.environment["PORTAL_DATABASE_URL"]
    for words in (["restore", "--declare", "--margin", "1"], ["serve"], ["init"], ["doctor"]):
        result = town.operator(town.safe["after"], url).types(*words)
        assert result.exit_code == (1 if words == ["doctor"] else 2)
        assert "the database was put back" in result.output
        if backup == "indexing":
            assert "copy there that was made during the replacement" in " ".join(result.output.split())
    result = known.types("restore", "--declare", "--checkpoint", town.holder, "--margin", 0)
    assert result.exit_code == 0
    assert known.types("keys", "rotate", "--yes").exit_code == 0
    town.goes_on(known)
