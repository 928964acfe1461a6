"""Bugs to seed in the core, each a small patch; the walk that finds nothing in our code has to find every one of them."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

from sqlalchemy import update

from registry_core.codes import decide, ending, ex_officio, find, request
from registry_core.codes.change_request import CodeChangeRequest, RequestStatus
from registry_core.codes.pool import DesignatedCode
from registry_core.ledger import seal
from registry_core.register.code_assignment import CodeAssignment
from registry_core.register.correction_case import CorrectionCaseRow
from registry_core.register.resident_record import ResidentRecord
from registry_core.remaking import declaration

Patch = AbstractContextManager[Any]


def nothing(*_arguments: object, **_named: object) -> None:
    """Instead of what should be done."""


def instead(of: object, name: str, ours: object = nothing) -> Patch:
    return mock.patch.object(of, name, ours)


def both(*patches: Patch) -> Patch:
    stack = ExitStack()
    for patch in patches:
        stack.enter_context(patch)
    return stack


def a_code_is_taken_and_not_noted() -> Patch:
    return instead(DesignatedCode, "take", lambda self, *, record_id, at, keyring: self.code(keyring))


def the_same_person_approves() -> Patch:
    def guard(self, *, by, record_version):
        self.guard_open()
        self.guard_free_for(by)
        if self.identity_by_person is None:
            raise find.RequestNotFound

    return instead(CodeChangeRequest, "guard_approvable", guard)


def what_changed_since_the_document_is_not_compared() -> Patch:
    real = CodeChangeRequest.guard_approvable

    def guard(self, *, by, record_version):
        real(self, by=by, record_version=self.record_version)

    return instead(CodeChangeRequest, "guard_approvable", guard)


def the_old_code_does_not_end() -> Patch:
    return instead(CodeAssignment, "end")


def the_version_does_not_rise() -> Patch:
    return instead(ResidentRecord, "code_changed")


def erasing_leaves_the_request_open() -> Patch:
    return instead(CodeChangeRequest, "close")


def erasing_frees_the_code() -> Patch:
    real = ending.erase_record

    def erase(session, *, record_id, **named):
        erased = real(session, record_id=record_id, **named)
        mine = DesignatedCode.taken_for == record_id
        session.execute(update(DesignatedCode).where(mine).values(taken_at=None, taken_for=None))
        return erased

    return instead(ending, "erase_record", erase)


def a_restore_burns_nothing() -> Patch:
    return instead(declaration, "burn_codes", lambda *_arguments, **_named: 0)


def no_slip_is_queued() -> Patch:
    return instead(decide, "_queue_slip_and_notice")


def a_request_lapses_after_its_approval() -> Patch:
    def lapse(self, *, at):
        self.status, self.ended_at = RequestStatus.LAPSED, at

    statuses = (*ending.OPEN_STATUSES, RequestStatus.APPROVED)
    return both(instead(ending, "OPEN_STATUSES", statuses), instead(CodeChangeRequest, "lapse", lapse))


def a_decision_is_not_in_the_ledger() -> Patch:
    return instead(decide, "entry")


def two_taps_send_twice() -> Patch:
    return instead(request, "_with_key")


def staff_work_on_their_own_household() -> Patch:
    return instead(find, "guard_staff")


def an_approval_is_two_transactions() -> Patch:
    real = decide._queue_slip_and_notice

    def queue(session, **named):
        session.flush()
        connection = session.connection()
        for statement in ("COMMIT", "BEGIN IMMEDIATE"):
            connection.exec_driver_sql(statement)
        real(session, **named)

    return instead(decide, "_queue_slip_and_notice", queue)


def seals_do_not_hang_together() -> Patch:
    return instead(seal, "link", lambda _previous, entry: hashlib.sha256(entry).digest())


def the_city_begins_beside_an_open_request() -> Patch:
    return instead(ex_officio, "guard_no_open_request")


def what_the_city_began_is_taken_for_a_request() -> Patch:
    return instead(CodeChangeRequest, "guard_asked_for")


def a_corrected_record_leaves_its_case_open() -> Patch:
    return instead(CorrectionCaseRow, "correct")


def erasing_leaves_the_case_open() -> Patch:
    return instead(ending, "close_cases")


def nobody_is_told_of_an_erasure() -> Patch:
    return instead(ending, "_queue_notice")


def what_somebody_looks_into_is_decided_by_another() -> Patch:
    return instead(CorrectionCaseRow, "guard_open_to", lambda self, _actor: self._guard_open())


def what_somebody_looks_into_is_given_back_by_anybody() -> Patch:
    def release(self, *, by):
        self._guard_open()
        self._is_nobodys()

    return instead(CorrectionCaseRow, "release", release)


def a_case_that_has_ended_is_given_back() -> Patch:
    return instead(CorrectionCaseRow, "release", lambda self, *, by: self._is_nobodys())


BUGS: dict[str, Callable[[], Patch]] = {
    bug.__name__: bug
    for bug in (
        a_code_is_taken_and_not_noted,
        the_same_person_approves,
        what_changed_since_the_document_is_not_compared,
        the_old_code_does_not_end,
        the_version_does_not_rise,
        erasing_leaves_the_request_open,
        erasing_frees_the_code,
        a_restore_burns_nothing,
        no_slip_is_queued,
        a_request_lapses_after_its_approval,
        a_decision_is_not_in_the_ledger,
        two_taps_send_twice,
        staff_work_on_their_own_household,
        an_approval_is_two_transactions,
        seals_do_not_hang_together,
        the_city_begins_beside_an_open_request,
        what_the_city_began_is_taken_for_a_request,
        a_corrected_record_leaves_its_case_open,
        erasing_leaves_the_case_open,
        nobody_is_told_of_an_erasure,
        what_somebody_looks_into_is_decided_by_another,
        what_somebody_looks_into_is_given_back_by_anybody,
        a_case_that_has_ended_is_given_back,
    )
}
