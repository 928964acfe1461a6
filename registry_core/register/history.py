"""A row of history for each change of a record: the whole record after it, why, from which day, by whom (STD 1.1.20)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry_core.register.resident_record import ResidentItems, ResidentRecord
from registry_core.storage.base import Base
from registry_core.storage.column_types import Closed, Instant, RegisterDateType
from registry_core.values.actor import Actor, Role
from registry_core.values.change_reason import REASONS_OF_UNKNOWN_DAYS, ChangeReason
from registry_core.values.errors import InvalidItem
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import ResidentRecordCode


class RecordHistory(Base):
    """One version of a record; its code appears masked."""

    __tablename__ = "resident_record_history"

    record_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("resident_record.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[ChangeReason] = mapped_column(Closed(ChangeReason))
    on: Mapped[RegisterDate] = mapped_column("effective_on", RegisterDateType)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_person: Mapped[str] = mapped_column(String(255))
    actor_role: Mapped[Role] = mapped_column(Closed(Role))
    items: Mapped[dict[str, str | None]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One change: `changed` maps item -> (before, after) as text; for the first version before is None throughout."""

    version: int
    reason: ChangeReason
    on: RegisterDate
    at: datetime
    actor_role: Role
    changed: dict[str, tuple[str | None, str | None]]


def changed_on(on: date | RegisterDate, *, reason: ChangeReason) -> RegisterDate:
    """The day of a change (異動日): of the calendar, except of birth, death and disappearance (standard specification 1.1.8).

    Raises InvalidItem (item: on).
    """
    day = RegisterDate.on(on) if isinstance(on, date) else on
    if day.calendar_day is None and reason not in REASONS_OF_UNKNOWN_DAYS:
        raise InvalidItem(item="on")
    return day


def keep_history(
    session: Session,
    *,
    record: ResidentRecord,
    code: ResidentRecordCode,
    reason: ChangeReason,
    on: date | RegisterDate,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the row of the version the record now has. Raises InvalidItem, as `changed_on`."""
    items = items_kept(record.items(), code=code, erased_on=record.erased_on)
    row = history_values(
        record_id=record.id, version=record.version, items=items, reason=reason, on=on, actor=actor, at=at
    )
    session.add(RecordHistory(**row))


def items_kept(items: ResidentItems, *, code: ResidentRecordCode, erased_on: date | None) -> dict[str, str | None]:
    """What a row of history keeps of the record: every item as text, the code masked."""
    return items.as_text() | {"code": code.masked, "erased_on": str(erased_on or "") or None}


def history_values(
    *,
    record_id: UUID,
    version: int,
    items: dict[str, str | None],
    reason: ChangeReason,
    on: date | RegisterDate,
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    """The columns of one row of history. Raises InvalidItem, as `changed_on`."""
    return {
        "record_id": record_id,
        "version": version,
        "reason": reason,
        "on": changed_on(on, reason=reason),
        "at": at,
        "actor_person": actor.person,
        "actor_role": actor.role,
        "items": items,
    }


def history_of(session: Session, *, record_id: UUID) -> list[RecordChange]:
    """All changes, newest first."""
    rows = session.scalars(
        select(RecordHistory).where(RecordHistory.record_id == record_id).order_by(RecordHistory.version)
    )
    changes, before = [], dict[str, str | None]()
    for row in rows:
        names = sorted(set(before) | set(row.items))
        pairs = {name: (before.get(name), row.items.get(name)) for name in names}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        changes.append(RecordChange(row.version, row.reason, row.on, row.at, row.actor_role, changed))
        before = row.items
    return changes[::-1]
