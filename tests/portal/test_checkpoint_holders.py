"""Checkpoints go to whoever holds them outside; a holder that fails is told, keeps nobody waiting, and gets what it missed."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

import portal.checkpoint_holders
from portal.checkpoint_holders import tell_holders
from portal.worker import worker_thread
from registry_core.ledger import export_ledger, make_checkpoint, public_keys, record_entry, seal_entries
from registry_core.ledger.seal import LedgerCheckpoint
from registry_core.values import LegalPurpose
from tests.databases import BACKENDS
from tests.people.auditor import Auditor
from tests.portal.mail.conftest import PostOffice
from tests.registry_core.people import CLERK

both_databases = pytest.mark.parametrize("backend", BACKENDS, indirect=True)


@dataclass
class House:
    """A portal with holders to be told."""

    office: PostOffice

    @property
    def registry(self):
        return self.office.registry

    def is_told_of(self, *holders: object) -> None:
        self.registry.config = replace(self.registry.config, checkpoint_holders=tuple(map(str, holders)))

    def signs(self, number: int = 1) -> None:
        """One entry and one checkpoint, so many times."""
        for _ in range(number):
            with self.registry.write() as session:
                at = self.registry.now()
                record_entry(session, action="a", actor=CLERK, at=at, purpose=LegalPurpose.AUDIT)
                session.flush()
                while seal_entries(session, at=at):
                    pass
                make_checkpoint(session, at=at)

    def tells(self) -> int:
        with self.office.server.app.app_context():
            return tell_holders()

    def proves_by(self, lines: list[bytes]) -> tuple[int, int]:
        """Rows, and the last one that these checkpoints prove."""
        with self.registry.read() as session:
            found = Auditor(public_keys(session), lines).verifies(export_ledger(session, at=self.registry.now()))
        assert found.faults == []
        return found.rows, found.proved

    def word(self) -> str:
        return requests.get(f"{self.office.server.url}/readyz", timeout=20).json()["checkpoint_holders"]


@pytest.fixture
def house(portal_server) -> House:
    return House(PostOffice(portal_server))


@dataclass
class HttpHolder:
    """Keeps what it is sent, as long as it answers 2xx."""

    url: str
    status: int = 204
    asked: int = 0
    sent: list[bytes] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    @property
    def lines(self) -> list[bytes]:
        return b"".join(self.sent).splitlines(keepends=True)


@contextmanager
def listening() -> Iterator[HttpHolder]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            holder.asked += 1
            holder.answers.wait(10)
            if holder.status == 204:
                holder.sent.append(content)
            self.send_response(holder.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    holder = HttpHolder(f"http://127.0.0.1:{server.server_port}/drop/SECRET")
    holder.answers.set()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield holder
    finally:
        holder.answers.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture
def holder() -> Iterator[HttpHolder]:
    with listening() as holder:
        yield holder


@both_databases
def test_every_kind_of_holder_gets_every_checkpoint_once_and_can_prove_the_ledger_by_it(house, holder, tmp_path):
    file = tmp_path / "checkpoints.jsonl"
    house.is_told_of(file, holder.url, "mailto:auditor@city.example")
    house.signs(2)
    assert house.tells() == 6
    assert house.tells() == 0
    house.signs()
    assert house.tells() == 3
    mails = house.office.mailbox.sent_to("auditor@city.example")
    attached = [part.get_content() for mail in mails for part in mail.iter_attachments()]
    rows, proved = house.proves_by(file.read_bytes().splitlines(keepends=True))
    assert rows == proved
    assert file.read_bytes() == b"".join(holder.sent) == b"".join(attached)
    assert len(holder.lines) == 3
    assert len(mails) == 2


@both_databases
def test_holder_that_was_away_gets_all_it_missed_and_is_late_meanwhile(house, holder):
    house.is_told_of(holder.url)
    assert house.word() == "ok", "there is nothing to hold yet"
    holder.status = 500
    house.signs(3)
    assert (house.tells(), house.word()) == (0, "ok")
    house.office.waits(minutes=11)
    assert (house.tells(), house.word()) == (0, "late")
    house.signs(60)
    holder.status = 204
    house.office.waits(minutes=15)
    assert (house.tells(), house.word()) == (63, "ok")
    assert [json.loads(line)["checkpoint"] for line in holder.lines] == sorted(
        json.loads(line)["checkpoint"] for line in holder.lines
    )
    assert len(holder.sent) == 2, "fifty at once"
    rows, proved = house.proves_by(holder.lines)
    assert rows == proved


def test_no_holder_is_a_word_of_its_own(house):
    assert house.word() == "none"


def test_failing_holder_keeps_the_others_from_nothing_and_its_secret_from_the_log(house, holder, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    file = tmp_path / "checkpoints.jsonl"
    holder.status = 302
    house.is_told_of(holder.url, "http://127.0.0.1:1/SECRET", tmp_path / "none" / "file", "mailto:not an address", file)
    house.signs()
    assert house.tells() == 1
    assert len(file.read_bytes().splitlines()) == 1
    said = [record.getMessage() for record in caplog.records if "took no checkpoint" in record.getMessage()]
    assert said == [
        "the holder http://127.0.0.1 took no checkpoint: HTTP 302",
        "the holder http://127.0.0.1 took no checkpoint: ConnectionError",
        f"the holder {tmp_path}/none/file took no checkpoint: FileNotFoundError",
        "the holder mailto:not an address took no checkpoint: InvalidHeaderDefect",
    ]
    assert "SECRET" not in caplog.text


def test_failing_holder_is_tried_again_after_a_growing_while(house, holder):
    holder.status = 503
    house.is_told_of(holder.url)
    house.signs()
    tried_after = []
    for half_minutes in range(121):
        before = holder.asked
        house.tells()
        tried_after += [half_minutes / 2] * (holder.asked - before)
        house.office.waits(seconds=30)
    assert tried_after == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5, 60.0][: len(tried_after)]
    assert len(tried_after) >= 8


def test_line_that_a_crash_cut_short_is_ended_before_the_next(house, tmp_path):
    file = tmp_path / "checkpoints.jsonl"
    file.write_bytes(b'{"checkpoint":1,"dig')
    house.is_told_of(file)
    house.signs()
    house.tells()
    cut, whole = file.read_bytes().splitlines()
    assert cut == b'{"checkpoint":1,"dig'
    rows, proved = house.proves_by([cut, whole])
    assert rows == proved


def test_holder_that_never_answers_delays_no_checkpoint(house, holder, monkeypatch):
    monkeypatch.setattr(portal.checkpoint_holders, "_TIMEOUT_SECONDS", 3)
    monkeypatch.setattr(portal.worker, "ROUND_SECONDS", 0.01)
    holder.answers.clear()
    house.is_told_of(holder.url)
    house.signs()
    thread, stopped = worker_thread(house.office.server.app)
    with house.registry.write() as session:
        for _ in range(1500):
            record_entry(session, action="a", actor=CLERK, at=house.registry.now(), purpose=LegalPurpose.AUDIT)
    ends = time.monotonic() + 20
    signed = 0
    while signed < 2 and time.monotonic() < ends:
        with house.registry.read() as session:
            signed = session.query(LedgerCheckpoint).count()
        time.sleep(0.05)
    assert (signed, holder.sent) == (2, [])
    stopped.set()
    holder.answers.set()
    thread.join(20)
    assert not thread.is_alive()


def test_file_of_a_holder_is_not_for_everybody(house, tmp_path: Path):
    file = tmp_path / "checkpoints.jsonl"
    house.is_told_of(file)
    house.signs()
    house.tells()
    assert file.stat().st_mode & 0o007 == 0
