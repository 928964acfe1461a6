"""The key file: its forms, its steps, and processes that read it anew."""

import base64
import json
from dataclasses import replace

import pytest
from sqlalchemy import LargeBinary, func, select

from portal.tables import metadata
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.column_types import Sealed
from registry_core.storage.engine import write
from registry_core.storage.key_set import KeyGroup, KeySet, RotationStep, key_number, read_key_set, write_key_set
from registry_core.storage.keys import KeyFile, KeysReplaced, SealBroken, keyring_of, new_keyring_file, read_keyring
from tests.conftest import Register
from tests.registry_core.people import enter


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data-keys.json"
    new_keyring_file(path)
    return path


def replaced(path, step) -> KeySet:
    """The file after one more step."""
    keys = step(read_key_set(path))
    write_key_set(path, keys)
    return keys


def test_file_of_the_first_form_is_read_and_finds_what_it_found(tmp_path) -> None:
    path = tmp_path / "old.json"
    secret = base64.b64encode(bytes(range(32))).decode()
    path.write_text(json.dumps({"active": "k1", "sealing": {"k1": secret}, "index": secret, "checkpoint": secret}))
    ring = read_keyring(path)
    assert ring.index("1") == ring.mark("1") == ring.indexes("1")[0]
    assert ring.open(ring.seal(b"x", bound_to=b"row"), bound_to=b"row") == b"x"
    replaced(path, KeySet.begun)
    after = read_keyring(path)
    assert (after.index("1"), after.active, len(after.marks("1"))) == (ring.index("1"), "k1", 2)


def test_file_is_written_as_it_is_read_and_stays_its_owners(path) -> None:
    keys = replaced(path, lambda keys: keys.begun().sealing_anew(first_sequence=7).fenced())
    assert read_key_set(path) == keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_steps_of_a_rotation() -> None:
    keys = KeySet.new()
    known = keys.begun()
    sealing = known.sealing_anew(first_sequence=9)
    indexing = sealing.indexing_anew()
    clearing = indexing.without_old()
    told = [
        (each.generation, each.step, *told_of(each.sealing), *told_of(each.index))
        for each in (keys, known, sealing, indexing, clearing, clearing.done())
    ]
    assert told == [
        (0, None, 1, [1], 1, [1]),
        (1, RotationStep.KNOWN, 1, [1, 2], 1, [1, 2]),
        (2, RotationStep.SEALING, 2, [1, 2], 1, [1, 2]),
        (3, RotationStep.INDEXING, 2, [1, 2], 2, [1, 2]),
        (4, RotationStep.CLEARING, 2, [2], 2, [2]),
        (5, None, 2, [2], 2, [2]),
    ]
    assert told_of(clearing.marks) == (2, [1, 2])
    assert told_of(clearing.done().begun().sealing) == (2, [2, 3])


def told_of(group: KeyGroup) -> tuple[int, list[int]]:
    """The number of the active key, and of all."""
    return key_number(group.active), [key_number(name) for name in group.keys]


def test_name_of_a_key_never_comes_back_though_an_older_file_is_gone_on_from() -> None:
    safe = KeySet.new()
    lost, gone_on = safe.begun(), safe.begun()
    for group in ("sealing", "index", "marks"):
        first, second = (getattr(keys, group) for keys in (lost, gone_on))
        assert (told_of(first), first.newest != second.newest) == (told_of(second), True)
    assert key_number("no name of a key") == key_number("k1:") == 0


def test_copy_made_before_the_new_keys_are_used_holds_all_of_them() -> None:
    known = KeySet.new().begun()
    sealing = known.sealing_anew(first_sequence=3)
    assert (sealing.checkpoint, sealing.next_checkpoint) == (known.next_checkpoint, None)
    assert (sealing.sealing.keys, sealing.index.keys, sealing.marks.keys) == (
        known.sealing.keys,
        known.index.keys,
        known.marks.keys,
    )


def test_index_is_found_under_both_keys_while_they_are_replaced() -> None:
    keys = KeySet.new()
    before = keyring_of(keys)
    sealing = keyring_of(keys.begun().sealing_anew(first_sequence=1))
    indexing = keyring_of(keys.begun())
    assert before.code_indexes("1") == {"code_index": before.index("1"), "code_index_next": None}
    assert sealing.index("1") == before.index("1")
    assert before.index("1") in indexing.indexes("1")
    known = keys.begun()
    old, new = keyring_of(known), keyring_of(known.indexing_anew())
    assert old.next_index("1") == new.index("1") == new.next_index("1")
    assert set(old.indexes("1")) == set(new.indexes("1"))
    after = keyring_of(known.indexing_anew().without_old())
    assert (after.indexes("1"), after.next_index("1")) == ((new.index("1"),), None)


