"""What should have happened: people, their codes and requests, the pool; plain values, without a database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from registry_core.codes import DocumentKind, RequestStatus
from registry_core.register.code_assignment import JAPAN
from registry_core.values import Actor, Role


@dataclass
class Asked:
    """A request for another code."""

    id: UUID
    key: str
    seen_version: int
    lapses_on: date
    status: RequestStatus = RequestStatus.SUBMITTED
    checked_by: str | None = None
    taken_by: str | None = None

    def is_free_for(self, by: Actor) -> bool:
        return self.taken_by in {None, by.person}


@dataclass
class Person:
    """A record. `codes`: the digits of each code it ever had, the current one last."""

    id: UUID
    codes: list[str]
    household: str
    version: int = 1
    is_erased: bool = False
    requests: list[Asked] = field(default_factory=list)

    @property
    def latest(self) -> Asked | None:
        return self.requests[-1] if self.requests else None

    def may_ask(self, key: str) -> bool:
        repeated = any(request.key == key for request in self.requests)
        return not self.is_erased and (repeated or not self.has_an_open_request)

    @property
    def has_an_open_request(self) -> bool:
        return self.latest is not None and self.latest.status.is_open

    def changes(self) -> None:
        self.version += 1

    def is_erased_now(self) -> None:
        self.is_erased = True
        self.changes()
        if self.has_an_open_request:
            self.ends(RequestStatus.CLOSED)

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
            and person.latest.status is not RequestStatus.QUESTION_ASKED
            and kind is not DocumentKind.LAST_RESORT  # no reason is given
            and (accepted or person.latest.seen_version == person.version)
        )

    def may_approve(self, by: Actor, person: Person | None) -> bool:
        return (
            self.has_open(by, person)
            and person.latest.status is RequestStatus.IDENTITY_CHECKED
            and person.latest.checked_by != by.person
            and person.latest.seen_version == person.version
            and self.next_position() is not None
        )

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
            if person.has_an_open_request and person.latest.lapses_on < today:
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
            "gone": self.gone,
        }
