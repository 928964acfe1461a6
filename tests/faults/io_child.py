"""The process whose disk fails: it opens the register, approves, and closes it, one step at a time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from registry_core.codes import approve_code_change
from registry_core.storage.engine import write
from registry_core.storage.keys import Keyring
from registry_core.values.errors import RequestAlreadyDecided
from tests.faults.injection import let_be_traced
from tests.faults.log_watch import listen, log_broke
from tests.faults.planted import plant
from tests.faults.town import clerk, opened

APPROVE, CLOSE, CHECKPOINT_EVERY, BACKEND = "approve", "close", "checkpoint-every", "backend"
DONE, CLEAN, ALREADY = "done", "clean error", "already decided"


def serve(url: str, keys_file: Path, orders: Any, planted: str | None) -> None:
    """Do what is asked for over the pipe, (order, argument) by (order, argument) until None, and answer how each ended.

    APPROVE a request by its id; CLOSE all connections; CHECKPOINT_EVERY so many pages, from the next opening on; BACKEND: open a
    connection, and answer with the number of the server's process behind it.
    """
    let_be_traced()
    listen()
    plant(planted)
    with opened(url, keys_file) as (engine, ring):
        process = _Process(engine, ring, planted)
        while (order := orders.recv()) is not None:
            orders.send(process.ends(*order))


class _Process:
    def __init__(self, engine: Engine, ring: Keyring, planted: str | None) -> None:
        self.engine, self.ring, self.pages = engine, ring, 0
        self.write = _swallowing if planted == "error-swallowed" else write
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", self.set_checkpoints)

    def ends(self, what: str, argument: Any) -> str:
        """How it ended: one of the words above, or what broke; or what was asked for."""
        try:
            return self.do(what, argument)
        except RequestAlreadyDecided:
            return ALREADY
        except OperationalError as refused:
            log_broke(refused)
            return CLEAN
        except Exception as broke:
            log_broke(broke)
            return f"{type(broke).__name__}: {str(broke).splitlines()[0][:160]}"

    def do(self, what: str, argument: Any) -> str:
        if what == APPROVE:
            with self.write(self.engine, self.ring) as session:
                approve_code_change(session, request_id=argument, actor=clerk(1), at=datetime.now(UTC))
        elif what == CLOSE:
            self.engine.dispose()
        elif what == BACKEND:
            with self.engine.connect() as connection:
                return str(connection.scalar(text("SELECT pg_backend_pid()")))
        else:
            self.pages = argument
        return DONE

    def set_checkpoints(self, connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA wal_autocheckpoint={self.pages}")


@contextmanager
def _swallowing(engine: Engine, ring: Keyring) -> Iterator[Session]:
    """A fault: whatever the database says, the caller is told that all went well."""
    with suppress(OperationalError), write(engine, ring) as session:
        yield session