def test_running_process_opens_what_a_newer_file_sealed(path) -> None:
    running = KeyFile(path).current()
    replaced(path, lambda keys: keys.begun().sealing_anew(first_sequence=1))
    newer = read_keyring(path)
    sealed = newer.seal(b"secret", bound_to=b"row")
    assert (key_number(newer.active), running.active) == (2, "k1")
    assert running.open(sealed, bound_to=b"row") == b"secret"
    with pytest.raises(SealBroken):
        running.open(b"k9" + sealed[2:], bound_to=b"row")


def test_key_file_is_read_anew_only_when_it_changed(path) -> None:
    file = KeyFile(path)
    first = file.current()
    assert file.current() is first
    replaced(path, KeySet.begun)
    assert file.current().generation == 1


@pytest.mark.parametrize("harm", ["lost", "broken", "another", "older"])
def test_running_process_keeps_its_keys_when_the_file_is_harmed(path, tmp_path, harm) -> None:
    before = path.read_bytes()
    replaced(path, KeySet.begun)
    file = KeyFile(path)
    ring = file.current()
    if harm == "lost":
        path.unlink()
    elif harm == "broken":
        path.write_text("{")
    elif harm == "another":
        new_keyring_file(tmp_path / "another.json")
        (tmp_path / "another.json").replace(path)
    else:
        path.write_bytes(before)
    assert file.current() is ring


def test_public_keys_of_checkpoints_are_told_by_sequence() -> None:
    first = KeySet.new()
    second = first.begun().sealing_anew(first_sequence=1001)
    ring = keyring_of(second)
    public = [ring.signer_of(sequence).public_bytes_raw() for sequence in (1, 1000, 1001, 5000)]
    old, new = first.signers[0].public, ring.checkpoint_key.public_key().public_bytes_raw()
    assert public == [old, old, new, new]


def test_transaction_that_began_with_keys_of_before_is_refused_at_its_end(register: Register, path) -> None:
    file = KeyFile(path)
    with write(register.engine, file.current()) as session:
        enter(session)
        replaced(path, KeySet.begun)
    late = write(register.engine, file.current())
    enter(late.__enter__())
    replaced(path, lambda keys: keys.sealing_anew(first_sequence=1).fenced())
    with pytest.raises(KeysReplaced):
        late.__exit__(None, None, None)
    with write(register.engine, file.current()) as session:
        assert session.scalar(select(func.count()).select_from(ResidentRecord)) == 1


def test_set_that_names_no_key_is_refused(path) -> None:
    keys = KeySet.new()
    for group in ("sealing", "index", "marks"):
        broken = replace(keys, **{group: replace(getattr(keys, group), active="x9")})
        write_key_set(path, broken)
        with pytest.raises(Exception, match="Restore it from its safe"):
            read_key_set(path)


#: Columns of bytes that hold nothing sealed, and why they may.
NOT_SEALED = {
    "code_assignment.code_index": "keyed index, made anew with the sealed code beside it",
    "code_assignment.code_index_next": "as code_index",
    "designated_code.code_index": "as code_index",
    "designated_code.code_index_next": "as code_index",
    "link_pin.pin_index": "keyed mark; a PIN lives seven days",
    "web_session.subject_index": "keyed mark; a session lives hours",
    "counted_tries.key_index": "keyed mark; tries are counted for minutes",
    "kept_post.owner": "keyed mark; a form is kept for half an hour",
    "web_session.token_hash": "hash of 256 random bits",
    "gram_posting.numbers": "which numbers hold a pair of characters of the names and addresses, which stand in clear beside",
    "ledger_seal.digest": "the chain, for everybody to compute",
    "ledger_checkpoint.digest": "as above",
    "ledger_checkpoint.signature": "a signature",
}


def test_every_column_of_bytes_is_sealed_or_says_why_it_need_not_be() -> None:
    columns = [column for table in metadata.tables.values() for column in table.columns]
    sealed = {str(column) for column in columns if isinstance(column.type, Sealed)}
    bare = {str(column) for column in columns if isinstance(column.type, LargeBinary)}
    assert bare == set(NOT_SEALED)
    assert sealed == {
        "code_assignment.code_sealed",
        "designated_code.code_sealed",
        "code_change_request.email_sealed",
        "outbox_message.payload_sealed",
        "printable_slip.page_sealed",
        "code_change_draft.payload",
        "kept_post.sealed",
        "file_import.source_sealed",
        "web_session.data",
    }
