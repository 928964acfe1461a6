"""`portal keys rotate`: new keys while the register serves, on both databases; killed anywhere, it goes on."""

import json
import multiprocessing
import os
import signal
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event, func, select, text

from portal.config import Config
from portal.operator import key_rotation
from portal.operator.key_rotation import Rotation, RotationStuck
from portal.registry import open_registry
from registry_core.codes import codes_in_use, designate_codes
from registry_core.ledger import make_checkpoint, public_keys, seal_entries, verify_ledger
from registry_core.ledger.entry import LedgerEntry
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.key_set import KeySet, read_key_set
from registry_core.storage.keys import KeyFile, SealBroken, read_keyring
from registry_core.values.errors import CodeInUse
from tests.invariants import broken_invariants
from tests.portal.operator.conftest import Operator, said
from tests.portal.operator.keys.conftest import Keeper, Quiet, numbers
from tests.registry_core.people import NOW, SYSTEM, code, enter, later

# ---------------------------------------------------------------- what it does


def test_rotation_leaves_nothing_that_an_old_key_opens_or_finds(keeper: Keeper) -> None:
    before, old = keeper.codes(), read_keyring(keeper.path)
    old_index = {old.index(each.reveal()) for each in before}
    filled = keeper.sealed(old)
    assert keeper.rotates()
    new = read_key_set(keeper.path)
    assert (new.step, *map(numbers, (new.sealing, new.index, new.marks))) == (None, [2], [2], [1, 2])
    assert keeper.sealed(read_keyring(keeper.path)) == filled
    assert sum(filled.values()) > 10
    with keeper.opened.read() as session:
        assert broken_invariants(session) == []
        found = set(session.scalars(select(CodeAssignment.code_index)))
        assert not found & old_index
        assert session.scalar(select(func.count(CodeAssignment.code_index_next))) == 0
        assert codes_in_use(session, codes=before) == set(before)
        told = select(LedgerEntry.action, LedgerEntry.facts).where(LedgerEntry.action.startswith("keys."))
        entries = sorted((action, facts["sealing"]) for action, facts in session.execute(told))
        assert entries == [("keys.replaced", new.sealing.active), ("keys.replacement-begun", "k1")]
    with pytest.raises(SealBroken):
        keeper.sealed(KeySetRing(old))


class KeySetRing:
    """A ring that does not look whether its file has changed: what a thief has."""

    def __init__(self, ring) -> None:
        self.ring = ring

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        name = sealed.partition(b":")[0].decode()
        if name not in self.ring.sealing:
            raise SealBroken
        return self.ring.open(sealed, bound_to=bound_to)


def test_checkpoints_of_before_and_after_verify_each_with_its_own_key(keeper: Keeper) -> None:
    assert keeper.rotates()
    with keeper.opened.write() as session:
        seal_entries(session, at=later(minutes=1))
        make_checkpoint(session, at=later(minutes=1))
    with keeper.opened.read() as session:
        verdict = verify_ledger(session)
        told = [json.loads(line)["from"] for line in public_keys(session)]
    assert (verdict.is_intact, verdict.checkpoints) == (True, 2)
    first, second = read_key_set(keeper.path).signers
    assert told == [first.first, second.first]
    assert (first.first, second.first) == (1, verdict.sealed - 1)


def test_keys_are_replaced_again_and_again(keeper: Keeper) -> None:
    filled = keeper.sealed(read_keyring(keeper.path))
    for _ in range(3):
        assert keeper.rotates()
    assert numbers(read_key_set(keeper.path).sealing) == [4]
    assert keeper.sealed(read_keyring(keeper.path)) == filled
    assert len(read_key_set(keeper.path).signers) == 4


def test_row_that_does_not_open_stops_it_before_the_old_keys_go(keeper: Keeper) -> None:
    with keeper.opened.write() as session:
        session.execute(text("UPDATE outbox_message SET payload_sealed = substr(payload_sealed, 1, 40)"))
    with pytest.raises(RotationStuck, match=r"rows of outbox_message.payload_sealed do not open"):
        keeper.rotates()
    assert numbers(read_key_set(keeper.path).sealing) == [1, 2]
    with keeper.opened.read() as session:
        assert codes_in_use(session, codes=keeper.codes()) == set(keeper.codes())


# ---------------------------------------------------------------- killed


