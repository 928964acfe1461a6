"""What may go when: erased records, notices to the network and filed forms, their last day listed (Cabinet Order art. 34).

What no article names is listed too, without a day. Nothing is ever deleted by this. It stands here because this room sees
the records, the requests and the outbox.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest
from registry_core.outbox import NOTICES, OutboxKind
from registry_core.outbox.message import OutboxMessage
from registry_core.register.code_assignment import JAPAN
from registry_core.register.correction_case import CorrectionCaseRow
from registry_core.register.resident_record import ResidentRecord
from registry_core.storage.column_types import Instant
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted
from registry_core.values.retention import KeptKind, kept_until, last_day_ended

_MAY_LIST = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class KeptThing:
    """One thing: the id of the record, case or message, the reference of a request; the day it counts from, the last it is kept.

    until: None where no rule says when it may go.
    """

    name: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """All of one kind: how many are kept, of how many the time has ended by the day asked for, and the first of them."""

    kind: KeptKind
    kept: int
    ended: int
    first: tuple[KeptThing, ...]


def retention(session: Session, *, by: date, limit: int, actor: Actor) -> list[KeptSummary]:
    """Of each kind how many are kept, of how many the time has ended before `by`, and the first `limit` of these, or the next.

    No item of a record is read. Raises NotPermitted.
    """
    if actor.role not in _MAY_LIST:
        raise NotPermitted
    return [_summary(session, kind, kept(actor.municipality), by=by, limit=limit) for kind, kept in _KEPT.items()]


def _erased(city: str) -> Subquery:
    erased_on = ResidentRecord.erased_on
    here = (ResidentRecord.municipality_code == city, erased_on.is_not(None))
    return select(ResidentRecord.id.label("name"), erased_on.label("since")).where(*here).subquery()


def _change_notices(city: str) -> Subquery:
    """Item 1: each is kept from the next notice about the same person that was given, an erasure's too.

    The last of each person has no day yet.
    """
    given = OutboxMessage.delivered_at
    in_order = (given, OutboxMessage.created_at, OutboxMessage.id)
    following = func.lead(given, type_=Instant()).over(partition_by=OutboxMessage.record_id, order_by=in_order)
    is_given = (OutboxMessage.kind.in_(NOTICES), given.is_not(None))
    after = select(OutboxMessage.id, following.label("since")).where(*is_given).subquery()
    query = select(OutboxMessage.id.label("name"), after.c.since)
    query = query.join(ResidentRecord, ResidentRecord.id == OutboxMessage.record_id)
    query = query.outerjoin(after, after.c.id == OutboxMessage.id)
    return query.where(*_notices_of(city, OutboxKind.CHANGE_NOTICE)).subquery()


def _erasure_notices(city: str) -> Subquery:
    """Item 2: each is kept from the day on which it was itself given; one that was not has no day yet."""
    query = select(OutboxMessage.id.label("name"), OutboxMessage.delivered_at.label("since"))
    query = query.join(ResidentRecord, ResidentRecord.id == OutboxMessage.record_id)
    return query.where(*_notices_of(city, OutboxKind.ERASURE_NOTICE)).subquery()


def _notices_of(city: str, kind: OutboxKind) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OutboxMessage.kind == kind, ResidentRecord.municipality_code == city


def _requests(city: str) -> Subquery:
    query = select(CodeChangeRequest.reference.label("name"), CodeChangeRequest.submitted_at.label("since"))
    return query.where(CodeChangeRequest.municipality_code == city).subquery()


def _corrections(city: str) -> Subquery:
    query = select(CorrectionCaseRow.id.label("name"), CorrectionCaseRow.opened_at.label("since"))
    return query.where(CorrectionCaseRow.municipality_code == city).subquery()


def _mail(city: str) -> Subquery:
    """Mail that has left, its sealed content."""
    query = select(OutboxMessage.id.label("name"), OutboxMessage.delivered_at.label("since"))
    query = query.outerjoin(ResidentRecord, ResidentRecord.id == OutboxMessage.record_id)
    here = func.coalesce(ResidentRecord.municipality_code, city) == city
    return query.where(OutboxMessage.kind == OutboxKind.MAIL, OutboxMessage.delivered_at.is_not(None), here).subquery()


_KEPT: dict[KeptKind, Callable[[str], Subquery]] = {
    KeptKind.ERASED_RECORD: _erased,
    KeptKind.CHANGE_NOTICE: _change_notices,
    KeptKind.ERASURE_NOTICE: _erasure_notices,
    KeptKind.CODE_CHANGE_REQUEST: _requests,
    KeptKind.CORRECTION_REQUEST: _corrections,
    KeptKind.MAIL: _mail,
}


def _summary(session: Session, kind: KeptKind, things: Subquery, *, by: date, limit: int) -> KeptSummary:
    since = things.c.since
    kept = session.scalar(select(func.count()).select_from(things)) or 0
    if kind.years is None:
        ended = 0
    else:
        day = last_day_ended(by, years=kind.years, first_day_counts=kind.first_day_counts)
        ended = session.scalar(select(func.count()).select_from(things).where(_by_day(since, day))) or 0
    query = select(things.c.name, since).where(since.is_not(None)).order_by(since).limit(limit)
    first = tuple(_thing(kind, str(name), counted) for name, counted in session.execute(query))
    return KeptSummary(kind, kept, ended, tuple(each for each in first if each.until and each.until < by) or first[:1])


def _by_day(since: ColumnElement[Any], day: date) -> ColumnElement[bool]:
    """It counts from this day or an earlier one; an instant counts as its day in Japan."""
    if not isinstance(since.type, Instant):
        return since <= day
    return since < datetime.combine(day + timedelta(days=1), time(), JAPAN)


def _thing(kind: KeptKind, name: str, since: date | datetime) -> KeptThing:
    day = since.astimezone(JAPAN).date() if isinstance(since, datetime) else since
    if kind.years is None:
        return KeptThing(name, day, None)
    return KeptThing(name, day, kept_until(day, years=kind.years, first_day_counts=kind.first_day_counts))
