"""Another code that the city assigns by itself (職権記載等): the last one cannot be found out, or a wrong one is on the record.

Cabinet Order art. 30-2 and 30-4: from the pool, different from every other, told in writing without delay. Two persons as for a
request: one ascertains the fact and begins, another approves (`approve_code_change`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest, CodeGround
from registry_core.codes.find import entry
from registry_core.codes.reference import new_reference
from registry_core.codes.request import LAPSES_AFTER_DAYS, guard_no_open_request, snapshot_of
from registry_core.codes.views import CodeChangeRequestView, view_of
from registry_core.register import CaseOutcome, hide_codes, send_case_on
from registry_core.register.code_assignment import JAPAN
from registry_core.register.find import find_record
from registry_core.register.staff_guard import guard_staff
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import InvalidItem, MissingItem, NotPermitted
from registry_core.values.plain_text import plain_text

WORDS_LIMIT = 200
_BEGINNING_ROLES = frozenset({Role.CLERK, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class AnsweredCase:
    """A correction case of the code that the new code answers; `seen`: the mark of the words that were read."""

    case_id: UUID
    seen: str


def begin_new_code(
    session: Session,
    *,
    record_id: UUID,
    ground: CodeGround,
    words: str,
    language: str,
    answers: AnsweredCase | None,
    actor: Actor,
    at: datetime,
) -> CodeChangeRequestView:
    """Begin; `words` say how the fact was ascertained, `language` is that of the slip, `answers` a case that ends by this.

    Raises OpenRequestExists, MissingItem, InvalidItem, TooLong, RecordErased, RecordNotFound, OwnHousehold, NotPermitted, and
    what `send_case_on` raises.
    """
    if actor.role not in _BEGINNING_ROLES:
        raise NotPermitted
    guard_staff(session, actor=actor, record_id=record_id)
    record, assignment = find_record(session, record_id=record_id, municipality_code=actor.municipality, lock=True)
    record.guard_not_erased()
    guard_no_open_request(session, record_id=record_id)
    told = hide_codes(session, text=plain_text(words, item="words", limit=WORDS_LIMIT))
    if not told:
        raise MissingItem(item="words")
    request = CodeChangeRequest(
        id=uuid4(),
        reference=new_reference(),
        idempotency_key=uuid4().hex,
        municipality_code=record.municipality_code,
        record_id=record_id,
        record_version=record.version,
        snapshot=snapshot_of(record, assignment.code(keyring(session))),
        language=language,
        submitted_at=at,
        lapses_on=at.astimezone(JAPAN).date() + timedelta(days=LAPSES_AFTER_DAYS),
    )
    request.begin(ground=ground, words=told, by=actor, at=at)
    session.add(request)
    session.flush()
    entry(
        session,
        action="code-change.begun",
        request=request,
        actor=actor,
        at=at,
        facts={"ground": ground.value},
    )
    if answers is not None:
        _answer(session, answers, record_id=record_id, words=told, actor=actor, at=at)
    return view_of(session, request)


def _answer(
    session: Session, answers: AnsweredCase, *, record_id: UUID, words: str, actor: Actor, at: datetime
) -> None:
    answered = send_case_on(
        session,
        case_id=answers.case_id,
        seen=answers.seen,
        outcome=CaseOutcome.NEW_CODE,
        examined=(),
        note=words,
        actor=actor,
        at=at,
    )
    if answered != record_id:
        raise InvalidItem(item="case")
