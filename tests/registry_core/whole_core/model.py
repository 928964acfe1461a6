"""What should have happened: people, their codes, requests and cases, the pool; plain values, without a database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from registry_core.codes import DeclineReason, DocumentKind, RequestStatus
from registry_core.register import CaseOutcome
from registry_core.register.code_assignment import JAPAN
from registry_core.values import Actor, Role


@dataclass
class Asked:
    """A request for another code, or what the city has begun itself, for which nobody asked."""

    id: UUID
    key: str
    seen_version: int
    lapses_on: date
    status: RequestStatus = RequestStatus.SUBMITTED
    checked_by: str | None = None
    taken_by: str | None = None
    is_asked_for: bool = True

    @classmethod
    def begun(cls, request_id: UUID, seen_version: int, lapses_on: date, by: Actor) -> "Asked":
        status = RequestStatus.IDENTITY_CHECKED
        return cls(request_id, "", seen_version, lapses_on, status, checked_by=by.person, is_asked_for=False)

    def is_free_for(self, by: Actor) -> bool:
        return self.taken_by in {None, by.person}


@dataclass
class Case:
    """Something said to be wrong; `mark`: that of the words last said."""

    id: UUID
    item: str
    mark: str
    outcome: CaseOutcome | None = None
    record_version: int | None = None
    taken_by: str | None = None

    def is_free_for(self, by: Actor) -> bool:
        return self.taken_by in {None, by.person}


@dataclass
class Person:
    """A record. `codes`: the digits of each code it ever had, the current one last. `erasures`: their versions."""

    id: UUID
    codes: list[str]
    household: str
    version: int = 1
    is_erased: bool = False
    erasures: list[int] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def latest(self) -> Asked | None:
        return self.requests[-1] if self.requests else None

    def may_ask(self, key: str) -> bool:
        repeated = any(request.key == key for request in self.requests)
        return not self.is_erased and (repeated or not self.has_an_open_request)

    @property
    def has_an_open_request(self) -> bool:
        return self.latest is not None and self.latest.status.is_open

    def open_case(self, item: str) -> Case | None:
        return next((case for case in self.cases if case.item == item and case.outcome is None), None)

    def changes(self) -> None:
        self.version += 1

    def is_erased_now(self) -> None:
        self.is_erased = True
        self.changes()
        self.erasures.append(self.version)
        if self.has_an_open_request:
            self.ends(RequestStatus.CLOSED)
        for case in self.cases:
            if case.outcome is None:
                case.outcome, case.taken_by = CaseOutcome.CLOSED, None

    def ends(self, status: RequestStatus) -> None:
        self.latest.status, self.latest.taken_by = status, None


@dataclass
class Town:
    """Everything of a municipality. `pool`: digits by position, from 1; `gone`: positions taken or burned."""

    people: dict[int, Person] = field(default_factory=dict)
    pool: list[str] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    homes_of_staff: dict[str, int] = field(default_factory=dict)

    # ------------------------------------------------------------ who may do what

    def works_on(self, by: Actor, person: Person) -> bool:
        """Nobody works on their own household."""
        home = self.people.get(self.homes_of_staff.get(by.person, -1))
        return home is None or home.household != person.household

    def may_maintain(self, by: Actor, person: Person | None) -> bool:
        return person is not None and not person.is_erased and self.works_on(by, person)

    def has_open(self, by: Actor, person: Person | None) -> bool:
        """The latest request of this person is one that this member of staff may work on."""
        return (
            person is not None
            and self.works_on(by, person)
            and person.has_an_open_request
            and person.latest.is_free_for(by)
        )

    def may_check(self, by: Actor, person: Person | None, *, kind: DocumentKind, accepted: bool) -> bool:
        return (
            self.has_open(by, person)
            and person.latest.is_asked_for
            and person.latest.status is not RequestStatus.QUESTION_ASKED
            and kind is not DocumentKind.LAST_RESORT  # no reason is given
            and (accepted or person.latest.seen_version == person.version)
        )

    def may_approve(self, by: Actor, person: Person | None) -> bool:
        return (
            self.has_open(by, person)
            and person.latest.status is RequestStatus.IDENTITY_CHECKED
            and person.latest.checked_by != by.person
            and (person.latest.seen_version == person.version or not person.latest.is_asked_for)
            and self.next_position() is not None
        )

    def may_ask_back(self, by: Actor, person: Person | None) -> bool:
        """Whoever asked can be asked."""
        asked = self.has_open(by, person) and person.latest.is_asked_for
        return asked and person.latest.status is not RequestStatus.QUESTION_ASKED

    def may_decline(self, by: Actor, person: Person | None, *, reason: DeclineReason) -> bool:
        """Each reason is one of a request, or of what the city has begun."""
        of_city = reason is DeclineReason.CODE_FOUND_OUT
        return self.has_open(by, person) and person.latest.is_asked_for is not of_city

    def may_begin(self, by: Actor, person: Person) -> bool:
        return self.may_maintain(by, person) and not person.has_an_open_request

    def may_decide(self, by: Actor, person: Person, case: Case) -> bool:
        """Or take it: what somebody looks into is theirs."""
        return case.outcome is None and self.works_on(by, person) and case.is_free_for(by)

    def may_release_case(self, by: Actor, person: Person, case: Case) -> bool:
        is_open = case.outcome is None and self.works_on(by, person)
        return is_open and (case.is_free_for(by) or by.role is Role.SUPERVISOR)

    def may_release(self, by: Actor, person: Person | None) -> bool:
        is_open = person is not None and self.works_on(by, person) and person.has_an_open_request
        return is_open and (person.latest.is_free_for(by) or by.role is Role.SUPERVISOR)

    # ------------------------------------------------------------ what then is

    def approves(self, person: Person) -> str:
        """The digits of the code that the person now has."""
        position = self.next_position()
        self.gone |= set(range(1, position + 1))  # those in between are somebody's, and burned now
        person.codes.append(self.pool[position - 1])
        person.changes()
        person.ends(RequestStatus.APPROVED)
        return person.codes[-1]

    def lapses(self, at: datetime) -> None:
        today = at.astimezone(JAPAN).date()
        for person in self.people.values():
            latest = person.latest
            if person.has_an_open_request and latest.is_asked_for and latest.lapses_on < today:
                person.ends(RequestStatus.LAPSED)

    def burns(self, up_to: int) -> None:
        self.gone |= set(range(1, min(up_to, len(self.pool)) + 1))

    def next_position(self) -> int | None:
        """Where the next code is taken: the first that is free and nobody's."""
        used = {digits for person in self.people.values() for digits in person.codes}
        free = (each for each in range(1, len(self.pool) + 1) if each not in self.gone)
        return next((each for each in free if self.pool[each - 1] not in used), None)

    @property
    def has_requests(self) -> bool:
        return any(person.latest for person in self.people.values())

    @property
    def has_cases(self) -> bool:
        return any(person.cases for person in self.people.values())

    def approved(self) -> set[UUID]:
        requests = [request for person in self.people.values() for request in person.requests]
        return {request.id for request in requests if request.status is RequestStatus.APPROVED}

    @property
    def taken_to(self) -> int:
        return max(self.gone, default=0)

    def as_seen(self) -> dict[str, object]:
        """In the form in which `seen` tells the real register."""
        return {
            "records": {each.id: (each.version, each.is_erased, each.codes[-1]) for each in self.people.values()},
            "requests": {
                request.id: (request.status.value, request.checked_by, request.taken_by, request.seen_version)
                for person in self.people.values()
                for request in person.requests
            },
            "cases": {
                case.id: (case.outcome, case.record_version, case.taken_by)
                for person in self.people.values()
                for case in person.cases
            },
            "notices of erasures": sorted(
                f"{person.id}:{version}" for person in self.people.values() for version in person.erasures
            ),
            "gone": self.gone,
        }
