"""The staff's queue of requests: which, since when, in whose hands. It shows no person; opening a case is the look."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, join

from registry_core.codes.change_request import OPEN_STATUSES, CodeChangeRequest, CodeGround, RequestStatus
from registry_core.codes.reference import normal_reference
from registry_core.register.protection import is_withheld, open_to
from registry_core.register.resident_record import ResidentRecord
from registry_core.values.actor import Actor
from registry_core.values.errors import InvalidItem

QUEUE_VIEWS = ("new", "mine", "others", "resident", "second", "follow-up", "done")
PAGE_SIZE = 25
_SHORTEST_SEARCH = 3


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A line of the queue; `checked_by_me`: another person has to approve it; `protected`: it is kept from clerks."""

    id: UUID
    reference: str
    status: RequestStatus
    submitted_at: datetime
    language: str
    taken_by: str | None
    taken_by_name: str | None
    taken_at: datetime | None
    protected: bool
    checked_by_me: bool
    ground: CodeGround


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a view, the number of requests in each view, and in this one with the search."""

    items: tuple[QueueItem, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def queue(session: Session, *, view: str, actor: Actor, text: str = "", page: int = 1) -> QueuePage:
    """One view of the queue, oldest first ("done": newest first); `text` is part of a reference. Raises InvalidItem.

    A protected person's request (支援措置) stands in the queue of those alone who may know of her.
    """
    if view not in QUEUE_VIEWS:
        raise InvalidItem(item="view")
    here, person = _here(actor), actor.person
    wanted = normal_reference(text)
    if len(wanted) >= _SHORTEST_SEARCH:
        condition = and_(here, CodeChangeRequest.reference.contains(wanted))
    else:
        condition = and_(here, _condition(view, person))
    with_record = join(CodeChangeRequest, ResidentRecord, ResidentRecord.id == CodeChangeRequest.record_id)
    total = session.scalar(select(func.count()).select_from(with_record).where(condition)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    order = CodeChangeRequest.submitted_at.desc() if view == "done" else CodeChangeRequest.submitted_at
    rows = session.execute(
        select(CodeChangeRequest, is_withheld())
        .select_from(with_record)
        .where(condition)
        .order_by(order, CodeChangeRequest.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    items = tuple(_item(request, protected=protected, person=person) for request, protected in rows)
    columns = [func.count().filter(_condition(view, person)) for view in QUEUE_VIEWS]
    numbers = session.execute(select(*columns).select_from(with_record).where(here)).one()
    return QueuePage(items, dict(zip(QUEUE_VIEWS, numbers, strict=True)), total, page, pages)


def find_reference(session: Session, *, reference: str, actor: Actor) -> UUID | None:
    """The request of a whole reference (the counter scans it), or None; shows nothing of the person."""
    query = (
        select(CodeChangeRequest.id)
        .join(ResidentRecord, ResidentRecord.id == CodeChangeRequest.record_id)
        .where(_here(actor), CodeChangeRequest.reference == normal_reference(reference))
    )
    return session.scalar(query)


def _here(actor: Actor) -> ColumnElement[bool]:
    """Requests of the municipality, of people of whom this member of staff may know."""
    return and_(CodeChangeRequest.municipality_code == actor.municipality, open_to(actor))


def _condition(view: str, person: str) -> ColumnElement[bool]:
    status, taken_by = CodeChangeRequest.status, CodeChangeRequest.taken_by
    follow_up = and_(
        status == RequestStatus.APPROVED,
        or_(
            and_(CodeChangeRequest.slip_posted_on.is_(None), CodeChangeRequest.slip_handed_over_on.is_(None)),
            CodeChangeRequest.card.is_(None),
        ),
    )
    conditions: dict[str, ColumnElement[bool]] = {
        "new": and_(status == RequestStatus.SUBMITTED, taken_by.is_(None)),
        "mine": and_(status.in_(OPEN_STATUSES), taken_by == person),
        "others": and_(status.in_(OPEN_STATUSES), taken_by.is_not(None), taken_by != person),
        "resident": status == RequestStatus.QUESTION_ASKED,
        "second": status == RequestStatus.IDENTITY_CHECKED,
        "follow-up": follow_up,
        "done": status.not_in(OPEN_STATUSES),
    }
    return conditions[view]


def _item(request: CodeChangeRequest, *, protected: bool, person: str) -> QueueItem:
    return QueueItem(
        id=request.id,
        reference=request.reference,
        status=request.status,
        submitted_at=request.submitted_at,
        language=request.language,
        taken_by=request.taken_by,
        taken_by_name=request.taken_by_name,
        taken_at=request.taken_at,
        protected=protected,
        checked_by_me=request.identity_by_person == person,
        ground=request.ground,
    )
