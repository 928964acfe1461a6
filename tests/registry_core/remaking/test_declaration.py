"""What a restore makes good and tells: codes in doubt are nobody's ever, what is missing is counted."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from registry_core.codes import pool_level
from registry_core.codes.pool import DesignatedCode
from registry_core.ledger import verify_ledger
from registry_core.ledger.entry import LedgerEntry
from registry_core.ledger.export import checkpoint_fields
from registry_core.ledger.seal import LedgerCheckpoint
from registry_core.remaking import MARGIN, KnownHead, OtherHistory, declare_restored, known_heads, last_moment
from registry_core.storage.keys import new_keyring_file, read_keyring
from registry_core.values.errors import PoolEmpty
from tests.conftest import Register
from tests.invariants import broken_invariants
from tests.registry_core.people import CITY, NOW, SYSTEM, designate, enter, later
from tests.registry_core.remaking.conftest import approve_one, backed_up, codes_ever, content, restored, seal

Bare = Callable[[str], Register]


@pytest.fixture
def town(register: Register) -> Register:
    """Twenty codes, of which one is taken; the ledger sealed."""
    with register.write() as session:
        designate(session, 20)
    approve_one(register)
    seal(register)
    return register


@pytest.fixture
def into(town: Register, bare: Bare) -> Register:
    return bare(town.engine.dialect.name)


def next_position(register: Register) -> int:
    """Where the next approval takes its code."""
    approve_one(register)
    with register.read() as session:
        taken = select(DesignatedCode.position).where(DesignatedCode.taken_for.is_not(None))
        return max(session.scalars(taken))


def told(register: Register) -> dict[str, object]:
    with register.read() as session:
        return session.scalars(select(LedgerEntry).where(LedgerEntry.action == "register.restored")).one().facts


def test_no_code_of_the_lost_days_is_given_again(town: Register, into: Register):
    file, _ = backed_up(town)
    for _ in range(3):
        approve_one(town)
    known = seal(town, minutes=30)
    lost = codes_ever(town)
    report = restored(into, file, known=[known], margin=2)
    assert (known.pool_position, report.burned, report.burned_up_to, report.pool_left) == (4, 5, 6, 14)
    before = codes_ever(into)
    assert next_position(into) == 7
    assert (codes_ever(into) - before) & lost == set()
    seal(into, minutes=90)
    with into.read() as session:
        assert broken_invariants(session) == []


def test_without_burning_a_code_is_given_twice(town: Register, into: Register):
    """What this room is for: the same two steps with nothing known and no margin."""
    file, _ = backed_up(town)
    with town.write() as session:
        person = enter(session)
    approve_one(town, person)
    lost = codes_ever(town)
    restored(into, file)
    before = codes_ever(into)
    approve_one(into)
    assert (codes_ever(into) - before) & lost != set()


def test_a_code_left_over_before_the_position_is_burned_too(town: Register, into: Register):
    """A transaction that was given up leaves its code free while later ones are taken: the next approval takes it."""
    with town.write() as session:
        session.execute(update(DesignatedCode).where(DesignatedCode.position == 3).values(taken_at=NOW))
    file, made = backed_up(town)
    assert made.header.pool_position == 3
    report = restored(into, file)
    assert (report.burned, report.burned_up_to) == (1, 3)
    assert next_position(into) == 4


def test_what_is_lost_is_counted_to_the_entry(town: Register, into: Register):
    with town.write() as session:
        enter(session)  # waits to be sealed while the backup is made: it is in it
    file, made = backed_up(town)
    before = set(content(town)["ledger_entry"])
    approve_one(town)
    known = seal(town, minutes=30)
    lost = set(content(town)["ledger_entry"]) - before
    report = restored(into, file, known=[known])
    assert made.header.ledger_waiting == 1
    assert report.lost_entries == len(lost) > 3
    assert (report.as_of, report.known_at) == (NOW, later(minutes=30))
    assert told(into) == {
        "as_of": NOW.isoformat(),
        "ledger_sequence": made.header.ledger_sequence,
        "ledger_digest": bytes.fromhex(made.header.ledger_digest).hex(":", 2),
        "known_sequence": known.sequence,
        "known_digest": known.digest.hex(":", 2),
        "lost_entries": len(lost),
        "burned": report.burned,
        "burned_up_to": 2,
    }


def test_nothing_is_lost_when_the_last_checkpoint_is_older_than_the_backup(town: Register, into: Register):
    known = seal_again(town)
    approve_one(town)
    file, _ = backed_up(town)
    report = restored(into, file, known=[known])
    assert (report.lost_entries, report.burned) == (0, 0)


def seal_again(town: Register) -> KnownHead:
    with town.write() as session:
        enter(session)
    return seal(town, minutes=5)


def test_without_a_checkpoint_the_position_alone_is_believed(town: Register, into: Register):
    file, _ = backed_up(town)
    report = restored(into, file, known_position=9, margin=1)
    assert (report.burned, report.burned_up_to, report.lost_entries, report.known_at) == (9, 10, None, None)


@pytest.mark.parametrize(("margin", "untouched"), [(15, True), (19, True), (20, False), (MARGIN, False)])
def test_whether_later_batches_may_be_loaded_again_is_told(
    town: Register, into: Register, margin: int, untouched: object
):
    file, _ = backed_up(town)
    report = restored(into, file, margin=margin)
    assert report.later_batches_untouched is untouched
    assert report.pool_left == max(0, 19 - margin)


def test_a_pool_burned_to_its_end_gives_nothing(town: Register, into: Register):
    file, _ = backed_up(town)
    restored(into, file, margin=MARGIN)
    with pytest.raises(PoolEmpty):
        approve_one(into)


def test_a_checkpoint_of_another_ledger_stops_the_restore(town: Register, into: Register):
    other = KnownHead(2, b"x" * 32, 1, NOW)
    file, _ = backed_up(town)
    with pytest.raises(OtherHistory) as history:
        restored(into, file, known=[other])
    assert history.value.sequence == 2
    restored(into, file, known=[seal_again(town)])


def test_checkpoints_that_an_earlier_restore_declared_lost_are_no_other_ledger(
    town: Register, into: Register, bare: Bare
):
    file, _ = backed_up(town)
    for _ in range(4):
        approve_one(town)
    first_loss = seal(town, minutes=30)
    restored(into, file, known=[first_loss], margin=0)
    for _ in range(2):
        approve_one(into)
    seal(into, minutes=100)
    again, made = backed_up(into, at=later(minutes=101))
    assert made.header.ledger_sequence < first_loss.sequence
    approve_one(into)
    second_loss = seal(into, minutes=130)
    third = bare(town.engine.dialect.name)
    report = restored(third, again, known=[first_loss, second_loss], margin=0, at=later(minutes=150))
    assert report.known_sequence == second_loss.sequence
    assert report.lost_entries == second_loss.sequence - made.header.ledger_sequence
    assert report.burned_up_to == second_loss.pool_position == 8
    forged = KnownHead(made.header.ledger_sequence, b"x" * 32, 1, later(minutes=110))
    fourth = bare(town.engine.dialect.name)
    with pytest.raises(OtherHistory):
        restored(fourth, again, known=[forged], at=later(minutes=150))


def test_a_database_that_was_put_back_by_other_means_is_declared(town: Register):
    with town.write() as session:
        report = declare_restored(
            session,
            as_of=last_moment(session),
            known=[],
            known_position=5,
            margin=1,
            actor=SYSTEM,
            at=later(hours=1),
        )
    assert (report.burned, report.burned_up_to, report.sequence) == (5, 6, 5)
    assert next_position(town) == 7
    seal(town, minutes=90)
    with town.read() as session:
        assert broken_invariants(session) == []
        assert verify_ledger(session).faults == ()
        assert pool_level(session, municipality_code=CITY).left == 13


# ---------------------------------------------------------------- what is known outside


def line_of(register: Register, head: KnownHead, **changes: object) -> bytes:
    """As a holder outside keeps it."""
    with register.read() as session:
        fields = checkpoint_fields(session.get_one(LedgerCheckpoint, head.sequence))
    return json.dumps(fields | changes).encode()


def test_only_checkpoints_that_the_register_signed_are_believed(town: Register, tmp_path):
    head = seal_again(town)
    good = line_of(town, head)
    lines = [
        good,
        b"",
        line_of(town, head, pool_position=900),
        line_of(town, head, made_at=(head.made_at + timedelta(days=1)).isoformat(timespec="microseconds")),
        line_of(town, head, signature="00" * 64),
        line_of(town, head, signature="no"),
        b"[1]",
        b'"x"',
        b"not json",
        b'{"checkpoint": 1}',
        b"\xff\xfe",
        good,
    ]
    held = known_heads(lines, town.keyring)
    assert (held.believed, len(held.unbelieved), held.others) == ((head, head), 3, (6, 7, 8, 9, 10, 11))
    more, later_one = held.doubtful
    assert (more.pool_position, later_one.made_at) == (900, head.made_at + timedelta(days=1))
    new_keyring_file(tmp_path / "other.json")
    other = known_heads([good, b"[1]"], read_keyring(tmp_path / "other.json"))
    assert (other.believed, other.unbelieved, other.doubtful, other.others) == ((), (head,), (head,), (2,))
    both = held + other
    assert (both.believed, both.unbelieved) == (held.believed, (*held.unbelieved, head))
    assert both.doubtful == held.doubtful


def test_the_last_moment_is_that_of_the_last_entry(town: Register):
    with town.write() as session:
        assert last_moment(session) == NOW
        session.execute(text("DELETE FROM ledger_tail"))
    with town.write() as session:
        enter(session)
        session.execute(text("UPDATE ledger_tail SET at = '2027-01-01T00:00:00.000000Z'"))
        assert last_moment(session).year == 2027
