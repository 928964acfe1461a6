"""Faults to plant: each breaks one safeguard of the registry core inside a child process of the harness, and only there."""

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select

from registry_core.codes import change_request, decide, ending, request
from registry_core.codes.pool import DesignatedCode
from registry_core.storage import engine
from registry_core.storage.keys import keyring
from registry_core.values.errors import PoolEmpty
from registry_core.values.resident_record_code import ResidentRecordCode


def plant(name: str | None) -> None:
    """Break what `name` says, in this process, for good."""
    if name is not None:
        FAULTS[name]()


def _lock_removed() -> None:
    Select.with_for_update = lambda self, **_options: self


def _pool_lock_removed() -> None:
    def take_unlocked(session, *, municipality_code, record_id, at):
        free = (DesignatedCode.municipality_code == municipality_code, DesignatedCode.taken_at.is_(None))
        row = session.scalars(select(DesignatedCode).where(*free).order_by(DesignatedCode.position).limit(1)).first()
        if row is None:
            raise PoolEmpty
        return row.take(record_id=record_id, at=at, keyring=keyring(session))

    decide.take_code = take_unlocked


def _pool_forgets() -> None:
    """The pool gives a code and does not note that it is gone."""

    def take_and_forget(session, *, municipality_code, record_id, at):
        free = (DesignatedCode.municipality_code == municipality_code, DesignatedCode.taken_at.is_(None))
        row = session.scalars(select(DesignatedCode).where(*free).order_by(DesignatedCode.position).limit(1)).first()
        return ResidentRecordCode(keyring(session).open(row.code_sealed, bound_to=row.id.bytes).decode())

    decide.take_code = take_and_forget


def _begin_deferred() -> None:
    engine._begin_sqlite = lambda connection: connection.exec_driver_sql("BEGIN DEFERRED")


def _guard_skipped() -> None:
    change_request.CodeChangeRequest.guard_open = lambda self: None


def _take_guard_skipped() -> None:
    change_request.CodeChangeRequest.guard_free_for = lambda self, actor: None

    def take(self, *, by, at):
        self.taken_by, self.taken_by_name, self.taken_at = by.person, by.name, at

    change_request.CodeChangeRequest.take = take


def _loser_not_told() -> None:
    """The refusal comes, but names nobody."""

    def guard_open(self):
        if not self.status.is_open:
            raise change_request.RequestAlreadyDecided(self.status.value, None, None)

    change_request.CodeChangeRequest.guard_open = guard_open


def _open_request_unseen() -> None:
    request._open_request = lambda *_arguments: None


def _key_forgotten() -> None:
    """A request that is sent again is not known again."""
    request._with_key = lambda *_arguments: None


def _approved_again() -> None:
    """An approval that is sent again is done again."""
    change_request.CodeChangeRequest.guard_open = lambda self: None


def _ledger_skipped() -> None:
    decide.entry = lambda *_arguments, **_named: None


def _history_skipped() -> None:
    decide.keep_history = lambda *_arguments, **_named: None


def _slip_skipped() -> None:
    decide._queue_slip_and_notice = lambda *_arguments, **_named: None


def _erasure_notice_skipped() -> None:
    ending._queue_notice = lambda *_arguments, **_named: None


def _synchronous(value: str) -> Callable[[], None]:
    """SQLite does not wait for the disk: at checkpoints only (NORMAL), or never (OFF)."""

    def set_it() -> None:
        set_up = engine._set_up_sqlite

        def set_up_carelessly(connection, record):
            set_up(connection, record)
            connection.execute(f"PRAGMA synchronous={value}")

        engine._set_up_sqlite = set_up_carelessly

    return set_it


def _commit_in_the_middle() -> None:
    """The new code is committed before the slip and the notice are written."""
    queue = decide._queue_slip_and_notice

    def commit_and_queue(session, **named):
        connection = session.connection()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN")
        queue(session, **named)

    decide._queue_slip_and_notice = commit_and_queue


def _code_in_the_log() -> None:
    """Somebody logs what is taken from the pool."""
    take = decide.take_code

    def take_and_tell(session, **named):
        code = take(session, **named)
        logging.getLogger("registry_core.codes").debug("took %s", code.reveal())
        return code

    decide.take_code = take_and_tell


def _code_in_an_error() -> None:
    """An error names the code that it is about."""

    def take_and_break(session, **named):
        raise LookupError(f"{take(session, **named).reveal()} is not there")

    take, decide.take_code = decide.take_code, take_and_break


def _connection_kept() -> None:
    """A connection that met a failing disk goes back into the pool."""
    engine._FAILING_DISK = frozenset()


def _in_the_child() -> None:
    """What these break, the process that is killed does itself (`kill_child`)."""


FAULTS: dict[str, Callable[[], Any]] = {
    "lock-removed": _lock_removed,
    "pool-lock-removed": _pool_lock_removed,
    "pool-forgets": _pool_forgets,
    "begin-deferred": _begin_deferred,
    "guard-skipped": _guard_skipped,
    "take-guard-skipped": _take_guard_skipped,
    "loser-not-told": _loser_not_told,
    "open-request-unseen": _open_request_unseen,
    "key-forgotten": _key_forgotten,
    "approved-again": _approved_again,
    "ledger-skipped": _ledger_skipped,
    "history-skipped": _history_skipped,
    "slip-skipped": _slip_skipped,
    "erasure-notice-skipped": _erasure_notice_skipped,
    "synchronous-normal": _synchronous("NORMAL"),
    "synchronous-off": _synchronous("OFF"),
    "commit-in-the-middle": _commit_in_the_middle,
    "connection-kept": _connection_kept,
    "code-in-the-log": _code_in_the_log,
    "code-in-an-error": _code_in_an_error,
    "error-swallowed": _in_the_child,
    "slip-in-another-transaction": _in_the_child,
    "acknowledged-before-the-commit": _in_the_child,
    "commit-not-waited-for": _in_the_child,
}

#: What else must be gone from the test's database for the fault to show: the second safeguard behind the first.
UNIQUE_DROPPED = {
    "open-request-unseen": ("uq_code_change_request_open", "code_change_request"),
    "pool-lock-removed": ("uq_code_assignment_code_index", "code_assignment"),
    "pool-forgets": ("uq_code_assignment_code_index", "code_assignment"),
}
