"""The clerk's side before the decision: open, take, release, check the identity document, ask."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from registry_core.codes.change_request import CodeChangeRequest, DocumentKind, RequestQuestion
from registry_core.codes.find import entry, request_for_staff, tell_resident
from registry_core.codes.request import snapshot_of
from registry_core.codes.views import QUESTION_PHRASES, CodeChangeRequestView, view_of
from registry_core.register import ResidentRecordView, hide_known_codes, look_at_record
from registry_core.register.find import find_record
from registry_core.register.protection import is_withheld_household, items_left_out, may_know
from registry_core.storage.keys import keyring
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import DifferencesNotAccepted, InvalidItem, TakenByAnother
from registry_core.values.legal_purpose import LegalPurpose
from registry_core.values.plain_text import plain_text

QUESTION_LIMIT = 300
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """An item that changed since the request was made; None also where it is left to supervisors."""

    item: str
    at_request: str | None
    now: str | None


def open_request(
    session: Session, *, request_id: UUID, actor: Actor, at: datetime
) -> tuple[CodeChangeRequestView, ResidentRecordView, list[Difference]]:
    """The case: the look at the record is in the ledger first. Raises RequestNotFound, OwnHousehold, NotPermitted.

    Where somebody protected lives now, to whoever may not know it is not said that the person lived there at the request.
    """
    request = request_for_staff(session, request_id=request_id, actor=actor, lock=False)
    record = look_at_record(
        session,
        record_id=request.record_id,
        actor=actor,
        at=at,
        purpose=LegalPurpose.CODE_CHANGE,
        request_id=request.id,
    )
    was_withheld = _was_of_a_withheld_household(session, request, record)
    then, now = items_left_out(actor, was_withheld=was_withheld), items_left_out(actor)
    change = view_of(session, request)
    snapshot = {item: None if item in then else text for item, text in change.snapshot.items()}
    differences = [
        Difference(each.item, None if each.item in then else each.at_request, None if each.item in now else each.now)
        for each in _differences(session, request)
    ]
    record = replace(record, withheld=record.withheld or (was_withheld and may_know(actor)))
    return replace(change, snapshot=snapshot, left_out=then), record, differences


def take_request(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Work on it. Raises TakenByAnother, RequestAlreadyDecided and as `open_request`."""
    request = request_for_staff(session, request_id=request_id, actor=actor)
    request.take(by=actor, at=at)
    entry(session, action="code-change.taken", request=request, actor=actor, at=at)


def release_request(session: Session, *, request_id: UUID, actor: Actor, at: datetime) -> None:
    """Give it back to the queue; a supervisor may release another's. Raises TakenByAnother."""
    request = request_for_staff(session, request_id=request_id, actor=actor)
    if request.taken_by not in {None, actor.person} and actor.role is not Role.SUPERVISOR:
        raise TakenByAnother(request.taken_by_name, request.taken_at)
    request.release()
    entry(session, action="code-change.released", request=request, actor=actor, at=at)


def check_identity(
    session: Session,
    *,
    request_id: UUID,
    kind: DocumentKind,
    last_resort_reason: str | None,
    differences_accepted: bool,
    actor: Actor,
    at: datetime,
) -> None:
    """A document of Regulation art. 9-2 was shown at the counter (Cabinet Order art. 30-3); no image is kept.

    When the record changed since the request the resident accepts the difference, and the snapshot is renewed.
    Raises DifferencesNotAccepted, ReasonNeeded, TakenByAnother, RequestAlreadyDecided, QuestionOpen, OwnHousehold, and
    NotPermitted of what the city began itself.
    """
    request = request_for_staff(session, request_id=request_id, actor=actor)
    record, assignment = find_record(session, record_id=request.record_id, municipality_code=actor.municipality)
    record.guard_not_erased()
    reason = plain_text(last_resort_reason or "", item="last_resort_reason", limit=REASON_LIMIT)
    request.check_identity(kind=kind, reason=hide_known_codes(session, text=reason) or None, by=actor, at=at)
    if request.record_version != record.version:
        if not differences_accepted:
            raise DifferencesNotAccepted
        snapshot = snapshot_of(record, assignment.code(keyring(session)))
        request.renew_snapshot(record_version=record.version, snapshot=snapshot)
    entry(
        session,
        action="code-change.identity-checked",
        request=request,
        actor=actor,
        at=at,
        purpose=LegalPurpose.CODE_CHANGE_CHECK,
        facts={"document": kind.value, "differences_accepted": differences_accepted},
    )


def ask_resident(session: Session, *, request_id: UUID, phrase: str, text: str, actor: Actor, at: datetime) -> None:
    """Ask from the phrase book; the free words are not translated.

    Raises InvalidItem, QuestionOpen, TakenByAnother, TooLong, and NotPermitted of what the city began itself.
    """
    if phrase not in QUESTION_PHRASES:
        raise InvalidItem(item="phrase")
    words = hide_known_codes(session, text=plain_text(text, item="text", limit=QUESTION_LIMIT))
    if phrase == "other" and not words:
        raise InvalidItem(item="text")
    request = request_for_staff(session, request_id=request_id, actor=actor)
    request.ask(by=actor)
    session.add(
        RequestQuestion(
            id=uuid4(), request_id=request_id, phrase=phrase, words=words, asked_by=actor.person, asked_at=at
        )
    )
    session.flush()
    entry(session, action="code-change.asked", request=request, actor=actor, at=at)
    tell_resident(session, request=request, event="question", at=at)


def _was_of_a_withheld_household(session: Session, request: CodeChangeRequest, record: ResidentRecordView) -> bool:
    household = request.snapshot.get("household_number") or ""
    return household != record.household_number and is_withheld_household(
        session, municipality_code=record.municipality_code, household_number=household
    )


def _differences(session: Session, request: CodeChangeRequest) -> list[Difference]:
    record, assignment = find_record(session, record_id=request.record_id, municipality_code=request.municipality_code)
    if not request.status.is_open or record.version == request.record_version:
        return []
    now, then = snapshot_of(record, assignment.code(keyring(session))), request.snapshot
    return [Difference(item, then.get(item), now[item]) for item in now if now[item] != then.get(item)]
