"""How many statements a page sends: no page more than twelve, and no list more for three rows than for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from portal.resident.drafts import new_draft, save_draft
from registry_core.codes import DocumentKind, approve_code_change, check_identity, withdraw_request
from registry_core.outbox import OutboxKind, enqueue, mark_failed
from registry_core.register import RecordQuery, cases_of, search_records
from registry_core.values import Actor, LegalPurpose, Role
from tests.people.resident import Resident
from tests.people.staff import Administrator, Auditor, Clerk, Staff, Supervisor
from tests.portal.staff.conftest import Counter, today

MOST = 12
_NOT_COUNTED = ("BEGIN", "PRAGMA")
STAFF = {
    "clerk-1": Clerk,
    "supervisor-1": Supervisor,
    "auditor-1": Auditor,
    "translator-1": Staff,
    "reviewer-1": Staff,
    "administrator-1": Administrator,
}


@pytest.fixture
def counter(portal_server) -> Counter:
    return Counter(portal_server)


@contextmanager
def statements(engine) -> Iterator[list[str]]:
    """What is sent while the block lasts; the portal of the tests runs in this process, and nobody else asks it anything."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(_NOT_COUNTED):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def count_of(person, counter: Counter, path: str) -> tuple[int, int]:
    """Statements and status of one GET, without what it redirects to; the second: sessions are written once a minute."""
    person.visitor.ask("GET", path, allow_redirects=False)
    with statements(counter.registry.engine) as sent:
        answer = person.visitor.ask("GET", path, allow_redirects=False)
    return len(sent), answer.status_code


#: What a page asks for behind its address, where without it there is nothing to read.
_QUERIES = {"staff.as_it_stood": "day={today}"}


def addresses(app, values: dict[str, str]) -> list[str]:
    """Every address that a GET may open, its arguments filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static" or "callback" in rule.rule:
            continue
        built = app.url_map.bind("127.0.0.1").build(
            rule.endpoint, {name: values.get(name, "x") for name in rule.arguments}, force_external=False
        )
        query = _QUERIES.get(rule.endpoint)
        found.append(f"{built}?{query.format(today=today())}" if query else built)
    assert len(found) > 50, "a walk of nothing proves nothing"
    return sorted(set(found))


def town(counter: Counter) -> dict[str, str]:
    """Something behind every address: a request, a draft, a case, a slip to print."""
    request = counter.receives_request("resident-1")
    approved = counter.receives_request("resident-2")
    people = [Actor(f"p-{name}", name, Role.CLERK, counter.municipality, name) for name in ("a", "b")]
    at = counter.registry.now()
    with counter.registry.write() as session:
        check_identity(
            session,
            request_id=approved.id,
            kind=DocumentKind.RESIDENCE_CARD,
            last_resort_reason=None,
            differences_accepted=False,
            actor=people[0],
            at=at,
        )
        approve_code_change(session, request_id=approved.id, actor=people[1], at=at)
        save_draft(session, record_id=counter.record_id("resident-1"), draft=new_draft(), at=at)
    counter.hears_of_a_mistake("resident-1", "address", "x")
    counter.corrects("resident-1", alias="x", household_number="H-apart")
    with counter.registry.read() as session:
        [case] = cases_of(session, record_id=counter.record_id("resident-1"))
    return {
        "lang": "en",
        "record_id": str(counter.record_id("resident-1")),
        "request_id": str(request.id),
        "reference": request.reference,
        "case_id": str(case.id),
        "tag": "vi",
    }


def test_no_get_sends_more_than_twelve_statements(counter, portal_server):
    values = town(counter)
    people = [(Resident, "resident-1"), *((kind, login) for login, kind in STAFF.items())]
    too_many, opened = [], set()
    for kind, login in [(None, "nobody"), *people]:
        visitor = portal_server.client()
        person = (kind or Resident)(visitor, login, "en")
        if kind is not None:
            person.signs_in()
        for path in addresses(portal_server.app, values):
            sent, status = count_of(person, counter, path)
            assert status < 500, path
            if status == 200:
                opened.add(path)
            if sent > MOST:
                too_many.append((login, path, sent))
        visitor.close()
    assert too_many == []
    assert len(opened) > 40


# ---------------------------------------------------------------- lists


#: Who comes when one comes, and when two more do.
_COMING = {1: ("resident-1",), 2: ("resident-3", "resident-4")}


def requests_come(counter: Counter, number: int) -> None:
    for login in _COMING[number]:
        counter.receives_request(login)


def cases_come(counter: Counter, number: int) -> None:
    for login in _COMING[number]:
        counter.hears_of_a_mistake(login, "address", "x")


def deliveries_get_stuck(counter: Counter, number: int) -> None:
    with counter.registry.write() as session:
        at = counter.registry.now()
        for each in range(number):
            payload = {"to": "x@example.org"}
            item = enqueue(session, kind=OutboxKind.MAIL, dedupe_key=f"k{number}{each}", payload=payload, at=at)
            for _ in range(6):
                mark_failed(session, item_id=item, at=at, error="refused")


def looks_are_taken(counter: Counter, number: int) -> None:
    with counter.registry.write() as session:
        for each in range(number):
            search_records(
                session,
                query=RecordQuery(card_number=counter.items("resident-1").card_number),
                actor=Actor("staff-0001", "clerk-1", Role.CLERK, counter.municipality, "x"),
                at=counter.registry.now() + timedelta(seconds=each),
                purpose=LegalPurpose.COUNTER_SERVICE,
            )


def own_requests_end(counter: Counter, number: int) -> None:
    for _ in range(number):
        request = counter.receives_request("resident-1")
        with counter.registry.write() as session:
            withdraw_request(
                session, request_id=request.id, actor=counter.resident("resident-1"), at=counter.registry.now()
            )


def record_changes(counter: Counter, number: int) -> None:
    for each in range(number):
        counter.corrects("resident-1", alias=f"x{each}")


@pytest.mark.parametrize(
    ("login", "path", "happens"),
    [
        ("clerk-1", "staff/?view=new", requests_come),
        ("clerk-1", "staff/corrections", cases_come),
        ("clerk-1", "staff/deliveries", deliveries_get_stuck),
        ("clerk-1", "staff/my-looks", looks_are_taken),
        ("resident-1", "requests", own_requests_end),
        ("resident-1", "record", record_changes),
        ("resident-1", "record", own_requests_end),
        ("resident-1", "who-looked", looks_are_taken),
    ],
)
def test_a_list_sends_as_many_statements_for_three_rows_as_for_one(counter, portal_server, login, path, happens):
    counts = []
    for number in (1, 2):  # two more are three
        happens(counter, number)
        visitor = portal_server.client()
        person = (Resident if login.startswith("resident") else Clerk)(visitor, login, "en")
        person.signs_in()
        counts.append(count_of(person, counter, f"/en/{path}"))
        visitor.close()
    assert counts[0] == counts[1]
    assert counts[0][1] == 200


def test_a_search_sends_as_many_statements_for_two_hits_as_for_one(counter):
    def sent(name: str) -> tuple[int, int]:
        query = RecordQuery(name=name, address="工業団地")
        with statements(counter.registry.engine) as found, counter.registry.write() as session:
            hits = search_records(
                session,
                query=query,
                actor=Actor("staff-0003", "s", Role.SUPERVISOR, counter.municipality, "x"),
                at=counter.registry.now(),
                purpose=LegalPurpose.COUNTER_SERVICE,
            )
        return len(hits), len(found)

    (one, for_one), (two, for_two) = sent("yamada"), sent("da silva")
    assert (one, two) == (1, 2)
    assert for_one == for_two
