"""The journeys that codes go through: residents and staff over real HTTP, and many more approvals by the core."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from portal import worker
from portal.demo.register import DEMO_MUNICIPALITY
from registry_core.codes import approve_code_change
from registry_core.codes.change_request import CodeChangeRequest
from tests.faults.town import clerk, fill_pool, ready_requests
from tests.live_server import PortalServer
from tests.page_client import PageClient
from tests.people.resident import Resident
from tests.people.staff import Administrator, Auditor, Clerk, Staff, Supervisor


class People:
    """Everybody who is signed in, and what they do."""

    def __init__(self, server: PortalServer) -> None:
        self.server = server
        self.clients: list[PageClient] = []
        self.clerk = self.staff(Clerk, "clerk-1")
        self.supervisor = self.staff(Supervisor, "supervisor-1")
        self.administrator = self.staff(Administrator, "administrator-1")
        self.auditor = self.staff(Auditor, "auditor-1")
        self.residents: list[Resident] = []

    def client(self) -> PageClient:
        # What is wrong with a page's form is other tests' business.
        self.clients.append(self.server.client(strict=False))
        return self.clients[-1]

    def staff(self, kind: type[Staff], login: str) -> Staff:
        person = kind(self.client(), login, "en")
        person.signs_in()
        return person

    def resident(self, login: str, lang: str) -> Resident:
        person = Resident(self.client(), login, lang)
        person.signs_in()
        self.residents.append(person)
        return person

    def work(self) -> None:
        """The worker, until nothing is left to do."""
        app = self.server.app
        with app.test_request_context(base_url=app.config["PORTAL"].base_url):
            while worker.work_once():
                pass

    def whole_journey(self, login: str, lang: str, told_code: str) -> None:
        """From sign-in to the new code on the thirty-second page; the old one is told where people would tell it."""
        resident = self.resident(login, lang)
        resident.asks_to_see_the_whole_code()
        told = f"{told_code[:4]} {told_code[4:8]} {told_code[8:]}"
        resident.says_what_is_wrong(address_answer="outdated", address_text=f"My code is {told}, the address is old.")
        self.asks_with_email(resident)
        reference = resident.reference
        self.clerk.scans(reference)
        self.clerk.asks("other", text=f"What is {told}?")
        resident.answers(reference, f"It is {told}.")
        self.clerk.scans(reference)
        self.clerk.checks_identity()
        self.supervisor.scans(reference)
        self.supervisor.approves()
        self.work()
        request_id = self.request_id(reference)
        self.clerk.opens_staff(f"requests/{request_id}/slip")
        self.clerk.opens_staff(f"requests/{request_id}")
        self.clerk.records_slip("posted", (datetime.now(UTC) + timedelta(hours=9)).date().isoformat())
        resident.opens_the_request(reference)
        resident.asks_to_see_the_whole_code()
        resident.sees_who_looked()

    def asks_with_email(self, resident: Resident) -> None:
        """With an address for notices, so that mail goes out."""
        address = f"{resident.login}@example.com"
        resident.begins_the_request()
        resident.finds_the_details_right()
        resident.chooses_notices(email=address)
        self.work()
        text = self.server.mailbox.sent_to(address)[-1].get_body(("plain",)).get_content()
        resident.types_the_digits(re.search(r"(?<!\d)\d{6}(?!\d)", text).group())
        resident.sends_the_request()

    def request_id(self, reference: str) -> UUID:
        from sqlalchemy import select

        with self.server.registry.read() as session:
            return session.scalars(select(CodeChangeRequest.id).where(CodeChangeRequest.reference == reference)).one()

    def approvals_by_the_core(self, number: int) -> list[UUID]:
        """Requests of synthetic residents, approved; the worker makes their slips and mails."""
        registry = self.server.registry
        with registry.write() as session:
            fill_pool(session, number, town=DEMO_MUNICIPALITY)
            ready = ready_requests(session, number, town=DEMO_MUNICIPALITY)
        for request_id in ready:
            with registry.write() as session:
                actor = clerk(1, DEMO_MUNICIPALITY)
                approve_code_change(session, request_id=request_id, actor=actor, at=datetime.now(UTC))
        self.work()
        return list(ready)


@contextmanager
def people_of(server: PortalServer) -> Iterator[People]:
    people = People(server)
    try:
        yield people
    finally:
        for client in people.clients:
            client.close()
