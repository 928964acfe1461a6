"""What may go when: erased records and filed forms, their last day computed and listed (Cabinet Order art. 34).

Nothing is ever deleted by this. It stands here because this room sees both the records and the requests.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry_core.codes.change_request import CodeChangeRequest
from registry_core.register.code_assignment import JAPAN
from registry_core.register.correction_case import CorrectionCaseRow
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import NotPermitted
from registry_core.values.retention import KeptKind, kept_until, last_day_ended

_MAY_LIST = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class KeptThing:
    """One thing: the id of the record or case, the reference of a request; the day it counts from, the last it is kept."""

    name: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class KeptSummary:
    """All of one kind: how many are kept, of how many the time has ended by the day asked for, and the first of them."""

    kind: KeptKind
    kept: int
    ended: int
    first: tuple[KeptThing, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    name: InstrumentedAttribute[object]
    since: InstrumentedAttribute[datetime] | InstrumentedAttribute[date | None]
    city: InstrumentedAttribute[str]


_SOURCES = {
    KeptKind.ERASED_RECORD: _Source(ResidentRecord.id, ResidentRecord.erased_on, ResidentRecord.municipality_code),
    KeptKind.CODE_CHANGE_REQUEST: _Source(
        CodeChangeRequest.reference, CodeChangeRequest.submitted_at, CodeChangeRequest.municipality_code
    ),
    KeptKind.CORRECTION_REQUEST: _Source(
        CorrectionCaseRow.id, CorrectionCaseRow.opened_at, CorrectionCaseRow.municipality_code
    ),
}


def retention(session: Session, *, by: date, limit: int, actor: Actor) -> list[KeptSummary]:
    """Of each kind how many are kept, of how many the time has ended before `by`, and the first `limit` of these, or the next.

    No item of a record is read. Raises NotPermitted.
    """
    if actor.role not in _MAY_LIST:
        raise NotPermitted
    return [_summary(session, kind, by=by, limit=limit, city=actor.municipality) for kind in KeptKind]


def _summary(session: Session, kind: KeptKind, *, by: date, limit: int, city: str) -> KeptSummary:
    source = _SOURCES[kind]
    here = (source.city == city, source.since.is_not(None))
    ended = _by_day(source, last_day_ended(by, years=kind.years))
    kept = session.scalar(select(func.count()).where(*here)) or 0
    number = session.scalar(select(func.count()).where(*here, ended)) or 0
    rows = session.execute(select(source.name, source.since).where(*here).order_by(source.since).limit(limit))
    things = tuple(_thing(kind, str(name), since) for name, since in rows if since is not None)
    return KeptSummary(kind, kept, number, tuple(each for each in things if each.until < by) or things[:1])


def _by_day(source: _Source, day: date) -> ColumnElement[bool]:
    """It counts from this day or an earlier one; an instant counts as its day in Japan."""
    if source.since is ResidentRecord.erased_on:
        return source.since <= day
    return source.since < datetime.combine(day + timedelta(days=1), time(), JAPAN)


def _thing(kind: KeptKind, name: str, since: date | datetime) -> KeptThing:
    day = since.astimezone(JAPAN).date() if isinstance(since, datetime) else since
    return KeptThing(name, day, kept_until(day, years=kind.years))
