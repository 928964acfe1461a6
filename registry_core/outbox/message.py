"""An outbox row: its kind, an encrypted payload, and how its delivery goes.

Exactly once in the database (unique kind and dedupe key), at least once to the outside: a repeat carries the same
Message-ID or notice number, so it is harmless.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Index, String, UniqueConstraint, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant, Sealed
from registry_core.storage.keys import Keyring, keyring

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
TRIES_UNTIL_STUCK = 5
_ERROR_LENGTH = 300


class OutboxKind(StrEnum):
    """What leaves, and who delivers it."""

    MAIL = "mail"
    SLIP = "slip"
    CHANGE_NOTICE = "change-notice"
    ERASURE_NOTICE = "erasure-notice"


#: Identity information given to the network (本人確認情報の通知, Act art. 30-6).
NOTICES: Final = frozenset({OutboxKind.CHANGE_NOTICE, OutboxKind.ERASURE_NOTICE})


class OutboxMessage(Base):
    """One thing that must leave the house."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("kind", "dedupe_key"),
        Index("ix_outbox_message_waiting", "delivered_at", "kind", "next_try_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    kind: Mapped[OutboxKind] = mapped_column(Closed(OutboxKind))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    payload_sealed: Mapped[bytes] = mapped_column(Sealed)
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(_ERROR_LENGTH))
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)

    def lease(self, *, until: datetime) -> None:
        """Somebody is delivering it: nobody else tries before then, and after a crash somebody does."""
        self.next_try_at = until

    def deliver(self, *, at: datetime) -> None:
        """It has left; a repeat changes nothing."""
        if self.delivered_at is None:
            self.delivered_at = at
            self.last_error = None

    def fail(self, *, at: datetime, error: str) -> None:
        """Try again later: 1, 2, 4 ... minutes, 6 hours at most."""
        wait = min(_FIRST_WAIT * 2 ** min(self.tries, 10), _LONGEST_WAIT)
        self.tries += 1
        self.last_error = error[:_ERROR_LENGTH]
        self.next_try_at = at + wait


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A message as the deliverer sees it. `attempts` so far; `is_stuck` after five failures: staff are shown it."""

    id: UUID
    kind: OutboxKind
    dedupe_key: str
    payload: dict[str, Any]
    record_id: UUID | None
    created_at: datetime
    next_try_at: datetime
    attempts: int
    last_error: str | None
    delivered_at: datetime | None

    @property
    def is_stuck(self) -> bool:
        """It keeps failing."""
        return self.delivered_at is None and self.attempts >= TRIES_UNTIL_STUCK


def enqueue(
    session: Session,
    *,
    kind: OutboxKind,
    dedupe_key: str,
    payload: dict[str, Any],
    at: datetime,
    record_id: UUID | None = None,
) -> UUID:
    """Queue one message in the caller's transaction; the database refuses a second with the same kind and key.

    It is sent with the transaction's next statements, at the latest with its commit.
    """
    message_id = uuid4()
    sealed = keyring(session).seal(json.dumps(payload, ensure_ascii=False).encode(), bound_to=message_id.bytes)
    message = OutboxMessage(
        id=message_id,
        kind=kind,
        dedupe_key=dedupe_key,
        payload_sealed=sealed,
        record_id=record_id,
        created_at=at,
        next_try_at=at,
        tries=0,
    )
    session.add(message)
    return message_id


def take_due(
    session: Session, *, kinds: Collection[OutboxKind], at: datetime, lease: timedelta, limit: int = 20
) -> list[OutboxItem]:
    """Messages whose time has come, oldest first, leased to the caller: no lock is held while they are delivered."""
    query = select(OutboxMessage).where(
        OutboxMessage.delivered_at.is_(None), OutboxMessage.kind.in_(kinds), OutboxMessage.next_try_at <= at
    )
    query = query.order_by(OutboxMessage.next_try_at).limit(limit).with_for_update(skip_locked=True)
    messages = session.scalars(query).all()
    items = [_item(message, keyring(session)) for message in messages]
    for message in messages:
        message.lease(until=at + lease)
    return items


def payload_of(session: Session, *, kind: OutboxKind, dedupe_key: str) -> OutboxItem | None:
    """The message of this kind and key, delivered or not."""
    query = select(OutboxMessage).where(OutboxMessage.kind == kind, OutboxMessage.dedupe_key == dedupe_key)
    message = session.scalars(query).one_or_none()
    return _item(message, keyring(session)) if message else None


def mark_delivered(session: Session, *, item_id: UUID, at: datetime) -> None:
    """It has left the house."""
    session.get_one(OutboxMessage, item_id).deliver(at=at)


def mark_failed(session: Session, *, item_id: UUID, at: datetime, error: str) -> None:
    """It could not leave; `error` is the kind of failure, never an address or content."""
    session.get_one(OutboxMessage, item_id).fail(at=at, error=error)


def retry(session: Session, *, item_id: UUID, at: datetime) -> None:
    """Try at once: somebody mended the cause."""
    message = session.get_one(OutboxMessage, item_id)
    message.next_try_at = at
    message.tries = 0


def stuck_items(session: Session, *, limit: int = 50) -> list[OutboxItem]:
    """What keeps failing, oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None), OutboxMessage.tries >= TRIES_UNTIL_STUCK)
    query = query.order_by(OutboxMessage.created_at).limit(limit)
    return [_item(message, keyring(session)) for message in session.scalars(query)]


def waiting_count(session: Session, *, kind: OutboxKind) -> int:
    """How many of a kind have not left yet."""
    query = select(func.count()).select_from(OutboxMessage)
    return session.scalar(query.where(OutboxMessage.delivered_at.is_(None), OutboxMessage.kind == kind)) or 0


def _item(message: OutboxMessage, ring: Keyring) -> OutboxItem:
    return OutboxItem(
        id=message.id,
        kind=message.kind,
        dedupe_key=message.dedupe_key,
        payload=json.loads(ring.open(message.payload_sealed, bound_to=message.id.bytes)),
        record_id=message.record_id,
        created_at=message.created_at,
        next_try_at=message.next_try_at,
        attempts=message.tries,
        last_error=message.last_error,
        delivered_at=message.delivered_at,
    )
