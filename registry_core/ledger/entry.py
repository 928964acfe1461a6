"""One entry: who did what to which record, when, for which legal purpose. Entries commit with what they record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, Dialect, Index, String, Uuid, and_, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.storage.base import Base
from registry_core.storage.bulk_insert import BoundRows, bound_rows, insert_rows
from registry_core.storage.column_types import Closed, Instant
from registry_core.values.actor import Actor, Role
from registry_core.values.legal_purpose import LegalPurpose

#: The few entries about backups and restores (`registry_core.remaking`), which have an index of their own. A query says it
#: in these words, else SQLite does not take the index.
REMAKING: Final = text("action IN ('register.backed-up', 'register.restored')")

Facts = dict[str, str | int | bool | None]
#: A search met somebody who was not shown (支援措置): she may see it, and whoever searched may not.
MET_UNSEEN = "record.searched-for"


class LedgerEntry(Base):
    """A row that refuses UPDATE, DELETE and TRUNCATE (triggers of the first migration)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ix_ledger_entry_record_id_at", "record_id", "at", "id"),
        Index("ix_ledger_entry_actor_person_at", "actor_person", "at"),
        Index("ix_ledger_entry_remaking", "at", sqlite_where=REMAKING, postgresql_where=REMAKING),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[LegalPurpose] = mapped_column(Closed(LegalPurpose))
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    request_id: Mapped[UUID | None] = mapped_column(Uuid)
    actor_person: Mapped[str] = mapped_column(String(255))
    actor_account: Mapped[str] = mapped_column(String(255))
    actor_role: Mapped[Role] = mapped_column(Closed(Role))
    municipality_code: Mapped[str] = mapped_column(String(6))
    facts: Mapped[Facts] = mapped_column(JSON)


class LedgerTail(Base):
    """Entries not sealed yet; a row is written with its entry and removed by the sealing worker."""

    __tablename__ = "ledger_tail"
    # the order in which they are sealed: an import leaves very many of one moment
    __table_args__ = (Index("ix_ledger_tail_at_entry_id", "at", "entry_id"),)

    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class LedgerEntryView:
    """An entry as shown. `at` is UTC; `facts` are small and never hold a code; `sealed` once in the chain."""

    id: UUID
    at: datetime
    action: str
    purpose: LegalPurpose
    record_id: UUID | None
    request_id: UUID | None
    actor_person: str
    actor_account: str
    actor_role: Role
    municipality: str
    facts: Facts
    sealed: bool


def record_entry(
    session: Session,
    *,
    action: str,
    actor: Actor,
    at: datetime,
    purpose: LegalPurpose,
    record_id: UUID | None = None,
    request_id: UUID | None = None,
    facts: Mapping[str, str | int | bool | None] | None = None,
) -> UUID:
    """Write one entry in the caller's transaction, at the latest with its commit: what it speaks of is shown after that.

    `action` is a stable key such as "record.looked-at".
    """
    entry = LedgerEntry(
        **entry_values(
            action=action,
            actor=actor,
            at=at,
            purpose=purpose,
            record_id=record_id,
            request_id=request_id,
            facts=facts,
        )
    )
    session.add_all([entry, LedgerTail(entry_id=entry.id, at=at)])
    return entry.id


def entry_values(
    *,
    action: str,
    actor: Actor,
    at: datetime,
    purpose: LegalPurpose,
    record_id: UUID | None = None,
    request_id: UUID | None = None,
    facts: Mapping[str, str | int | bool | None] | None = None,
    entry_id: UUID | None = None,
) -> dict[str, Any]:
    """The columns of one new entry; whoever writes many at once gives each its id."""
    return {
        "id": entry_id or uuid4(),
        "at": at,
        "action": action,
        "purpose": purpose,
        "record_id": record_id,
        "request_id": request_id,
        "actor_person": actor.person,
        "actor_account": actor.account,
        "actor_role": actor.role,
        "municipality_code": actor.municipality,
        "facts": dict(facts or {}),
    }


def record_entries(session: Session, *, entries: Sequence[dict[str, Any]]) -> None:
    """Write many entries, as `entry_values` gives them, in the caller's transaction at once."""
    for rows in bound_entries(entries, dialect=session.get_bind().dialect):
        insert_rows(session, rows)


def bound_entries(values: Sequence[dict[str, Any]], *, dialect: Dialect) -> tuple[BoundRows, BoundRows]:
    """Many new entries, each with its place in the tail, ready to be inserted at once."""
    tail = [{"entry_id": each["id"], "at": each["at"]} for each in values]
    return bound_rows(LedgerEntry, values, dialect=dialect), bound_rows(LedgerTail, tail, dialect=dialect)


def entries_about(
    session: Session,
    *,
    record_id: UUID,
    limit: int = 50,
    before: tuple[datetime, UUID] | None = None,
    except_by: str | None = None,
) -> list[LedgerEntryView]:
    """Entries about one record, newest first; `before` is the (at, id) of the last entry of the page before.

    `except_by` leaves out what this person did: a resident's own looks bury those of others.
    """
    query = select(LedgerEntry, LedgerTail.entry_id).outerjoin(LedgerTail, LedgerTail.entry_id == LedgerEntry.id)
    query = query.where(LedgerEntry.record_id == record_id)
    if except_by is not None:
        query = query.where(LedgerEntry.actor_person != except_by)
    if before:
        at, entry_id = before
        query = query.where(or_(LedgerEntry.at < at, and_(LedgerEntry.at == at, LedgerEntry.id < entry_id)))
    query = query.order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc()).limit(limit)
    return [_view(entry, sealed=tail is None) for entry, tail in session.execute(query)]


def entries_by(session: Session, *, person: str, limit: int = 50) -> list[LedgerEntryView]:
    """What one person looked at and did, newest first: everybody's own list, without what they may not know."""
    query = select(LedgerEntry, LedgerTail.entry_id).outerjoin(LedgerTail, LedgerTail.entry_id == LedgerEntry.id)
    query = query.where(LedgerEntry.actor_person == person, LedgerEntry.action != MET_UNSEEN)
    query = query.order_by(LedgerEntry.at.desc()).limit(limit)
    return [_view(entry, sealed=tail is None) for entry, tail in session.execute(query)]


def _view(entry: LedgerEntry, *, sealed: bool) -> LedgerEntryView:
    return LedgerEntryView(
        id=entry.id,
        at=entry.at,
        action=entry.action,
        purpose=entry.purpose,
        record_id=entry.record_id,
        request_id=entry.request_id,
        actor_person=entry.actor_person,
        actor_account=entry.actor_account,
        actor_role=entry.actor_role,
        municipality=entry.municipality_code,
        facts=entry.facts,
        sealed=sealed,
    )
