"""A municipality to be raced for and killed in: staff, residents, a pool, requests that wait for an approval."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import registry_core.schema  # noqa: F401  (all tables, for the foreign keys)
from portal.operator.synthesis import synthetic_residents
from registry_core.codes import DocumentKind, check_identity, designate_codes, request_code_change
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.register import enter_resident
from registry_core.storage.engine import open_engine, read, write
from registry_core.storage.keys import Keyring, read_keyring
from registry_core.values.actor import Actor, Role, resident_person, system_actor
from registry_core.values.resident_record_code import ResidentRecordCode
from tests.faults.log_watch import CODES
from tests.invariants import broken_invariants

TOWN = "999008"
CHECKER = 0
_seeds = count(1)


def clerk(number: int, town: str = TOWN) -> Actor:
    """A clerk; number 0 checks the documents, the others approve."""
    return Actor(f"person-{number}", f"account-{number}", Role.CLERK, town, f"Clerk {number}")


def resident(record_id: UUID, town: str = TOWN) -> Actor:
    return Actor(resident_person(record_id), f"sign-in-{record_id}", Role.RESIDENT, town)


def enter_residents(session: Session, number: int, *, town: str = TOWN) -> list[UUID]:
    """People whom every clerk may know of."""
    at, system = datetime.now(UTC), system_actor(town)
    people = list(synthetic_residents(number, seed=next(_seeds)))
    CODES.update(each.code.reveal() for each in people)
    return [
        enter_resident(
            session,
            items=replace(each.items, protected=False),
            code=each.code,
            reason=each.reason,
            on=date(2026, 4, 1),
            actor=system,
            at=at,
        )
        for each in people
    ]


def fill_pool(session: Session, number: int, *, town: str = TOWN) -> None:
    codes = list({ResidentRecordCode.random() for _ in range(number)})
    CODES.update(each.reveal() for each in codes)
    designate_codes(
        session, codes=codes, batch="faults", actor=system_actor(town), at=datetime.now(UTC), rng=Random(number)
    )


def ask(session: Session, record_id: UUID, *, town: str = TOWN, key: str | None = None) -> UUID:
    """A request with a mail address, so that mail too is queued with every step."""
    view = request_code_change(
        session,
        record_id=record_id,
        language="vi",
        email="resident@example.org",
        idempotency_key=key or str(uuid4()),
        actor=resident(record_id, town),
        at=datetime.now(UTC),
    )
    return view.id


def show_document(session: Session, request_id: UUID, *, town: str = TOWN) -> None:
    check_identity(
        session,
        request_id=request_id,
        kind=DocumentKind.RESIDENCE_CARD,
        last_resort_reason=None,
        differences_accepted=False,
        actor=clerk(CHECKER, town),
        at=datetime.now(UTC),
    )


def ready_requests(session: Session, number: int, *, town: str = TOWN) -> dict[UUID, UUID]:
    """Requests that wait for the second person: request -> record."""
    ready = {}
    for record_id in enter_residents(session, number, town=town):
        request_id = ask(session, record_id, town=town)
        show_document(session, request_id, town=town)
        ready[request_id] = record_id
    return ready


@contextmanager
def opened(url: str, keys_file: Path) -> Iterator[tuple[Engine, Keyring]]:
    engine = open_engine(url)
    try:
        yield engine, read_keyring(keys_file)
    finally:
        engine.dispose()


def broken_in(engine: Engine, ring: Keyring, *, acknowledged: set[UUID] = frozenset(), seal: bool = True) -> list[str]:
    """The broken invariants of this register, its ledger sealed before if wished."""
    if seal:
        with write(engine, ring) as session:
            while seal_entries(session, at=datetime.now(UTC)):
                session.flush()
            make_checkpoint(session, at=datetime.now(UTC))
    with read(engine, ring) as session:
        return broken_invariants(session, acknowledged=acknowledged, ledger=seal)
