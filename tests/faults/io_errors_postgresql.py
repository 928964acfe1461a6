"""`io-errors-postgresql`: the disk fails at any call of the server's process that carries out an approval.

An error that the server survives is told to the client; one in its write-ahead log takes the whole server down, which recovers
by itself. Either way: a clean error, an approval whole or absent, and the next works. (What the server's own processes write
later, at a checkpoint, nobody waits for: they try again, or take the server down likewise.)
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.storage.engine import open_engine, read, write
from registry_core.storage.keys import read_keyring
from tests.databases import PostgresqlTemplate
from tests.faults.injection import injected
from tests.faults.io_child import ALREADY, APPROVE, BACKEND, CLEAN, CLOSE, DONE, serve
from tests.faults.io_errors import Family, Told
from tests.faults.own_postgresql import OwnServer
from tests.faults.town import broken_in, fill_pool, ready_requests
from tests.faults.verdict import Verdict, along, plant_each, say

CONTROLS = {"commit-in-the-middle": "fdatasync", "error-swallowed": "pwrite64"}  # and the call at which each shows
QUICK_CALLS = {"pwrite64": ("EIO", "ENOSPC"), "fdatasync": ("EIO", "ENOSPC")}
CALLS = QUICK_CALLS | {"openat": ("EIO", "ENOSPC"), "pwritev": ("EIO", "ENOSPC")}
_TRIES = 6  # approvals, before a call is held to be one too many: a table does not grow with every approval
_STOCK = 20


def io_errors_on_postgresql(
    server: OwnServer, template: PostgresqlTemplate, keys_file: Path, *, quick: bool
) -> Verdict:
    """Every call of an approval of our code, then of builds with a fault, until it shows."""
    verdict = Verdict("io-errors-postgresql")
    calls = QUICK_CALLS if quick else CALLS
    families = [Family(call, error, APPROVE) for call, errors in calls.items() for error in errors]
    with _bench(server, template, keys_file) as bench:
        told = [bench.family(each) for each in along(families, of=len(families), what="kinds of failing calls")]
    verdict.faults = [fault for each in told for fault in each.faults]
    verdict.attempts = sum(each.calls for each in told)
    verdict.figures = {
        "clean_errors": sum(each.clean for each in told),
        "server_went_down": bench.went_down,
        "calls": {f"{each.family.call} {each.family.error}": each.calls for each in told},
    }
    say(f"  {verdict.name}: {verdict.attempts} calls failed, {len(verdict.faults)} faults")

    def find(name: str) -> list[str]:
        with _bench(server, template, keys_file, name) as bench:
            return bench.family(Family(CONTROLS[name], "EIO", APPROVE), until_found=True).faults

    plant_each(verdict, list(CONTROLS), find)
    return verdict


@contextmanager
def _bench(
    server: OwnServer, template: PostgresqlTemplate, keys_file: Path, planted: str | None = None
) -> Iterator["_Bench"]:
    ours, theirs = multiprocessing.Pipe()
    url = template.fresh()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=serve, args=(url, keys_file, theirs, planted))
    child.start()
    bench = _Bench(server, open_engine(url), keys_file, ours)
    try:
        yield bench
    finally:
        ours.send(None)
        child.join()
        bench.engine.dispose()
        template.dispose(url)


class _Bench:
    """A process that approves, the server's process behind its only connection, and somebody who looks what is there after."""

    def __init__(self, server: OwnServer, engine: Engine, keys_file: Path, orders: Any) -> None:
        self.server, self.engine, self.orders = server, engine, orders
        self.ring = read_keyring(keys_file)
        self.log = server.data.parent / "injected"
        self.went_down = 0

    def family(self, family: Family, *, until_found: bool = False) -> Told:
        """One kind of fault at the first call, the second, and so on, as long as there are so many."""
        told, number = Told(family), 1
        while self.meets(told, family, number) and not (until_found and told.faults):
            number += 1
        return told

    def meets(self, told: Told, family: Family, number: int) -> bool:
        """Some approval has that many calls; what was wrong with it, and with those before it that have not."""
        for _ in range(_TRIES):
            happened, ended, faults = self.trial(family, number)
            told.faults += [f"{family.fault(number)}: {fault}" for fault in faults]
            if happened:
                told.calls += 1
                told.clean += ended == CLEAN
                return True
        return False

    def trial(self, family: Family, number: int) -> tuple[bool, str, list[str]]:
        """(whether the fault was met, how the approval ended, what was wrong)."""
        request_id, faults = self.waiting(), []
        self.asked(CLOSE)
        backend = int(self.asked(BACKEND))
        with injected(family.fault(number), into=backend, log=self.log) as injection:
            ended = self.asked(APPROVE, request_id)
        self.server.wait_until_it_answers()
        self.went_down += "SIGABRT" in self.log.read_text(errors="replace")
        if ended not in {DONE, CLEAN}:
            faults.append(ended)
        acknowledged = {request_id} if ended == DONE else set()
        faults += self.broken(acknowledged)
        again = self.asked(APPROVE, request_id)
        if again not in ({ALREADY} if acknowledged else {DONE, ALREADY}):
            faults.append(f"the next try: {again}")
        faults += [f"after the next try: {each}" for each in self.broken({request_id})]
        return injection.happened, ended, faults

    def waiting(self) -> UUID:
        """A request that waits for its approval."""
        query = select(CodeChangeRequest.id).where(CodeChangeRequest.status == RequestStatus.IDENTITY_CHECKED).limit(1)
        with read(self.engine, self.ring) as session:
            request_id = session.scalar(query)
        if request_id is not None:
            return request_id
        with write(self.engine, self.ring) as session:
            fill_pool(session, _STOCK)
            ready_requests(session, _STOCK)
        return self.waiting()

    def asked(self, order: str, argument: object = None) -> str:
        self.orders.send((order, argument))
        return self.orders.recv()

    def broken(self, acknowledged: set[UUID]) -> list[str]:
        return broken_in(self.engine, self.ring, acknowledged=acknowledged)
