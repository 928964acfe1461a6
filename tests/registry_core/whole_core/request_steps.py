"""The steps of a request for another code: by its resident, by staff, by time."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from registry_core.codes import (
    DeclineReason,
    DocumentKind,
    RequestStatus,
    answer_question,
    approve_code_change,
    ask_resident,
    check_identity,
    decline_code_change,
    lapse_requests,
    release_request,
    take_request,
    withdraw_request,
)
from tests.registry_core import people
from tests.registry_core.people import CLERK, SUPERVISOR, SYSTEM, resident
from tests.registry_core.whole_core.model import Asked, Person
from tests.registry_core.whole_core.register_steps import SLOTS, STAFF, RegisterSteps

is_asked_for = precondition(lambda self: self.town.has_requests)


class RequestSteps(RegisterSteps):
    """On top of the steps of the register."""

    def latest(self, slot: int) -> tuple[int, Person, Asked]:
        """The latest request of this person, or, who has none, of the next one who has: a step is seldom in vain."""
        slots = (*range(slot, 4), *range(slot))
        near = next(each for each in slots if each in self.town.people and self.town.people[each].latest)
        return near, self.town.people[near], self.town.people[near].latest

    @rule(slot=SLOTS, key=st.sampled_from("abc"))
    def a_resident_asks(self, slot: int, key: str) -> None:
        if person := self.person(slot):

            def asked(view) -> None:
                repeated = [request for request in person.requests if request.key == key]
                assert [view.id] == [request.id for request in repeated] or not repeated
                if not repeated:
                    person.requests.append(Asked(view.id, key, person.version, view.lapses_on))

            self.attempt(
                "request",
                lambda s: people.ask(s, person.id, key=key, email="a@example.org", at=self.at),
                may=person.may_ask(key),
                then=asked,
            )

    @rule(slot=SLOTS, withdraws=st.booleans())
    def a_resident_taps_twice(self, slot: int, withdraws: bool) -> None:
        key = f"{self.at:%d%H%M}"
        self.a_resident_asks(slot=slot, key=key)
        if withdraws and self.town.has_requests:
            self.a_resident_withdraws(slot=slot)
        self.a_resident_asks(slot=slot, key=key)

    @is_asked_for
    @rule(slot=SLOTS)
    def a_resident_withdraws(self, slot: int) -> None:
        slot, person, request = self.latest(slot)
        self.attempt(
            "withdraw",
            lambda s: withdraw_request(s, request_id=request.id, actor=resident(person.id), at=self.at),
            may=request.status.is_open and request.is_asked_for,
            then=lambda _done: person.ends(RequestStatus.WITHDRAWN),
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF, kind=st.sampled_from(list(DocumentKind)), accepted=st.booleans())
    def a_document_is_shown(self, slot: int, by, kind, accepted: bool) -> None:
        slot, person, request = self.latest(slot)
        values = {"request_id": request.id, "kind": kind, "last_resort_reason": None}

        def checked(_done) -> None:
            request.status, request.checked_by, request.taken_by = RequestStatus.IDENTITY_CHECKED, by.person, None
            request.seen_version = person.version

        self.attempt(
            "check",
            lambda s: check_identity(s, **values, differences_accepted=accepted, actor=by, at=self.at),
            may=self.town.may_check(by, person, kind=kind, accepted=accepted),
            then=checked,
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF)
    def a_request_is_approved(self, slot: int, by) -> None:
        slot, person, request = self.latest(slot)

        def approved(_changed) -> None:
            self.knows(self.town.approves(person), slot)
            self.acknowledged.add(request.id)
            self.given_since += 1

        self.attempt(
            "approve",
            lambda s: approve_code_change(s, request_id=request.id, actor=by, at=self.at),
            may=self.town.may_approve(by, person),
            then=approved,
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF, reason=st.sampled_from(DeclineReason))
    def a_request_is_declined(self, slot: int, by, reason) -> None:
        slot, person, request = self.latest(slot)
        self.attempt(
            "decline",
            lambda s: decline_code_change(s, request_id=request.id, reason=reason, actor=by, at=self.at),
            may=self.town.may_decline(by, person, reason=reason),
            then=lambda _done: person.ends(RequestStatus.DECLINED),
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF)
    def a_resident_is_asked(self, slot: int, by) -> None:
        slot, person, request = self.latest(slot)
        values = {"request_id": request.id, "phrase": "call-us", "text": "", "actor": by}

        def waits(_done) -> None:
            request.status, request.taken_by = RequestStatus.QUESTION_ASKED, None

        self.attempt(
            "ask",
            lambda s: ask_resident(s, **values, at=self.at),
            may=self.town.may_ask_back(by, person),
            then=waits,
        )

    @is_asked_for
    @rule(slot=SLOTS)
    def a_resident_answers(self, slot: int) -> None:
        slot, person, request = self.latest(slot)
        values = {"request_id": request.id, "text": "yes", "actor": resident(person.id)}

        def goes_on(_done) -> None:
            checked = request.checked_by is not None
            request.status = RequestStatus.IDENTITY_CHECKED if checked else RequestStatus.SUBMITTED

        self.attempt(
            "answer",
            lambda s: answer_question(s, **values, at=self.at),
            may=request.status is RequestStatus.QUESTION_ASKED,
            then=goes_on,
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF)
    def a_request_is_taken(self, slot: int, by) -> None:
        slot, person, request = self.latest(slot)
        self.attempt(
            "take",
            lambda s: take_request(s, request_id=request.id, actor=by, at=self.at),
            may=self.town.has_open(by, person),
            then=lambda _done: setattr(request, "taken_by", by.person),
        )

    @is_asked_for
    @rule(slot=SLOTS, by=STAFF)
    def a_request_is_given_back(self, slot: int, by) -> None:
        slot, person, request = self.latest(slot)
        self.attempt(
            "release",
            lambda s: release_request(s, request_id=request.id, actor=by, at=self.at),
            may=self.town.may_release(by, person),
            then=lambda _done: setattr(request, "taken_by", None),
        )

    @rule(days=st.sampled_from([1, 61]))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        self.attempt(
            "lapse",
            lambda s: lapse_requests(s, actor=SYSTEM, at=self.at),
            may=True,
            then=lambda _number: self.town.lapses(self.at),
        )

    @rule(
        slot=SLOTS,
        checker=STAFF,
        approver=STAFF,
        between=st.sampled_from(["nothing", "moves"]),
        after=st.sampled_from(["nothing", "leaves", "61 days"]),
    )
    def somebody_goes_to_the_counter(
        self, slot: int, checker, approver, between: str = "nothing", after: str = "nothing"
    ) -> None:
        """The steps in their usual order, and what else happens to people: what chance alone seldom finds."""
        self.a_resident_asks(slot=slot, key=f"{self.at:%d%H%M}")
        if self.town.has_requests:
            self.a_document_is_shown(slot=slot, by=checker, kind=DocumentKind.RESIDENCE_CARD, accepted=True)
            if between == "moves":
                self.a_record_is_corrected(slot=slot, by=SUPERVISOR)
            self.a_request_is_approved(slot=slot, by=approver)
        if after == "leaves":
            self.a_record_is_erased(slot=slot, by=SUPERVISOR)
        elif after == "61 days":
            self.time_passes(days=61)

    @rule(slot=SLOTS, by=STAFF)
    def a_question_goes_to_and_fro(self, slot: int, by) -> None:
        self.a_resident_asks(slot=slot, key=f"{self.at:%d%H%M}")
        if self.town.has_requests:
            self.a_resident_is_asked(slot=slot, by=by)
            self.a_resident_answers(slot=slot)

    @rule(slot=SLOTS, statements=st.integers(0, 30))
    def an_approval_is_died_in(self, slot: int, statements: int) -> None:
        """The transaction that must be all or nothing before any other."""
        self.a_resident_asks(slot=slot, key=f"{self.at:%d%H%M}")
        if self.town.has_requests:
            self.a_document_is_shown(slot=slot, by=CLERK, kind=DocumentKind.RESIDENCE_CARD, accepted=True)
            self.dies_in = statements
            self.a_request_is_approved(slot=slot, by=SUPERVISOR)
