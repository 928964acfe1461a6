"""The page of one correction: what the resident says beside the record, and the parts of one form whose buttons name the step."""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor
from portal.i18n.gettext import _s
from portal.registry import registry
from portal.staff import words
from portal.staff.case_page import UNPROCESSABLE, not_yours
from portal.staff.correction_forms import CorrectionForms, correction_forms
from portal.staff.record_items import items_of, japanese_beside, rows_of_record, shown
from portal.web.forms import PortalForm
from registry_core.register import CorrectionCase, ResidentRecordView, look_at_case
from registry_core.values import Actor, Role
from registry_core.values.errors import OwnHousehold


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands the case is, and what this person may do about it."""

    take: bool
    release: bool
    another: bool
    works: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One item before and after, in the reader's words, the Japanese of the record beside them."""

    words: str
    before: str
    before_japanese: str
    after: str
    after_japanese: str
    is_changed: bool


def correction_page(
    case_id: UUID,
    forms: CorrectionForms | None = None,
    *,
    failed: PortalForm | None = None,
    refusal: str = "",
    status: int = 200,
    comparing: bool = False,
) -> ResponseReturnValue:
    """Look at the case in one transaction and make its page; `comparing`: before and after, to be confirmed."""
    actor = current_actor()
    try:
        with registry().write() as session:
            case, record = look_at_case(session, case_id=case_id, actor=actor, at=registry().now())
    except OwnHousehold as error:
        return not_yours(error)
    if forms is None or forms.case.item.data != case.item:
        forms, comparing = correction_forms(case.item, record), False
    # What this page shows, whatever an earlier page showed.
    forms.case.item.data, forms.case.seen.data, forms.case.version.data = case.item, case.mark, str(record.version)
    changes = changes_of(record, forms) if comparing else []
    if comparing and not any(change.is_changed for change in changes):
        comparing, refusal, status = False, _s("Nothing is different. Change at least one item."), UNPROCESSABLE
    page = render_template(
        "staff/correction.html",
        case=case,
        hands=hands_of(case, actor),
        rows=rows_of_record(record),
        record=record,
        forms=forms,
        form=failed,
        refusal=refusal,
        comparing=comparing,
        changes=changes,
        typed=_typed() if comparing else (),
        now={item: shown(item, value) for item, value in items_of(record)},
        items=words.items(),
        reasons=words.wrong_reasons(),
        outcomes=words.correction_outcomes(),
        declined=words.case_declined(),
        examined=words.examined(),
        correction_reasons=words.correction_reasons(),
    )
    return page, status


def hands_of(case: CorrectionCase, actor: Actor) -> Hands:
    """What to offer this person; the core decides whether it succeeds."""
    mine = case.taken_by == actor.person
    free = case.taken_by is None
    return Hands(
        take=case.is_open and free,
        release=case.is_open and not free and (mine or actor.role is Role.SUPERVISOR),
        another=case.is_open and not free and not mine,
        works=case.is_open and (free or mine),
    )


def changes_of(record: ResidentRecordView, forms: CorrectionForms) -> list[Change]:
    """The items of the case, before and after."""
    before = dict(items_of(record))
    after = {item: str(value) if value is not None else "" for item, value in forms.correct.values().items()}
    return [
        Change(
            words=words.items()[item],
            before=shown(item, before[item]),
            before_japanese=japanese_beside(item, before[item]),
            after=shown(item, value),
            after_japanese=japanese_beside(item, value),
            is_changed=value != (before[item] or ""),
        )
        for item, value in after.items()
    ]


def _typed() -> list[tuple[str, str]]:
    """What was typed, to be carried by the page that compares."""
    parts = ("found-", "to-")
    return [(name, value) for name, value in request.form.items(multi=True) if name.startswith(parts)]