def test_killed_at_any_moment_everything_goes_on_and_a_second_run_ends_it(keeper: Keeper) -> None:
    """Before every commit, before and in the middle of every change of the file; a register is used after each kill."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    chance, kills = Random(11), 0
    while kills < 100:
        child = context.Process(target=_rotate_until, args=(keeper.environment, chance.randint(1, 7)))
        child.start()
        child.join(120)
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        kills += 1
        _use(keeper)
    assert kills > 15
    assert read_key_set(keeper.path).step is None
    assert numbers(read_key_set(keeper.path).sealing) == [2]
    filled = keeper.sealed(read_keyring(keeper.path))
    assert filled["code_assignment.code_sealed"] == 3 + kills
    with keeper.opened.write() as session:
        seal_entries(session, at=later(minutes=1))
        make_checkpoint(session, at=later(minutes=1))
    with keeper.opened.read() as session:
        assert broken_invariants(session) == []
        assert session.scalar(select(func.count(CodeAssignment.code_index_next))) == 0


def _use(keeper: Keeper) -> None:
    """Nobody who works meanwhile notices: all opens, all is found, no code is given twice, new ones are taken in."""
    known = keeper.codes()
    assert len(set(known)) == len(known)
    keeper.sealed(keeper.opened.keyring)
    with keeper.opened.read() as session:
        assert codes_in_use(session, codes=known) == set(known)
    for action in (
        lambda session: enter(session, its_code=known[0]),
        lambda session: designate_codes(session, codes=known[-1:], batch="x", actor=SYSTEM, at=NOW, rng=None),
    ):
        with pytest.raises(CodeInUse), keeper.opened.write() as session:
            action(session)
    with keeper.opened.write() as session:
        enter(session, its_code=code())


def _rotate_until(settings: dict[str, str], events: int) -> None:
    """In a process of its own: rotate, and die at the so-many-th event, or end with 0."""
    key_rotation._A_MOMENT, key_rotation._AT_ONCE = 0, 2
    opened = open_registry(Config.from_environment(settings))
    left = [events]

    def happens(*_anything: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    write, replace = key_rotation.write_key_set, Path.replace

    def replacing(self: Path, target: Path) -> Path:
        happens()
        return replace(self, target)

    def writing(path: Path, keys: KeySet) -> None:
        happens()
        write(path, keys)

    key_rotation.write_key_set, Path.replace = writing, replacing
    event.listen(opened.engine, "commit", happens)
    os._exit(0 if Rotation(opened, Quiet(), lambda _keys: True).run() else 3)


# ---------------------------------------------------------------- the commands


def test_status_tells_names_and_rows_and_no_key(operator: Operator, keeper: Keeper) -> None:
    told = json.loads(operator.types("keys", "status", "--json").stdout)
    assert (told["step"], told["sealing"], told["lost"]) == (None, {"active": "k1", "names": ["k1"]}, 0)
    assert told["rows"]["code_assignment.code_sealed"] == {"k1": 3}
    assert told["signers"] == [{"first": 1, "public": read_key_set(keeper.path).signers[0].public.hex()}]
    result = operator.types("keys", "status")
    assert "No replacement of the keys is under way." in result.stdout
    for secret in json.loads(keeper.path.read_text())["sealing"]["keys"].values():
        assert secret not in result.stdout + json.dumps(told)


def test_status_ends_with_1_when_something_is_sealed_with_a_key_that_is_gone(operator: Operator) -> None:
    with operator.register.write() as session:
        session.execute(text("UPDATE web_session SET data = :sealed"), {"sealed": b"k9:" + bytes(40)})
    result = operator.types("keys", "status")
    assert result.exit_code == 1
    assert "1 values are sealed with keys that are not in this file" in result.stderr


def test_rotate_says_what_to_do_with_the_copies(operator: Operator, keeper: Keeper) -> None:
    result = operator.types("keys", "rotate", "--yes")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        f"The keys are new. Put a copy of {keeper.path} into its safe.",
    )
    assert json.loads(operator.types("keys", "status", "--json").stdout)["rows"]["code_assignment.code_sealed"] == {
        read_key_set(keeper.path).sealing.active: 3
    }
    assert operator.types("verify-ledger").exit_code == 0


def test_rotate_uses_no_new_key_before_its_copy_is_in_the_safe(operator: Operator, keeper: Keeper) -> None:
    result = operator.types("keys", "rotate")  # nobody answers: no
    assert result.exit_code != 0
    told = json.loads(operator.types("keys", "status", "--json").stdout)
    assert (told["step"], told["sealing"]["active"], len(told["sealing"]["names"])) == ("known", "k1", 2)
    assert "Run `portal keys rotate` to go on." in operator.types("keys", "status").stdout
    assert operator.types("keys", "rotate", "--yes").exit_code == 0
    assert numbers(read_key_set(keeper.path).sealing) == [2]


def test_two_rotations_at_once_are_one(operator: Operator, keeper: Keeper) -> None:
    with key_rotation._alone(keeper.path):
        result = operator.types("keys", "rotate", "--yes")
    assert (result.exit_code, said(result)[-1]) == (2, "Another `portal keys rotate` is running. Let it end.")


def test_running_registry_goes_on_with_the_new_keys(keeper: Keeper) -> None:
    """A server or worker opened before the rotation, and used after it."""
    assert KeyFile(keeper.path).current().active == "k1"
    ring = keeper.opened.keyring
    keeper.rotates()
    assert (ring.active, keeper.opened.keyring.active) == ("k1", read_key_set(keeper.path).sealing.active)
    _use(keeper)
