"""A counter with people at it, and residents' requests put in by the core, as the residents' own pages do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from portal.demo.households import HOUSEHOLDS
from registry_core.codes import CodeChangeRequestView, answer_question, request_code_change, requests_of
from registry_core.ledger import LedgerEntryView, entries_about
from registry_core.register import ItemAnswer, RecordQuery, confirm_record, correct_record, search_records
from registry_core.register.confirmation import CONFIRMABLE_ITEMS
from registry_core.register.resident_record import ResidentRecord
from registry_core.values import Actor, ChangeReason, LegalPurpose, Role
from registry_core.values.actor import resident_person, system_actor
from tests.live_server import PortalServer
from tests.people.staff import Administrator, Auditor, Clerk, Staff, Supervisor

JAPAN_DAY = timedelta(hours=9)


def today() -> str:
    return (datetime.now(UTC) + JAPAN_DAY).date().isoformat()


def day_from_now(days: int) -> str:
    return (datetime.now(UTC) + JAPAN_DAY + timedelta(days=days)).date().isoformat()


@dataclass
class Counter:
    """What happens at a municipality around the staff's pages."""

    server: PortalServer

    @property
    def registry(self):
        return self.server.registry

    def items(self, login: str):
        return next(each.items for each in HOUSEHOLDS if each.login == login)

    def record_id(self, login: str) -> UUID:
        card = self.items(login).card_number
        with self.registry.read() as session:
            return session.scalars(select(ResidentRecord.id).where(ResidentRecord.card_number == card)).one()

    def resident(self, login: str) -> Actor:
        person = resident_person(self.record_id(login))
        return Actor(person=person, account=login, role=Role.RESIDENT, municipality=self.municipality)

    @property
    def municipality(self) -> str:
        return self.registry.config.municipality.code

    def receives_request(self, login: str = "resident-1", language: str = "vi") -> CodeChangeRequestView:
        with self.registry.write() as session:
            return request_code_change(
                session,
                record_id=self.record_id(login),
                language=language,
                email=None,
                idempotency_key=uuid4().hex,
                actor=self.resident(login),
                at=datetime.now(UTC),
            )

    def request_now(self, login: str = "resident-1") -> CodeChangeRequestView:
        with self.registry.read() as session:
            return requests_of(session, record_id=self.record_id(login))[0]

    def hears_answer(self, login: str, text: str) -> None:
        with self.registry.write() as session:
            answer_question(
                session,
                request_id=self.request_now(login).id,
                text=text,
                actor=self.resident(login),
                at=datetime.now(UTC),
            )

    def corrects(self, login: str, **changes: object) -> None:
        with self.registry.write() as session:
            correct_record(
                session,
                record_id=self.record_id(login),
                changes=changes,
                reason=ChangeReason.MOVED_WITHIN,
                on=datetime.now(UTC).date(),
                actor=system_actor(self.municipality),
                at=datetime.now(UTC),
            )

    def hears_of_a_mistake(self, login: str, item: str, text: str, language: str = "vi") -> None:
        answers = {each: ItemAnswer(right=True) for each in CONFIRMABLE_ITEMS}
        answers[item] = ItemAnswer(right=False, reason="misspelt", text=text)
        with self.registry.write() as session:
            record = session.get_one(ResidentRecord, self.record_id(login))
            confirm_record(
                session,
                record_id=record.id,
                record_version=record.version,
                answers=answers,
                language=language,
                actor=self.resident(login),
                at=datetime.now(UTC),
            )

    def searches_for(self, name: str, address: str) -> list[UUID]:
        """Whom a supervisor finds."""
        with self.registry.write() as session:
            hits = search_records(
                session,
                query=RecordQuery(name=name, address=address),
                actor=Actor("p-s", "s", Role.SUPERVISOR, self.municipality, "S"),
                at=datetime.now(UTC),
                purpose=LegalPurpose.COUNTER_SERVICE,
            )
        return [hit.id for hit in hits]

    def looks_at(self, login: str) -> list[LedgerEntryView]:
        """Entries of staff about this resident, newest first."""
        with self.registry.read() as session:
            entries = entries_about(session, record_id=self.record_id(login))
        return [entry for entry in entries if entry.actor_role not in {Role.RESIDENT, Role.SYSTEM}]


@pytest.fixture
def counter(portal_server: PortalServer) -> Counter:
    return Counter(portal_server)


@pytest.fixture
def come_in(portal_server: PortalServer) -> Iterator[Callable[..., Staff]]:
    """Somebody of the staff, signed in: `come_in(Clerk, "clerk-1")`."""
    visitors = []

    def sign_in(kind: type[Staff], login: str, lang: str = "en") -> Staff:
        visitors.append(portal_server.client())
        person = kind(visitors[-1], login, lang)
        person.signs_in()
        return person

    yield sign_in
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def clerk(come_in) -> Clerk:
    return come_in(Clerk, "clerk-1")


@pytest.fixture
def second_clerk(come_in) -> Clerk:
    return come_in(Clerk, "clerk-2")


@pytest.fixture
def supervisor(come_in) -> Supervisor:
    return come_in(Supervisor, "supervisor-1")


@pytest.fixture
def administrator(come_in) -> Administrator:
    return come_in(Administrator, "administrator-1")


@pytest.fixture
def auditor(come_in) -> Auditor:
    return come_in(Auditor, "auditor-1")
