"""Small ledgers that grow as real ones do: restarts, replaced keys, a holder that is sent each checkpoint, a copy on the way."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from registry_core.ledger import (
    checkpoints_after,
    export_ledger,
    make_checkpoint,
    public_keys,
    record_entry,
    seal_entries,
)
from registry_core.ledger.seal import LedgerSeal, chain_head
from registry_core.storage.engine import open_engine, write
from registry_core.storage.key_set import KeySet
from registry_core.storage.keys import Keyring, keyring_of
from registry_core.values.actor import Actor, Role
from registry_core.values.legal_purpose import LegalPurpose
from tests.databases import PostgresqlTemplate, SqliteTemplate

BEGINS = datetime(2026, 4, 1, tzinfo=UTC)
ACTIONS = ("record.looked-at", "record.entered", "search.made", "code-change.approved", "slip.opened")
WORDS = ("sato", "鈴木", 'O"Brien', "Nguyễn\n", "김", "a\\b", "person\u2028")


class Store(Protocol):
    """Where ledgers stand while they are tampered with."""

    def opened(self, copy: Any = None) -> Engine:
        """A new database: an empty register, or a copy put back."""

    def copied(self, engine: Engine) -> Any:
        """A copy of a database as it is now."""

    def dropped(self, engine: Engine) -> None:
        """It is not needed any more."""


class InMemory:
    """SQLite, in this process's memory."""

    def __init__(self, template: SqliteTemplate) -> None:
        self.empty = template.path.read_bytes()

    def opened(self, copy: bytes | None = None) -> Engine:
        engine = open_engine("sqlite://")
        _driver(engine).deserialize(copy or self.empty)
        return engine

    def copied(self, engine: Engine) -> bytes:
        return _driver(engine).serialize()

    def dropped(self, engine: Engine) -> None:
        engine.dispose()


class OnPostgresql:
    """Databases of a running server."""

    def __init__(self, template: PostgresqlTemplate) -> None:
        self.template = template
        self.copies = 0

    def opened(self, copy: str | None = None) -> Engine:
        if copy is None:
            return open_engine(self.template.fresh())
        return open_engine(self.template.server.set(database=copy).render_as_string(hide_password=False))

    def copied(self, engine: Engine) -> str:
        engine.dispose()
        self.copies += 1
        name = f"{engine.url.database}_copy_{self.copies}"
        self.template._execute(f'CREATE DATABASE "{name}" TEMPLATE "{engine.url.database}"')
        return name

    def dropped(self, engine: Engine) -> None:
        engine.dispose()
        self.template.dispose(engine.url.render_as_string(hide_password=False))


@dataclass
class History:
    """One ledger. `outside`: what a holder was sent; `copy`: its database and keys as they once were."""

    store: Store
    rng: Random
    engine: Engine
    ring: Keyring
    keys: KeySet
    at: datetime = BEGINS
    outside: list[bytes] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)
    copy: Any = None

    def writes(self, number: int) -> None:
        """So many entries, each in a transaction of its own or several in one."""
        for _ in range(number):
            with write(self.engine, self.ring) as session:
                for _ in range(self.rng.choice((1, 1, 3))):
                    self.at += timedelta(seconds=self.rng.randint(0, 40))
                    write_entry(session, self.rng, self.at)

    def seals(self) -> None:
        with write(self.engine, self.ring) as session:
            seal_entries(session, at=self.at)

    def signs(self) -> None:
        with write(self.engine, self.ring) as session:
            made = make_checkpoint(session, at=self.at)
        if made is not None:
            with write(self.engine, self.ring) as session:
                self.outside += [line for _, line in checkpoints_after(session, sequence=made - 1, limit=1)]
            self.signed.append(made)

    def replaces_its_keys(self) -> None:
        with self.session() as session:
            head, _ = chain_head(session)
        self.keys = self.keys.begun().sealing_anew(first_sequence=head + 1)
        self.ring = keyring_of(self.keys)

    def restarts(self) -> None:
        """What was in memory is gone; what was written is there."""
        before = self.engine
        self.engine = self.store.opened(self.store.copied(before))
        self.store.dropped(before)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction whose changes nobody keeps."""
        with Session(self.engine, expire_on_commit=False, info={"keyring": self.ring}) as session:
            yield session
            session.rollback()

    def export(self, session: Session) -> list[bytes]:
        return list(export_ledger(session, at=self.at))

    def public_keys(self) -> list[bytes]:
        with self.session() as session:
            return public_keys(session)

    def grows(self, steps: int) -> None:
        for _ in range(steps):
            self.writes(self.rng.randint(1, 4))
            step = self.rng.random()
            if step < 0.9:
                self.seals()
            if step < 0.5:
                self.signs()
            if step < 0.08:
                self.replaces_its_keys()
            elif step > 0.92:
                self.restarts()


def grown(store: Store, seed: int) -> History:
    """A ledger of some 15 to 60 rows, three checkpoints or more, a copy from before the last of them, and an unproved end."""
    rng, keys = Random(seed), KeySet.new()
    history = History(store, rng, store.opened(), keyring_of(keys), keys)
    history.grows(rng.randint(2, 5))
    for part in range(3):
        history.writes(rng.randint(2, 4))
        history.seals()
        history.signs()
        if part == 1:
            history.copy = store.copied(history.engine), history.ring
    history.grows(rng.randint(0, 3))
    return history


def write_entry(session: Session, rng: Random, at: datetime) -> UUID:
    person = rng.choice(WORDS)
    return record_entry(
        session,
        action=rng.choice(ACTIONS),
        actor=Actor(person, f"account of {person}", rng.choice(list(Role)), "990019"),
        at=at,
        purpose=rng.choice(list(LegalPurpose)),
        record_id=rng.choice((None, UUID(int=rng.getrandbits(128)))),
        request_id=rng.choice((None, UUID(int=rng.getrandbits(128)))),
        facts=rng.choice(({}, {"on": "2026-04-01", "count": rng.randint(0, 9)}, {"reason": rng.choice(WORDS)})),
    )


def digests(session: Session) -> list[bytes]:
    """The seals, in order."""
    return list(session.scalars(select(LedgerSeal.digest).order_by(LedgerSeal.sequence)))


def parts_at(before: list[bytes], after: list[bytes]) -> int:
    """The first row at which two chains differ, or at which the second has ended."""
    same = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        same += 1
    return same + 1


def _driver(engine: Engine) -> sqlite3.Connection:
    connection = engine.raw_connection()
    try:
        return connection.driver_connection
    finally:
        connection.close()
