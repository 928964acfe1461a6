"""Clients of a register whose server is killed: each asks for its own people, shows a document, has it approved, and asks again.

An answer that does not come leaves the outcome unknown. The client then does the same once more, with the same key, until it
is told: what became of the first try, and no second effect. The key of a request is its idempotency key; the key of an approval
is the request, with the one who approved it and the moment: the refusal of a second approval tells both.
"""

import logging
import math
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from registry_core.codes import approve_code_change, request_code_change
from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.storage.engine import write
from registry_core.storage.keys import Keyring
from registry_core.values.errors import RegistryError, RequestAlreadyDecided
from tests.faults.log_watch import listen, log_broke
from tests.faults.planted import plant
from tests.faults.town import clerk, opened, resident, show_document

PROCESSES, THREADS = 4, 4
CLIENTS = PROCESSES * THREADS
_PAUSE = 0.02  # seconds between tries while the server is away
_SOON = 0.002  # seconds until a cut is noticed
_ENOUGH = 3  # faults that a client meets before it gives up
_LOST = (OperationalError, InterfaceError)  # what the web answers with 503


@dataclass
class Log:
    """What clients were told, how often a commit had no answer, and how often it had been done nevertheless."""

    approved: set[UUID] = field(default_factory=set)
    asked: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    unknown: int = 0
    done_before: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Log") -> None:
        self.approved |= other.approved
        self.asked |= other.asked
        self.unknown += other.unknown
        self.done_before += other.done_before
        self.faults += other.faults


@dataclass
class Signals:
    """Between the one who kills and the clients.

    `alive`: the moment (of the machine's monotonic clock) at which each client was last told anything. `cuts`: how often what the
    server sends stopped arriving, on all connections that there were.
    """

    alive: Any
    stopped: Any
    cuts: Any


class _Network:
    """The sockets of an engine."""

    def __init__(self, engine: Engine) -> None:
        self.sockets: list[socket.socket] = []
        event.listen(engine, "connect", self.keep)

    def keep(self, connection: Any, _record: object) -> None:
        self.sockets.append(socket.socket(fileno=os.dup(connection.fileno())))

    def breaks_with(self, signals: Signals) -> None:
        threading.Thread(target=self._break, args=(signals.cuts,), daemon=True).start()

    def _break(self, cuts: Any) -> None:
        seen = cuts.value
        while True:
            time.sleep(_SOON)
            if seen == cuts.value:
                continue
            seen = cuts.value
            while self.sockets:
                with suppress(OSError), self.sockets.pop() as broken:
                    broken.shutdown(socket.SHUT_RD)


def run_clients(
    url: str, keys_file: Path, people: dict[int, list[UUID]], signals: Signals, answers: Any, planted: str | None
) -> None:
    """One client for each list of people, by its number, until told to stop; then their logs go to `answers`."""
    listen()
    plant(planted)
    logging.lastResort = None  # what the drivers say of every lost connection is for the log alone
    with opened(url, keys_file) as (engine, ring):
        _Network(engine).breaks_with(signals)
        clients = [_Client(number, engine, ring, signals.alive, planted) for number in people]
        threads = [
            threading.Thread(target=client.serve, args=(people[client.number], signals.stopped)) for client in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        log = Log()
        for client in clients:
            log.add(client.log)
        answers.send(log)


class _Client:
    def __init__(self, number: int, engine: Engine, ring: Keyring, alive: Any, planted: str | None) -> None:
        self.number, self.engine, self.ring, self.alive, self.planted = number, engine, ring, alive, planted
        self.log = Log()

    def serve(self, people: list[UUID], stopped: Any) -> None:
        for turn in count(1):
            for record_id in people:
                if stopped.is_set():
                    return
                if len(self.log.faults) == _ENOUGH:
                    self.alive[self.number] = math.inf  # nobody need wait for this one
                    return
                try:
                    request_id = self.ask(record_id, f"client-{self.number}-{turn}")
                    self.show(request_id)
                    self.approve(request_id)
                except Exception as broke:
                    log_broke(broke)
                    self.log.faults.append(f"a client was told {type(broke).__name__}: {str(broke)[:160]}")

    def ask(self, record_id: UUID, key: str) -> UUID:
        tried: list[datetime] = []

        def deed(session: Session) -> Any:
            tried.append(datetime.now(UTC))
            return request_code_change(
                session,
                record_id=record_id,
                language="vi",
                email=None,
                idempotency_key=key,
                actor=resident(record_id),
                at=tried[-1],
            )

        view = self.until_told(deed)
        self.log.done_before += view.submitted_at in tried[:-1]
        self.log.asked[record_id, key] = view.id
        return view.id

    def show(self, request_id: UUID) -> None:
        """Looks first whether an earlier try has done it: a second document shown would stand in the ledger."""

        def deed(session: Session) -> None:
            if session.get_one(CodeChangeRequest, request_id).status is RequestStatus.SUBMITTED:
                show_document(session, request_id)

        self.until_told(deed)

    def approve(self, request_id: UUID) -> None:
        actor, tried = clerk(1 + self.number), []

        def deed(session: Session) -> None:
            tried.append(datetime.now(UTC))
            approve_code_change(session, request_id=request_id, actor=actor, at=tried[-1])

        try:
            self.until_told(deed)
        except RequestAlreadyDecided as told:
            if told.facts["by"] != actor.name or told.facts["at"] not in tried[:-1]:
                raise
            self.log.done_before += 1
        self.log.approved.add(request_id)

    def until_told(self, deed: Callable[[Session], Any]) -> Any:
        """The answer of the first try that has one, a refusal too; after a commit without an answer the outcome is unknown."""
        while True:
            sent = False
            try:
                with write(self.engine, self.ring) as session:
                    answer = deed(session)
                    if self.planted == "commit-not-waited-for":
                        session.execute(text("SET LOCAL synchronous_commit = off"))
                    session.flush()
                    sent = True  # from here on there is the commit alone
            except _LOST as lost:
                log_broke(lost)
                self.log.unknown += sent
                time.sleep(_PAUSE)
            except RegistryError:
                self.alive[self.number] = time.monotonic()
                raise
            else:
                self.alive[self.number] = time.monotonic()
                return answer
