"""Residents of the demo municipality in front of a portal of their own."""

from datetime import timedelta
from uuid import UUID

import pytest

from registry_core.values.actor import Actor, Role
from tests.live_server import PortalServer
from tests.people.resident import Resident


@pytest.fixture
def resident(client) -> Resident:
    """`resident-1`, signed in, reading English."""
    person = Resident(client, "resident-1", "en")
    person.signs_in()
    return person


@pytest.fixture
def another(portal_server: PortalServer):
    """A factory of further residents, signed in: `another("resident-2", "vi")`."""
    clients = []

    def signed_in(login: str, lang: str = "en") -> Resident:
        clients.append(portal_server.client())
        person = Resident(clients[-1], login, lang)
        person.signs_in()
        return person

    yield signed_in
    for each in clients:
        each.close()


@pytest.fixture
def record_id(portal_server: PortalServer):
    """The record of a login, found as the sign-in finds it."""
    from sqlalchemy import select

    from portal.demo.people import demo_person
    from registry_core.register.resident_record import ResidentRecord
    from registry_core.values.register_date import RegisterDate

    def of(login: str = "resident-1") -> UUID:
        claims = demo_person(login).claims
        with portal_server.registry.read() as session:
            rows = session.scalars(
                select(ResidentRecord).where(ResidentRecord.birth_date == RegisterDate.parse(claims["birthdate"]))
            ).all()
            return next(row.id for row in rows if (row.latin_name or row.kanji_name) in claims["name"])

    return of


@pytest.fixture
def clerk(portal_server: PortalServer):
    """A factory of clerks as the core knows them."""
    code = portal_server.registry.config.municipality.code

    def named(person: str = "staff-0001", role: Role = Role.CLERK) -> Actor:
        return Actor(person=person, account=person, role=role, municipality=code, name="佐藤 花子")

    return named


@pytest.fixture
def time_passes(portal_server: PortalServer):
    """Move the portal's clock: `time_passes(minutes=6)`; several calls add up."""
    registry, passed = portal_server.registry, [timedelta()]
    clock = registry.now

    def move(**by: int) -> None:
        passed[0] += timedelta(**by)
        registry.now = lambda: clock() + passed[0]

    return move
