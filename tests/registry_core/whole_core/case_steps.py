"""What a resident says is wrong and what staff make of it; a code that the city begins itself."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from registry_core.codes import AnsweredCase, CodeGround, begin_new_code
from registry_core.register import (
    CaseDeclined,
    CaseOutcome,
    Examined,
    ItemAnswer,
    cases_of,
    confirm_record,
    correct_by_case,
    decline_case,
    release_case,
    take_case,
)
from registry_core.values import ChangeReason
from tests.registry_core.people import CLERK, SUPERVISOR, resident
from tests.registry_core.whole_core.model import Asked, Case, Person
from tests.registry_core.whole_core.register_steps import SLOTS, STAFF
from tests.registry_core.whole_core.request_steps import RequestSteps

ITEMS = st.sampled_from(["address", "code_held"])
#: What is changed or decided is what was seen, or something has changed since.
WAS_SEEN = st.sampled_from([True, True, True, False])
GROUNDS = st.sampled_from([ground for ground in CodeGround if ground.is_ex_officio])

is_said_wrong = precondition(lambda self: self.town.has_cases)


class CaseSteps(RequestSteps):
    """On top of the steps of a request."""

    def latest_case(self, slot: int) -> tuple[Person, Case]:
        """As `latest`: of this person or of the next one who has said that something is wrong."""
        near = next(
            person for each in (*range(slot, 4), *range(slot)) if (person := self.person(each)) and person.cases
        )
        return near, near.cases[-1]

    @rule(slot=SLOTS, item=ITEMS, was_seen=WAS_SEEN)
    def a_resident_says_what_is_wrong(self, slot: int, item: str, was_seen: bool) -> None:
        """Said of the same item again while its case is open, the words become others."""
        if person := self.person(slot):
            words = f"{self.at:%d%H%M}"
            values = {
                "record_id": person.id,
                "record_version": person.version if was_seen else person.version - 1,
                "answers": {item: ItemAnswer(right=False, reason="other", text=words)},
                "language": "vi",
            }

            def said(session):
                confirm_record(session, **values, actor=resident(person.id), at=self.at)
                cases = cases_of(session, record_id=person.id)
                (case,) = [each for each in cases if each.item == item and each.is_open]
                assert case.text == words
                return case

            def opened(case) -> None:
                before = person.open_case(item)
                if before is None:
                    person.cases.append(Case(case.id, item, case.mark))
                else:
                    assert before.id == case.id
                    before.mark = case.mark

            self.attempt("say wrong", said, may=was_seen and not person.is_erased, then=opened)

    @is_said_wrong
    @rule(slot=SLOTS, by=STAFF)
    def a_case_is_taken(self, slot: int, by) -> None:
        person, case = self.latest_case(slot)
        self.attempt(
            "take case",
            lambda s: take_case(s, case_id=case.id, actor=by, at=self.at),
            may=self.town.may_decide(by, person, case),
            then=lambda _done: setattr(case, "taken_by", by.person),
        )

    @is_said_wrong
    @rule(slot=SLOTS, by=STAFF)
    def a_case_is_given_back(self, slot: int, by) -> None:
        person, case = self.latest_case(slot)
        self.attempt(
            "release case",
            lambda s: release_case(s, case_id=case.id, actor=by, at=self.at),
            may=self.town.may_release_case(by, person, case),
            then=lambda _done: setattr(case, "taken_by", None),
        )

    @is_said_wrong
    @rule(slot=SLOTS, by=STAFF, was_seen=WAS_SEEN, is_stale=st.booleans())
    def a_record_is_corrected_by_its_case(self, slot: int, by, was_seen: bool, is_stale: bool) -> None:
        """`was_seen`: the resident's words; `is_stale`: the record has changed since it was looked at."""
        person, case = self.latest_case(slot)
        values = {
            "seen": case.mark if was_seen else "other words",
            "record_version": person.version - is_stale,
            "changes": {"address": f"緑が丘市{self.at:%d%H%M}番地"},
            "reason": ChangeReason.CORRECTED_EX_OFFICIO,
            "examined": (Examined.VISIT,),
            "note": "",
            "municipality": "緑が丘市",
        }

        def corrected(version: int) -> None:
            person.changes()
            assert version == person.version
            case.outcome, case.record_version = CaseOutcome.CORRECTED, version

        self.attempt(
            "correct by case",
            lambda s: correct_by_case(s, case_id=case.id, **values, actor=by, at=self.at),
            may=self.town.may_decide(by, person, case) and was_seen and not is_stale and case.item == "address",
            then=corrected,
        )

    @is_said_wrong
    @rule(slot=SLOTS, by=STAFF, was_seen=WAS_SEEN)
    def a_case_is_declined(self, slot: int, by, was_seen: bool) -> None:
        person, case = self.latest_case(slot)
        seen = case.mark if was_seen else "other words"
        values = {"seen": seen, "reason": CaseDeclined.WAS_RIGHT, "examined": (), "note": ""}
        self.attempt(
            "decline case",
            lambda s: decline_case(s, case_id=case.id, **values, actor=by, at=self.at),
            may=self.town.may_decide(by, person, case) and was_seen,
            then=lambda _done: setattr(case, "outcome", CaseOutcome.DECLINED),
        )

    @rule(slot=SLOTS, by=STAFF, ground=GROUNDS, answers=st.booleans())
    def the_city_begins_a_new_code(self, slot: int, by, ground: CodeGround, answers: bool) -> None:
        """`answers`: the latest case of this person ends by it; a case of the code alone can."""
        if person := self.person(slot):
            case = person.cases[-1] if answers and person.cases else None
            answered = AnsweredCase(case.id, case.mark) if case else None
            values = {"record_id": person.id, "ground": ground, "words": "asked the city before", "language": "vi"}

            def begun(view) -> None:
                person.requests.append(Asked.begun(view.id, person.version, view.lapses_on, by))
                if case:
                    case.outcome = CaseOutcome.NEW_CODE

            self.attempt(
                "begin",
                lambda s: begin_new_code(s, **values, answers=answered, actor=by, at=self.at),
                may=self.town.may_begin(by, person)
                and (case is None or (case.item == "code_held" and self.town.may_decide(by, person, case))),
                then=begun,
            )

    @rule(
        slot=SLOTS,
        by=STAFF,
        item=ITEMS,
        comes_between=st.sampled_from(["nothing", "leaves", "comes back"]),
        is_right=st.booleans(),
    )
    def what_is_said_is_answered(self, slot: int, by, item: str, comes_between: str, is_right: bool) -> None:
        """The steps in their usual order, and what else happens to people: what chance alone seldom finds."""
        self.a_resident_says_what_is_wrong(slot=slot, item=item, was_seen=True)
        if comes_between != "nothing":
            self.a_record_is_erased(slot=slot, by=SUPERVISOR)
        if comes_between == "comes back":
            self.somebody_is_entered(slot=slot, by=CLERK)
        if not self.town.has_cases:
            return
        if not is_right:
            self.a_case_is_declined(slot=slot, by=by, was_seen=True)
        elif item == "code_held":
            self.the_city_begins_a_new_code(slot=slot, by=by, ground=CodeGround.WRITTEN_WRONG, answers=True)
        else:
            self.a_record_is_corrected_by_its_case(slot=slot, by=by, was_seen=True, is_stale=False)

    @rule(slot=SLOTS, item=ITEMS, by=STAFF, another=STAFF)
    def a_case_goes_from_hand_to_hand(self, slot: int, item: str, by, another) -> None:
        self.a_resident_says_what_is_wrong(slot=slot, item=item, was_seen=True)
        if self.town.has_cases:
            self.a_case_is_taken(slot=slot, by=by)
            self.a_case_is_given_back(slot=slot, by=another)
            self.a_case_is_taken(slot=slot, by=another)
            self.a_record_is_corrected_by_its_case(slot=slot, by=by, was_seen=True, is_stale=False)

    @rule(slot=SLOTS, by=STAFF, approver=STAFF, comes_between=st.sampled_from(["nothing", "moves", "61 days"]))
    def a_code_is_given_by_the_city(self, slot: int, by, approver, comes_between: str) -> None:
        """It waits for the city alone: neither a move nor time is a hindrance, a second person is needed."""
        self.the_city_begins_a_new_code(slot=slot, by=by, ground=CodeGround.NOT_FOUND_OUT, answers=False)
        if comes_between == "moves":
            self.a_record_is_corrected(slot=slot, by=SUPERVISOR)
        elif comes_between == "61 days":
            self.time_passes(days=61)
        if self.town.has_requests:
            self.a_request_is_approved(slot=slot, by=approver)
