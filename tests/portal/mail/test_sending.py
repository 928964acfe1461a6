"""At least once, repeats harmless: what happens between the queue, the worker and the mail server."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import portal.worker
from registry_core.outbox import OutboxKind, mark_delivered
from tests.databases import BACKENDS
from tests.people.staff import Clerk
from tests.portal.mail.conftest import ADDRESS, PostOffice
from tests.portal.staff.conftest import come_in  # noqa: F401 -- a fixture

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)


@both_databases
def test_a_mail_leaves_once(office: PostOffice) -> None:
    item_id = office.queues()
    office.works()
    office.works()
    [message] = office.mailbox.messages
    assert message["Message-ID"] == f"<{item_id}@127.0.0.1>"
    assert office.item().delivered_at is not None


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org\nSubject: another",
        "a@example.org\r\n\r\nAnother text",
        "a@example.org, b@example.org",
        "A Name <a@example.org>",
        "a@example.org\x00",
        "no address",
        "",
    ],
)
def test_what_is_not_exactly_one_address_never_reaches_the_mail_server(office: PostOffice, address: str) -> None:
    office.queues(to=address)
    office.queues("good", to="good@example.org")
    office.works()
    assert [message["To"] for message in office.mailbox.messages] == ["good@example.org"]
    item = office.item()
    assert (item.attempts, item.delivered_at) == (1, None)
    assert "example" not in item.last_error


@both_databases
def test_a_worker_that_dies_between_sending_and_marking_sends_the_same_mail_again(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_args, **_options):
        raise Killed

    office.queues()
    monkeypatch.setattr(portal.worker, "mark_delivered", die)
    with pytest.raises(Killed):
        office.works()
    monkeypatch.setattr(portal.worker, "mark_delivered", mark_delivered)
    office.works()
    assert len(office.mailbox.messages) == 1, "the dead worker's lease still runs"
    office.waits(minutes=3)
    office.works()
    office.works()
    first, repeat = office.mailbox.messages
    assert repeat.as_bytes() == first.as_bytes()
    assert office.item().delivered_at is not None


def test_a_lost_mail_server_is_tried_later_and_later_then_shown_to_staff_and_everything_arrives_once(
    office: PostOffice,
    come_in,  # noqa: F811
) -> None:
    clerk = come_in(Clerk, "clerk-1")
    before = office.loses_the_mail_server()
    office.queues()
    waits = []
    for _ in range(5):
        assert office.stuck() == []
        office.works()
        waits.append(office.item().next_try_at - office.registry.now())
        office.works()  # not yet: nothing happens
        office.reads_the_clock(office.item().next_try_at)
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 2, 4, 8, 16]
    [item] = office.stuck()
    assert (item.attempts, item.last_error) == (5, "ConnectionRefusedError")
    office.reads_the_clock(datetime.now(UTC))
    page = clerk.opens_staff("deliveries")
    assert "ConnectionRefusedError" in page.text
    assert ADDRESS not in page.text
    office.changes_server(before)
    clerk.sends(action="/retry")
    office.reads_the_clock(datetime.now(UTC))
    office.works()
    office.works()
    assert len(office.mailbox.messages) == 1
    assert office.stuck() == []


@both_databases
def test_two_workers_at_once_lose_nothing_and_send_nothing_twice(office: PostOffice) -> None:
    queued = {f"<{office.queues(f'k{number}')}@127.0.0.1>" for number in range(30)}
    at_once = threading.Barrier(2)

    def worker() -> None:
        at_once.wait()
        for _ in range(4):
            office.works()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(worker) for _ in range(2)]:
            done.result()
    sent = [message["Message-ID"] for message in office.mailbox.messages]
    assert sorted(sent) == sorted(queued)
    assert office.undelivered() == 0


def test_one_bad_mail_does_not_keep_the_others(office: PostOffice) -> None:
    office.queues("bad", template="no such template")
    office.queues("good")
    office.works()
    assert len(office.mailbox.messages) == 1
    assert office.item("bad").last_error == "KeyError"


def test_without_a_mail_server_in_the_configuration_mail_waits_and_is_no_failure(office: PostOffice) -> None:
    office.changes_server(None)
    office.queues()
    office.works()
    assert office.item().attempts == 0
    assert office.item().kind is OutboxKind.MAIL


def test_what_a_slow_mail_server_leaves_no_time_for_waits_for_the_next_round(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        office.queues(f"k{number}")
    deliver = portal.worker.deliver

    def slowly(*args, **options) -> None:
        deliver(*args, **options)
        office.waits(seconds=40)

    monkeypatch.setattr(portal.worker, "deliver", slowly)
    office.works()
    assert len(office.mailbox.messages) == 2
    office.works()
    assert len(office.mailbox.messages) == 2, "still leased"
    office.waits(minutes=2)
    for _ in range(3):
        office.works()
        office.waits(minutes=2)
    assert len({message["Message-ID"] for message in office.mailbox.messages}) == len(office.mailbox.messages) == 5
