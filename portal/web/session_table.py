"""The table of web sessions: what the browser holds is a random id of 256 bits, what we hold is its SHA-256 and the sealed data.

A row that is over (idle, too old, or revoked) stays for a day, because it tells whose it was: a form sent by a session that
has just ended is kept for that person (`kept_posts`).
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from flask.json.tag import TaggedJSONSerializer
from sqlalchemy import CheckConstraint, Index, LargeBinary, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import Keyring, SealBroken, keyring

ANONYMOUS: Final = "anonymous"
RESIDENT: Final = "resident"
STAFF: Final = "staff"

#: How long a row is kept after its session is over.
KEPT_AFTER_THE_END: Final = timedelta(hours=24)

#: JSON that keeps tuples, instants and markup what they are: a sentence to show after a redirect is not escaped twice.
FORM: Final = TaggedJSONSerializer()

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lasts: without a request, and at the very most."""

    idle: timedelta
    at_most: timedelta


LIVES: Final = {
    # Nobody is signed in: it holds the state of a sign-in and the form tokens of open pages.
    ANONYMOUS: Life(idle=timedelta(hours=2), at_most=timedelta(hours=8)),
    RESIDENT: Life(idle=timedelta(minutes=30), at_most=timedelta(hours=8)),
    STAFF: Life(idle=timedelta(minutes=15), at_most=timedelta(hours=10)),
}


class WebSession(Base):
    """One session of one browser."""

    __tablename__ = "web_session"
    __table_args__ = (
        CheckConstraint("audience in ('anonymous', 'resident', 'staff')", name="audience"),
        Index("ix_web_session_subject_index", "subject_index"),
        Index("ix_web_session_last_seen_at", "last_seen_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES), unique=True)
    audience: Mapped[str] = mapped_column(String(10))
    subject_index: Mapped[bytes | None] = mapped_column(LargeBinary(_HASH_BYTES))
    data: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    def is_live(self, at: datetime) -> bool:
        """Neither revoked, nor idle for too long, nor past its last hour."""
        return self.revoked_at is None and at < self.expires_at and at - self.last_seen_at < LIVES[self.audience].idle


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A row as it was read. `data` is empty when the session is over, or does not open with our keys."""

    id: UUID
    audience: str
    subject_index: bytes | None
    is_live: bool
    last_seen_at: datetime
    data: dict[str, Any] = field(repr=False)


def new_token() -> str:
    """256 random bits as 43 URL-safe characters: what goes into the cookie."""
    return secrets.token_urlsafe(32)


def subject_indexes(ring: Keyring, subject: str) -> tuple[bytes, ...]:
    """The keyed indexes a subject is found by, the one for a new session first; the subject itself is in no column."""
    return ring.marks(f"web-session-subject:{subject}")


def stored_session(session: Session, *, token: str, at: datetime) -> StoredSession | None:
    """The row of a cookie, live or over; None when there is none (any more)."""
    row = session.scalar(select(WebSession).where(WebSession.token_hash == _hash(token)))
    if row is None:
        return None
    is_live = row.is_live(at)
    data = _opened(keyring(session), row) if is_live else {}
    return StoredSession(row.id, row.audience, row.subject_index, is_live, row.last_seen_at, data)


def add_session(
    session: Session,
    *,
    row_id: UUID,
    token: str,
    audience: str,
    subject: bytes | None,
    data: dict[str, Any],
    at: datetime,
) -> None:
    """Insert a session. `subject` is its index, None for nobody."""
    session.add(
        WebSession(
            id=row_id,
            token_hash=_hash(token),
            audience=audience,
            subject_index=subject,
            data=_sealed(keyring(session), row_id, data),
            created_at=at,
            last_seen_at=at,
            expires_at=at + LIVES[audience].at_most,
        )
    )


def change_session(session: Session, *, row_id: UUID, put: dict[str, Any], gone: set[str], at: datetime) -> None:
    """Put and drop keys of the stored data, leaving alone what another request of the same browser wrote meanwhile."""
    row = session.scalar(select(WebSession).where(WebSession.id == row_id).with_for_update())
    if row is None or row.revoked_at is not None:
        return
    data = _opened(keyring(session), row)
    kept = {key: value for key, value in data.items() if key not in gone}
    row.data = _sealed(keyring(session), row_id, {**kept, **put})
    row.last_seen_at = max(row.last_seen_at, at)


def touch_session(session: Session, *, row_id: UUID, at: datetime) -> None:
    """Note that the browser was here."""
    session.execute(
        update(WebSession).where(WebSession.id == row_id, WebSession.last_seen_at < at).values(last_seen_at=at)
    )


def revoke_one(session: Session, *, row_id: UUID, at: datetime) -> bool:
    """End one session at once, for every worker; False when somebody has ended it before."""
    ended = update(WebSession).where(WebSession.id == row_id, WebSession.revoked_at.is_(None)).values(revoked_at=at)
    return session.scalar(ended.returning(WebSession.id)) is not None


def revoke_sessions_of(session: Session, *, subject: str, at: datetime, but: UUID | None = None) -> int:
    """End every session of a subject (another device too); returns how many. `but` spares one row."""
    ended = update(WebSession).where(
        WebSession.subject_index.in_(subject_indexes(keyring(session), subject)), WebSession.revoked_at.is_(None)
    )
    if but is not None:
        ended = ended.where(WebSession.id != but)
    return len(session.scalars(ended.values(revoked_at=at).returning(WebSession.id)).all())


def purge_sessions(session: Session, *, at: datetime) -> int:
    """Delete the rows that have been over for a day; the worker calls this. Returns how many."""
    before = at - KEPT_AFTER_THE_END
    longest_idle = max(life.idle for life in LIVES.values())
    over = or_(
        WebSession.expires_at < before,
        WebSession.revoked_at < before,
        WebSession.last_seen_at < before - longest_idle,
    )
    return len(session.scalars(delete(WebSession).where(over).returning(WebSession.id)).all())


def new_row_id() -> UUID:
    """The id a row's data is bound to, made before the insert."""
    return uuid4()


def _hash(token: str) -> bytes:
    # The token has 256 random bits, so an unkeyed hash cannot be searched backwards.
    return hashlib.sha256(token.encode()).digest()


def _sealed(ring: Keyring, row_id: UUID, data: dict[str, Any]) -> bytes:
    return ring.seal(FORM.dumps(data).encode(), bound_to=row_id.bytes)


def _opened(ring: Keyring, row: WebSession) -> dict[str, Any]:
    """The data, or nothing when it was sealed with a key that is gone: the person signs in again."""
    try:
        data: dict[str, Any] = FORM.loads(ring.open(row.data, bound_to=row.id.bytes).decode())
    except SealBroken:
        return {}
    return data
