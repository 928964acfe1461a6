"""The worker: what it does each round, and that nothing stops it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

import portal.worker
from portal.config import PROJECT_ROOT
from portal.resident.drafts import CodeChangeDraftRow, new_draft, save_draft
from portal.web.rate_limits import CountedTries, RateLimit
from portal.web.session_table import WebSession
from portal.worker import join_search_runs, seal, upkeep, work_until, worker_thread
from registry_core.codes import RequestStatus
from registry_core.ledger import oldest_unsealed, record_entry, verify_ledger
from registry_core.ledger.entry import LedgerTail
from registry_core.ledger.seal import LedgerCheckpoint
from registry_core.storage.gram_posting import scattered
from registry_core.values import LegalPurpose
from tests.databases import BACKENDS
from tests.live_server import Mailbox, PortalServer
from tests.people.resident import Resident
from tests.portal.mail.conftest import PostOffice
from tests.portal.staff.conftest import Counter
from tests.registry_core.people import CLERK

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)


@pytest.fixture
def office(portal_server: PortalServer) -> PostOffice:
    return PostOffice(portal_server)


@pytest.fixture
def counter(portal_server: PortalServer) -> Counter:
    return Counter(portal_server)


@pytest.fixture
def in_context(portal_server: PortalServer):
    """Run one of the worker's jobs as the worker does."""

    def run(job):
        with portal_server.app.test_request_context(base_url=portal_server.url):
            return job()

    return run


def verdict(server: PortalServer):
    with server.registry.read() as session:
        return verify_ledger(session)


def eventually(is_so, seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.05)
    return False


# ---------------------------------------------------------------- sealing


@both_databases
def test_ledger_is_sealed_and_its_head_signed_once(portal_server, in_context, caplog):
    caplog.set_level("INFO", "portal.worker")
    while in_context(seal):
        pass
    found = verdict(portal_server)
    assert (found.is_intact, found.unsealed, found.checkpoints, found.unproved) == (True, 0, 1, 0)
    with portal_server.registry.read() as session:
        assert oldest_unsealed(session) is None
        [head] = [f"{each.sequence}:{each.digest.hex(':', 2)}" for each in session.scalars(select(LedgerCheckpoint))]
    said = [record.getMessage() for record in caplog.records if "checkpoint" in record.getMessage()]
    assert said == [f"ledger checkpoint {head}"]


@both_databases
def test_checkpoint_is_signed_every_five_minutes_in_which_anything_was_written(office, counter, in_context):
    def signed_after(**passed) -> list[int]:
        office.waits(**passed)
        in_context(seal)
        with office.registry.read() as session:
            return list(session.scalars(select(LedgerCheckpoint.sequence).order_by(LedgerCheckpoint.sequence)))

    [first] = signed_after(seconds=0)
    counter.corrects("resident-1", alias="ONE")
    assert signed_after(minutes=4, seconds=59) == [first]
    assert verdict(office.server).unproved == 1
    assert signed_after(seconds=1) == [first, first + 1]
    assert signed_after(minutes=5) == [first, first + 1], "nothing was written"
    counter.corrects("resident-1", alias="TWO")
    assert signed_after(seconds=0) == [first, first + 1, first + 2], "the last one is five minutes old"


@both_databases
def test_checkpoint_is_signed_every_thousand_entries_however_fast_they_come(portal_server, in_context):
    with portal_server.registry.write() as session:
        before = session.scalar(select(func.count()).select_from(LedgerTail))
        for _ in range(3100 - before):
            record_entry(session, action="a", actor=CLERK, at=portal_server.registry.now(), purpose=LegalPurpose.AUDIT)
    sealed = [in_context(seal) for _ in range(4)]
    found = verdict(portal_server)
    with portal_server.registry.read() as session:
        signed = list(session.scalars(select(LedgerCheckpoint.sequence).order_by(LedgerCheckpoint.sequence)))
    assert (sealed, signed) == ([1000, 1000, 1000, 100], [1000, 2000, 3000])
    assert (found.is_intact, found.unsealed, found.unproved) == (True, 0, 100)


