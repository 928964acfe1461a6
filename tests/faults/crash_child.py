"""The program whose system calls are recorded: it approves what waits, seals as the worker does, tells, and ends."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event, select

from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.storage.engine import read, write
from tests.faults.kill_child import deed_of
from tests.faults.planted import plant
from tests.faults.town import opened

_SEALED_EVERY = 5  # approvals
_PAGES_OF_A_CHECKPOINT = 150  # of the write-ahead log: SQLite's own 1,000 would come once in forty approvals


def main(url: str, keys_file: str, told: str, planted: str) -> None:
    """Approve everything; `told` gets the id of each request once its approval is committed."""
    plant(planted or None)
    deed = deed_of(planted or None)
    with opened(url, Path(keys_file)) as (engine, ring), Path(told).open("ab", buffering=0) as acknowledgements:
        event.listen(engine, "connect", _checkpoint_often)
        waiting = select(CodeChangeRequest.id).where(CodeChangeRequest.status == RequestStatus.IDENTITY_CHECKED)
        with read(engine, ring) as session:
            requests = session.scalars(waiting).all()
        for number, request_id in enumerate(requests, 1):
            deed(engine, ring, request_id, acknowledgements)
            if number % _SEALED_EVERY == 0:
                with write(engine, ring) as session:
                    seal_entries(session, at=datetime.now(UTC))
                    make_checkpoint(session, at=datetime.now(UTC))


def _checkpoint_often(connection, _record) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_OF_A_CHECKPOINT}")


if __name__ == "__main__":
    main(*sys.argv[1:])
