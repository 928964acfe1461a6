"""The process that is killed: approves one waiting request after the other and tells whom it has told."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError

from registry_core.codes import approve_code_change, decide
from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.storage.engine import write
from registry_core.storage.keys import Keyring
from registry_core.values.errors import RequestAlreadyDecided
from tests.faults.log_watch import listen, log_broke
from tests.faults.planted import plant
from tests.faults.town import clerk, opened

_AT_ONCE = 30  # requests a child looks for; no child lives long enough for more
_WARM = 2


def approve_until_killed(url: str, keys_file: Path, told: Path, ready: Any, planted: str | None) -> None:
    """Acknowledge in `told`, one id a line, synced.

    After two approvals, when all is warm, `ready` gets the pid of the database's process (or 0) and the seconds the second took.
    """
    listen()
    plant(planted)
    with opened(url, keys_file) as (engine, ring), told.open("ab", buffering=0) as acknowledgements:
        waiting = select(CodeChangeRequest.id).where(CodeChangeRequest.status == RequestStatus.IDENTITY_CHECKED)
        with write(engine, ring) as session:
            requests = session.scalars(waiting.order_by(CodeChangeRequest.submitted_at).limit(_AT_ONCE)).all()
        deed = deed_of(planted)
        try:
            for number, request_id in enumerate(requests, 1):
                began = time.monotonic()
                deed(engine, ring, request_id, acknowledgements)
                if number == _WARM:
                    ready.send((_backend(engine), time.monotonic() - began))
        except OperationalError as lost:
            log_broke(lost)
            return  # the server was killed: what became of the last one, nobody here knows
        except Exception as broke:
            log_broke(broke)
            ready.send(f"{type(broke).__name__}: {broke}")
        time.sleep(60)


def _approved(engine: Engine, ring: Keyring, request_id: UUID, acknowledgements: Any) -> None:
    try:
        with write(engine, ring) as session:
            approve_code_change(session, request_id=request_id, actor=clerk(1), at=datetime.now(UTC))
    except RequestAlreadyDecided:
        return  # the answer to the one who approved it was lost, the approval was not
    _acknowledge(request_id, acknowledgements)


def _acknowledged_early(engine: Engine, ring: Keyring, request_id: UUID, acknowledgements: Any) -> None:
    with write(engine, ring) as session:
        approve_code_change(session, request_id=request_id, actor=clerk(1), at=datetime.now(UTC))
        _acknowledge(request_id, acknowledgements)


def _slip_later(engine: Engine, ring: Keyring, request_id: UUID, acknowledgements: Any) -> None:
    """The commit stands before the slip and the notice, which follow in a transaction of their own."""
    queue, queued = decide._queue_slip_and_notice, []
    decide._queue_slip_and_notice = lambda _session, **named: queued.append(named)
    try:
        with write(engine, ring) as session:
            approve_code_change(session, request_id=request_id, actor=clerk(1), at=datetime.now(UTC))
    finally:
        decide._queue_slip_and_notice = queue
    with write(engine, ring) as session:
        for named in queued:
            queue(session, **named)
    _acknowledge(request_id, acknowledgements)


def _not_waiting_for_the_disk(engine: Engine, ring: Keyring, request_id: UUID, acknowledgements: Any) -> None:
    """PostgreSQL answers before the commit is written."""
    with write(engine, ring) as session:
        session.execute(text("SET LOCAL synchronous_commit = off"))
        approve_code_change(session, request_id=request_id, actor=clerk(1), at=datetime.now(UTC))
    _acknowledge(request_id, acknowledgements)


def _acknowledge(request_id: UUID, acknowledgements: Any) -> None:
    acknowledgements.write(f"{request_id}\n".encode())
    os.fsync(acknowledgements.fileno())


def _backend(engine: Engine) -> int:
    if engine.dialect.name == "sqlite":
        return 0
    with engine.connect() as connection:
        return connection.scalar(text("SELECT pg_backend_pid()"))


def deed_of(planted: str | None) -> Any:
    """What is done to approve a request and to tell it: as it should be, or with a fault."""
    return _DEEDS.get(planted, _approved)


_DEEDS = {
    "slip-in-another-transaction": _slip_later,
    "acknowledged-before-the-commit": _acknowledged_early,
    "commit-not-waited-for": _not_waiting_for_the_disk,
}