def test_mail_server_that_does_not_answer_delays_no_seal(office, counter, monkeypatch):
    answers = threading.Event()
    monkeypatch.setattr(portal.worker, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(portal.worker, "deliver", lambda *_args, **_options: answers.wait(30))
    office.queues()
    thread, stopped = worker_thread(office.server.app)
    assert eventually(lambda: office.item().next_try_at > office.registry.now()), "the mail is in hand"
    counter.corrects("resident-1", alias="ALIAS")
    assert eventually(lambda: verdict(office.server).unsealed == 0)
    assert office.item().delivered_at is None
    answers.set()
    stopped.set()
    thread.join(10)
    assert not thread.is_alive()


# ---------------------------------------------------------------- upkeep


@both_databases
def test_request_lapses_after_the_days_of_the_setting(counter, office, in_context):
    request = counter.receives_request("resident-1")
    last_day: date = request.lapses_on
    assert last_day - counter.registry.today() == timedelta(days=60)
    office.waits(days=60)
    in_context(upkeep)
    assert counter.request_now().status is RequestStatus.SUBMITTED, "the last day is hers"
    office.waits(days=1)
    in_context(upkeep)
    in_context(upkeep)
    assert counter.request_now().status is RequestStatus.LAPSED
    assert [event.kind for event in counter.request_now().events].count("lapsed") == 1


@pytest.fixture
def portal_settings(request) -> dict[str, str]:
    return getattr(request, "param", {})


@pytest.mark.parametrize("portal_settings", [{"PORTAL_REQUEST_LAPSES_AFTER_DAYS": "7"}], indirect=True)
def test_setting_changes_the_days_of_a_request_sent_by_the_resident(client, counter, office, in_context):
    resident = Resident(client, "resident-1", "en")
    resident.signs_in()
    resident.asks_for_another_code()
    assert counter.request_now().lapses_on == counter.registry.today() + timedelta(days=7)
    office.waits(days=8)
    in_context(upkeep)
    assert counter.request_now().status is RequestStatus.LAPSED


@both_databases
def test_what_has_expired_is_cleared_away_and_what_lives_stays(portal_server, counter, office, in_context):
    visitor = portal_server.client()
    Resident(visitor, "resident-1", "en").signs_in()
    visitor.close()
    with portal_server.registry.write() as session:
        save_draft(
            session, record_id=counter.record_id("resident-1"), draft=new_draft(), at=portal_server.registry.now()
        )
    in_context(lambda: RateLimit("test", limit=5, per=timedelta(minutes=15)).take("key"))

    def left() -> list[int]:
        with portal_server.registry.read() as session:
            tables = (WebSession, CodeChangeDraftRow, CountedTries)
            return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = left()
    assert min(before) >= 1
    in_context(upkeep)
    assert left() == before
    office.waits(days=31)
    in_context(upkeep)
    assert left() == [0, 0, 0]


def test_one_job_of_upkeep_that_fails_does_not_keep_the_others(counter, office, in_context, monkeypatch, caplog):
    def broken(_session, **_options):
        raise RuntimeError("resident@example.org")

    broken.__name__ = "purge_sessions"
    monkeypatch.setattr(portal.worker, "purge_sessions", broken)
    with counter.registry.write() as session:
        save_draft(session, record_id=counter.record_id("resident-1"), draft=new_draft(), at=counter.registry.now())
    office.waits(days=31)
    in_context(upkeep)
    with counter.registry.read() as session:
        assert session.scalar(select(func.count()).select_from(CodeChangeDraftRow)) == 0
    assert "purge_sessions failed: RuntimeError" in caplog.text
    assert "example.org" not in caplog.text


# ---------------------------------------------------------------- going on


@both_databases
def test_rounds_that_fail_do_not_stop_the_worker(office, monkeypatch, caplog):
    def failing_at_first(real):
        failures = iter([RuntimeError("a"), OSError("b"), KeyError("c")])

        def call(session, **options):
            for failure in failures:
                raise failure
            return real(session, **options)

        return call

    monkeypatch.setattr(portal.worker, "ROUND_SECONDS", 0.01)
    for step in ("seal_entries", "take_due"):
        monkeypatch.setattr(portal.worker, step, failing_at_first(getattr(portal.worker, step)))
    office.queues()
    thread, stopped = worker_thread(office.server.app)
    assert eventually(lambda: office.mailbox.messages)
    assert eventually(lambda: verdict(office.server).unsealed == 0)
    stopped.set()
    thread.join(10)
    assert not thread.is_alive()
    failed = [record.getMessage() for record in caplog.records if "failed" in record.getMessage()]
    for what in ("sealing", "a round"):
        told = [f"{what} failed: {kind}" for kind in ("RuntimeError", "OSError", "KeyError")]
        assert [each for each in failed if each.startswith(what)] == told


def test_worker_that_is_told_to_stop_ends_after_its_round(office):
    stopped = threading.Event()
    stopped.set()
    work_until(office.server.app, stopped)


class KillingMailbox(Mailbox):
    """Takes a message and kills the worker before it is told so."""

    worker: subprocess.Popen[bytes] | None = None

    async def handle_DATA(self, *args):  # noqa: N802 -- aiosmtpd's name
        answer = await super().handle_DATA(*args)
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            self.worker = None
        return answer


@both_databases
def test_worker_killed_while_the_mail_server_takes_a_mail_sends_the_same_mail_again(office, keys_file, tmp_path):
    """A real process, a real `kill -9`, in the middle of SMTP's DATA."""
    mailbox = KillingMailbox()
    port = free_port()
    mail_server = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail_server.start()
    try:
        office.changes_server(f"smtp://127.0.0.1:{port}")
        with worker_process(environment_of(office, tmp_path, keys_file)) as worker:
            mailbox.worker = worker
            office.queues()
            assert worker.wait(60) == -signal.SIGKILL
        assert office.item().delivered_at is None
        office.waits(minutes=3)
        office.works()
        office.works()
    finally:
        mail_server.stop()
    one, again = mailbox.messages
    assert one.as_bytes() == again.as_bytes()
    assert office.item().delivered_at is not None
    assert verdict(office.server).is_intact


def test_worker_ends_with_0_when_asked_to_stop(office, keys_file, tmp_path):
    office.queues()
    with worker_process(environment_of(office, tmp_path, keys_file)) as worker:
        assert eventually(lambda: office.mailbox.messages, 60)
        worker.terminate()
        assert worker.wait(20) == 0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def environment_of(office: PostOffice, folder: Path, keys_file: Path) -> dict[str, str]:
    config = office.registry.config
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT_ROOT),
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": config.base_url,
        "PORTAL_DATABASE_URL": config.database_url,
        "PORTAL_SECRET_KEY_FILE": str(folder / "secret-key"),
        "PORTAL_DATA_KEYS_FILE": str(keys_file),
        "PORTAL_SMTP_URL": config.smtp_url,
        "PORTAL_MAIL_FROM": config.mail_from,
    }


@contextmanager
def worker_process(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`portal worker`, as a service manager starts it; it does not outlive the test."""
    command = [sys.executable, "-c", "from portal.cli import main; main(prog_name='portal')", "worker"]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@both_databases
def test_the_search_is_tidied_and_finds_as_before(portal_server, in_context, counter):
    for number in range(12):
        counter.corrects("resident-1", reading=f"カメイ {number}")
        counter.corrects(f"resident-{number % 9 + 2}", reading="カメイ")
    before = counter.searches_for("カメイ", "緑が丘")
    with counter.registry.read() as session:
        assert scattered(session, limit=10)
    in_context(join_search_runs)
    with counter.registry.read() as session:
        assert scattered(session, limit=10) == []
    assert counter.searches_for("カメイ", "緑が丘") == before
    assert len(before) > 5
