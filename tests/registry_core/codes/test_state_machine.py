"""Any sequence of steps by anybody keeps the invariants: a model of the request beside the real register."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from registry_core.codes import (
    DeclineReason,
    DocumentKind,
    RequestStatus,
    answer_question,
    approve_code_change,
    ask_resident,
    check_identity,
    decline_code_change,
    erase_resident,
    lapse_requests,
    release_request,
    requests_of,
    take_request,
    withdraw_request,
)
from registry_core.register import correct_record, link_staff_to_record
from registry_core.values import ChangeReason
from registry_core.values.errors import RegistryError
from tests.databases import SqliteTemplate
from tests.invariants import broken_invariants
from tests.registry_core.people import (
    ADMINISTRATOR,
    CLERK,
    NOW,
    SECOND,
    SUPERVISOR,
    SYSTEM,
    TODAY,
    ask,
    designate,
    enter,
    resident,
)

STAFF = st.sampled_from([CLERK, SECOND, SUPERVISOR])
PEOPLE = st.integers(0, 2)


class Requests(RuleBasedStateMachine):
    """Three residents (the third lives with SECOND), three members of staff, a pool of four codes."""

    register = None

    @initialize()
    def people(self) -> None:
        self.at = NOW
        with self.register.write() as session:
            self.records = [enter(session), enter(session), enter(session, household_number="together")]
            own = enter(session, household_number="together")
            link_staff_to_record(session, person=SECOND.person, record_id=own, actor=ADMINISTRATOR, at=NOW)
            designate(session, 4)
        self.approvals = 0

    def attempt(self, step) -> bool:
        """Run one step in its own transaction; a refusal must change nothing, the invariants see to that."""
        self.at += timedelta(minutes=1)
        try:
            with self.register.write() as session:
                step(session)
        except RegistryError:
            return False
        return True

    def latest(self, who: int):
        with self.register.read() as session:
            found = requests_of(session, record_id=self.records[who])
        return found[0] if found else None

    @rule(who=PEOPLE, key=st.sampled_from("ab"))
    def asks(self, who: int, key: str) -> None:
        self.attempt(lambda s: ask(s, self.records[who], key=key, at=self.at))

    @rule(who=PEOPLE)
    def withdraws(self, who: int) -> None:
        if request := self.latest(who):
            self.attempt(
                lambda s: withdraw_request(s, request_id=request.id, actor=resident(self.records[who]), at=self.at)
            )

    @rule(who=PEOPLE, by=STAFF, accepted=st.booleans(), kind=st.sampled_from(list(DocumentKind)))
    def is_checked(self, who: int, by, accepted: bool, kind) -> None:
        if request := self.latest(who):
            self.attempt(
                lambda s: check_identity(
                    s,
                    request_id=request.id,
                    kind=kind,
                    last_resort_reason=None,
                    differences_accepted=accepted,
                    actor=by,
                    at=self.at,
                )
            )

    @rule(who=PEOPLE, by=STAFF)
    def is_approved(self, who: int, by) -> None:
        if request := self.latest(who):
            done = self.attempt(lambda s: approve_code_change(s, request_id=request.id, actor=by, at=self.at))
            self.approvals += done
            if done:
                view = self.latest(who)
                assert view.status is RequestStatus.APPROVED
                assert view.identity.by_person != by.person
                assert not (who == 2 and by is SECOND)

    @rule(who=PEOPLE, checker=STAFF, approver=STAFF)
    def goes_to_the_counter(self, who: int, checker, approver) -> None:
        """The steps in their usual order: what chance alone seldom finds."""
        self.asks(who=who, key=f"{self.at}"[-14:-6])
        self.is_checked(who=who, by=checker, accepted=True, kind=DocumentKind.RESIDENCE_CARD)
        self.is_approved(who=who, by=approver)

    @rule(who=PEOPLE, by=STAFF, reason=st.sampled_from(list(DeclineReason)))
    def is_declined(self, who: int, by, reason) -> None:
        if request := self.latest(who):
            self.attempt(lambda s: decline_code_change(s, request_id=request.id, reason=reason, actor=by, at=self.at))

    @rule(who=PEOPLE, by=STAFF)
    def is_asked(self, who: int, by) -> None:
        if request := self.latest(who):
            self.attempt(
                lambda s: ask_resident(s, request_id=request.id, phrase="call-us", text="", actor=by, at=self.at)
            )

    @rule(who=PEOPLE)
    def answers(self, who: int) -> None:
        if request := self.latest(who):
            self.attempt(
                lambda s: answer_question(
                    s, request_id=request.id, text="yes", actor=resident(self.records[who]), at=self.at
                )
            )

    @rule(who=PEOPLE, by=STAFF, take=st.booleans())
    def is_taken_or_released(self, who: int, by, take: bool) -> None:
        if request := self.latest(who):
            step = take_request if take else release_request
            self.attempt(lambda s: step(s, request_id=request.id, actor=by, at=self.at))

    @rule(who=PEOPLE)
    def moves(self, who: int) -> None:
        self.attempt(
            lambda s: correct_record(
                s,
                record_id=self.records[who],
                changes={"address": f"緑が丘市{self.at:%H%M}番地"},
                reason=ChangeReason.MOVED_WITHIN,
                on=TODAY,
                actor=SUPERVISOR,
                at=self.at,
            )
        )

    @rule(days=st.sampled_from([1, 61]))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)
        self.attempt(lambda s: lapse_requests(s, actor=SYSTEM, at=self.at))

    @rule(who=PEOPLE, chance=st.integers(0, 9))
    def leaves_the_country(self, who: int, chance: int) -> None:
        if chance:
            return
        self.attempt(
            lambda s: erase_resident(
                s,
                record_id=self.records[who],
                reason=ChangeReason.MOVED_ABROAD,
                on=TODAY,
                actor=SUPERVISOR,
                at=self.at,
            )
        )

    @invariant()
    def all_invariants_hold(self) -> None:
        with self.register.write() as session:
            assert broken_invariants(session) == []


@pytest.mark.slow
def test_any_sequence_of_steps_keeps_the_invariants(sqlite_template: SqliteTemplate, keyring) -> None:
    from registry_core.storage import engine as storage
    from tests.conftest import Register

    opened = []

    class OnSqlite(Requests):
        def __init__(self) -> None:
            super().__init__()
            self.url = sqlite_template.fresh()
            engine = storage.open_engine(self.url)
            self.register = Register(self.url, engine, keyring)
            opened.append(self)

        def teardown(self) -> None:
            self.register.engine.dispose()
            sqlite_template.dispose(self.url)

    quick = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(OnSqlite, settings=quick)
    assert sum(machine.approvals for machine in opened) > 0  # the walk gets as far as approvals
