"""The keys are replaced under a running server and worker, with people at work: nobody is turned away, nothing is lost."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.auth.pins import issue_pin
from portal.demo.register import DEMO_MUNICIPALITY
from portal.operator import key_rotation
from portal.operator.key_rotation import Rotation
from portal.worker import worker_thread
from registry_core.outbox.message import OutboxKind, OutboxMessage
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.key_set import KeySet, read_key_set, write_key_set
from registry_core.storage.keys import KeysReplaced
from registry_core.values.actor import Actor, Role
from tests.databases import BACKENDS
from tests.invariants import broken_invariants
from tests.live_server import PortalServer, portal_serving
from tests.people.resident import WHOLE, Resident
from tests.people.staff import Clerk
from tests.portal.operator.keys.conftest import numbers
from tests.registry_core.people import enter

CLERK = Actor(person="staff-0001", account="clerk-1", role=Role.CLERK, municipality=DEMO_MUNICIPALITY)


class Quiet:
    """Takes a little time at each part, so that many requests meet every step."""

    def begin(self, what: str, total: int) -> None:
        time.sleep(0.2)

    def advance(self, rows: int) -> None:
        time.sleep(0.01)


@pytest.fixture(params=BACKENDS)
def server(request, demo_templates, keys_file, tmp_path, monkeypatch) -> Iterator[PortalServer]:
    """The demo municipality with a key file of its own."""
    monkeypatch.setattr(key_rotation, "_AT_ONCE", 100)
    own = tmp_path / "keys" / "data-keys.json"
    own.parent.mkdir()
    shutil.copy(keys_file, own)
    url = demo_templates[request.param].fresh()
    with portal_serving(tmp_path, url, own) as server:
        yield server
    demo_templates[request.param].dispose(url)


def rotate(server: PortalServer) -> None:
    assert Rotation(server.registry, Quiet(), lambda _keys: True).run()


def reads_the_code(server: PortalServer, login: str) -> Callable[[], None]:
    person = Resident(server.client(), login, "vi")
    person.signs_in()

    def again() -> None:
        assert WHOLE.search(person.asks_to_see_the_whole_code().text)

    return again


def asks_and_withdraws(server: PortalServer, login: str) -> Callable[[], None]:
    person = Resident(server.client(), login, "en")
    person.signs_in()

    def again() -> None:
        person.withdraws(person.asks_for_another_code())

    return again


def comes_and_goes(server: PortalServer, login: str) -> Callable[[], None]:
    def again() -> None:
        client = server.client()
        Resident(client, login, "ja").signs_in()
        client.close()

    return again


def works_at_the_counter(server: PortalServer, login: str) -> Callable[[], None]:
    clerk = Clerk(server.client(), login, "ja")
    clerk.signs_in()

    def again() -> None:
        clerk.opens_queue()
        clerk.searches(card="BC11000014DE")

    return again


def at_work(deeds: list[Callable[[], None]], until: Callable[[], None]) -> tuple[list[BaseException], list[int]]:
    """Everybody does their deed again and again until the work is done: what went wrong, and how often each did it."""
    wrong: list[BaseException] = []
    times = [0] * len(deeds)
    done = threading.Event()

    def works(number: int) -> None:
        try:
            while not done.is_set():
                deeds[number]()
                times[number] += 1
        except BaseException as error:
            wrong.append(error)

    people = [threading.Thread(target=works, args=(number,)) for number in range(len(deeds))]
    for person in people:
        person.start()
    try:
        until()
    finally:
        done.set()
        for person in people:
            person.join(60)
    return wrong, times


def test_nobody_notices_that_the_keys_are_replaced(server: PortalServer) -> None:
    deeds = [
        reads_the_code(server, "resident-1"),
        asks_and_withdraws(server, "resident-2"),
        comes_and_goes(server, "resident-3"),
        works_at_the_counter(server, "clerk-1"),
    ]
    thread, stopped = worker_thread(server.app)
    wrong, times = at_work(deeds, lambda: rotate(server))
    stopped.set()
    thread.join(20)
    assert wrong == []
    assert min(times) >= 1
    assert numbers(read_key_set(server.registry.keys.path).sealing) == [2]
    for deed in deeds:
        deed()
    with server.registry.read() as session:
        assert broken_invariants(session, ledger=False) == []
        mails = select(OutboxMessage.id).where(OutboxMessage.kind == OutboxKind.MAIL, OutboxMessage.tries > 0)
        assert session.scalars(mails).all() == []


def test_pin_and_session_of_before_are_good_after_it(server: PortalServer) -> None:
    registry = server.registry
    with registry.write() as session:
        record_id = session.scalar(select(ResidentRecord.id).where(ResidentRecord.card_number == "BC11000014DE"))
        pin = issue_pin(session, record_id=record_id, actor=CLERK, at=datetime.now(UTC)).reveal()
    resident, newcomer = Resident(server.client(), "resident-1", "en"), Resident(server.client(), "newcomer-1", "vi")
    resident.signs_in()
    resident.begins_the_request()
    newcomer.signs_in()
    rotate(server)
    assert newcomer.sends({"pin": pin, "birth_date": "1998-09-02"}).path == "/vi/record"
    resident.finds_the_details_right()


def test_who_began_before_and_does_not_end_is_waited_for_and_then_refused(server: PortalServer, monkeypatch) -> None:
    """So nothing is ever sealed with a key that is gone. On SQLite there is one writer: the rotation waits for its lock."""
    monkeypatch.setattr(key_rotation, "_PATIENCE", 0.3)
    registry = server.registry
    late = registry.write()
    enter(late.__enter__())
    rotation = threading.Thread(target=rotate, args=(server,))
    rotation.start()
    if registry.engine.dialect.name == "sqlite":
        time.sleep(2)
        assert read_key_set(registry.keys.path).oldest == 0
        late.__exit__(None, None, None)
    else:
        assert eventually(lambda: read_key_set(registry.keys.path).oldest > 0)
        with pytest.raises(KeysReplaced):
            late.__exit__(None, None, None)
    rotation.join(60)
    assert numbers(read_key_set(registry.keys.path).sealing) == [2]


def eventually(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.05)
    return is_so()


def test_request_that_meets_the_last_moment_is_answered_with_503(server: PortalServer, monkeypatch) -> None:
    path = server.registry.keys.path

    def takes_long(*_arguments, **_named) -> None:
        write_key_set(path, KeySet.begun(read_key_set(path)).fenced())

    person = Resident(server.client(), "resident-1", "en")
    person.signs_in()
    monkeypatch.setattr("portal.resident.record.latest_confirmation", takes_long)
    with pytest.raises(AssertionError, match=r"503 at GET .*/en/record"):
        person.opens("record")
    monkeypatch.undo()
    person.opens("record")
