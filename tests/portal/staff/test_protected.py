"""A protected person (支援措置) and nobody are one answer to whoever may not know; a supervisor works on her request."""

import re
import time
from statistics import median
from uuid import uuid4

import pytest

from registry_core.register import cases_of
from tests.people.staff import Administrator, Clerk, Supervisor
from tests.portal.staff.conftest import today

HER = "resident-10"
NOBODY = "Nobody to show. If you expected someone, ask a supervisor."
PAIRS, CLOSE_ENOUGH = 200, 0.005
#: What tells answers apart that are alike: when they were given, and which request it was.
_OF_THE_MOMENT = {"Date", "X-Request-Number", "Set-Cookie"}


def answer_to(person, path: str, typed: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without what was typed; the token of a form tells the second at which it was made."""
    given = person.visitor.ask("GET", f"/en/staff/{path}")
    headers = {name: value for name, value in given.headers.items() if name not in _OF_THE_MOMENT}
    return given.status_code, headers, without_tokens(given.text).replace(typed, "TYPED")


def without_tokens(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


@pytest.fixture
def her(counter):
    """Her record, an open request and an open correction, by what their addresses are made of."""
    request = counter.receives_request(HER)
    counter.hears_of_a_mistake(HER, "address", "東町九丁目9番9号")
    with counter.registry.read() as session:
        [case] = cases_of(session, record_id=counter.record_id(HER))
    return {"record": str(counter.record_id(HER)), "request": str(request.id), "case": str(case.id)} | {
        "reference": request.reference
    }


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("record", "residents/{}"),
        ("record", "residents/{}/pin"),
        ("request", "requests/{}"),
        ("request", "requests/{}/approve"),
        ("request", "requests/{}/slip"),
        ("case", "corrections/{}"),
    ],
)
def test_her_address_and_an_address_of_nobody_are_answered_alike(her, clerk, supervisor, what, path):
    given = answer_to(clerk, path.format(her[what]), her[what])
    nobody = str(uuid4())
    assert given == answer_to(clerk, path.format(nobody), nobody)
    assert given[0] == 404
    assert NOBODY in given[2]
    if path != "requests/{}/slip":
        assert answer_to(supervisor, path.format(her[what]), her[what])[0] == 200


def test_an_administrator_is_answered_alike(her, administrator):
    nobody = str(uuid4())
    given = answer_to(administrator, f"links/{her['record']}", her["record"])
    assert given == answer_to(administrator, f"links/{nobody}", nobody)
    assert (given[0], NOBODY in given[2]) == (404, True)


def test_a_reference_and_a_search_of_the_queue_tell_nothing(her, clerk, supervisor):
    reference, nobody = her["reference"], "000000000000"
    for path in ("find?ref={}", "?text={}"):
        given = answer_to(clerk, path.format(reference), reference)
        assert given == answer_to(clerk, path.format(nobody), nobody)
        assert NOBODY in given[2]
    assert reference in supervisor.searches_queue(reference).text
    assert supervisor.scans(reference).heading.endswith(reference)


def test_she_stands_in_no_list_of_a_clerk_and_is_counted_in_none(her, clerk, supervisor):
    for view in ("new", "mine", "others", "resident", "second", "follow-up", "done"):
        page = clerk.opens_queue(view)
        assert her["reference"] not in page.text
        [views] = page.by_class("views")
        assert not re.search(r"[1-9]", "".join(views.itertext()))
    assert "There is nothing here." in clerk.opens_staff("corrections").text
    assert "Protected person" in supervisor.opens_queue("new").text
    assert her["case"] in supervisor.opens_staff("corrections").source.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"card": "UV11000010WX"},
        {"name": "PERERA", "born": "1991-10-10"},
        {"name": "ペレラ", "address": "若葉町"},
    ],
)
def test_a_search_that_meets_her_and_one_that_meets_nobody_are_answered_alike(counter, clerk, supervisor, typed):
    def found(person, **asked: str) -> str:
        page = person.searches(**asked)
        return re.sub(r'value="[^"]*"', "", page.source.decode())

    of_nobody = {**typed, **({"card": "ZZ99999999ZZ"} if "card" in typed else {"name": "QQQQQQ"})}
    assert found(clerk, **typed) == found(clerk, **of_nobody)
    assert NOBODY in clerk.searches(**typed).text
    assert "PERERA NILUSHA" in found(supervisor, **typed)
    assert "Protected person" in found(supervisor, **typed)
    searched = [entry.action for entry in counter.looks_at(HER) if entry.actor_role == "clerk"]
    assert searched == ["record.searched-for"] * 2
    assert "record.searched-for" not in clerk.opens_own_looks().text


def test_what_is_posted_about_her_and_about_nobody_is_answered_alike(her, clerk):
    clerk.opens_queue()
    nobody = str(uuid4())
    for path in ("requests/{}/take", "requests/{}/release", "requests/{}/approve", "residents/{}/pin"):
        what = her["record"] if "residents" in path else her["request"]
        given = []
        for each in (what, nobody):
            clerk.opens_queue()
            page = clerk.visitor.post(f"/en/staff/{path.format(each)}", {"kind": "residence-card"}, expect=404)
            given.append(without_tokens(page.source.decode()).replace(each, "TYPED"))
        assert given[0] == given[1]


def test_timing_does_not_tell_her_from_nobody(her, clerk):
    """Pairs in alternating order, the median of their differences: what disturbs the machine disturbs both."""
    nobody = str(uuid4())
    clerk.opens_staff("search")
    token = clerk.visitor.page.form("search").values()["csrf_token"]

    def opened(record_id: str) -> float:
        begun = time.perf_counter()
        clerk.visitor.ask("GET", f"/en/staff/residents/{record_id}")
        return time.perf_counter() - begun

    def searched(card: str) -> float:
        begun = time.perf_counter()
        typed = {"csrf_token": token, "purpose": "counter-service", "card_number": card, "search": ""}
        clerk.visitor.ask("POST", "/en/staff/search", data=typed)
        return time.perf_counter() - begun

    for ask, hers, others in ((opened, her["record"], nobody), (searched, "UV11000010WX", "ZZ99999999ZZ")):
        ask(hers), ask(others)
        differences = []
        for pair in range(PAIRS):
            both = [(hers, 1), (others, -1)]
            differences.append(sum(sign * ask(each) for each, sign in (both if pair % 2 else both[::-1])))
        assert abs(median(differences)) < CLOSE_ENOUGH


def test_two_supervisors_work_on_her_request_to_its_end(counter, her, come_in):
    first, second = come_in(Supervisor, "supervisor-1"), come_in(Supervisor, "supervisor-2")
    page = first.opens_staff(f"requests/{her['request']}")
    assert "Protected person" in page.text
    assert counter.items(HER).address in page.text
    first.checks_identity("residence-card")
    second.opens_staff(f"requests/{her['request']}")
    second.approves()
    assert f"requests/{her['request']}/slip" in first.opens_staff(f"requests/{her['request']}").source.decode()


def test_who_lives_with_her_is_kept_from_clerks_too(counter, come_in, clerk, supervisor):
    counter.corrects("resident-7", protected=True)
    record_id = counter.record_id("resident-8")
    clerk.opens_staff(f"residents/{record_id}", expect=404)
    assert NOBODY in clerk.searches(card=counter.items("resident-8").card_number).text
    assert "Protected person" in supervisor.opens_staff(f"residents/{record_id}").text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_page_of_nobody_is_well_formed(come_in, lang):
    clerk = come_in(Clerk, "clerk-1", lang)
    page = clerk.opens_staff(f"residents/{uuid4()}", expect=404)
    assert ("責任者" if lang == "ja" else "supervisor") in page.text
    administrator = come_in(Administrator, "administrator-1", lang)
    administrator.opens_staff(f"links/{uuid4()}", expect=404)


def test_where_somebody_lived_before_is_on_no_page_of_a_clerk(counter, clerk, supervisor):
    """Neither on the record, now or then, nor on what is asked for and corrected; of everybody, so that none tells."""
    before = "緑が丘市秘密町９の９"
    counter.corrects("resident-1", previous_address=before)
    request = counter.receives_request("resident-1")
    counter.hears_of_a_mistake("resident-1", "address", "東町九丁目9番9号")
    with counter.registry.read() as session:
        [case] = cases_of(session, record_id=counter.record_id("resident-1"))
    record = f"residents/{counter.record_id('resident-1')}"
    for path in (record, f"{record}/as-it-stood?day={today()}", f"requests/{request.id}", f"corrections/{case.id}"):
        of_clerk, of_supervisor = (person.opens_staff(path).text for person in (clerk, supervisor))
        assert (before in of_supervisor, "Only supervisors see this." in of_supervisor) == (True, False)
        assert (before in of_clerk, of_clerk.count("Only supervisors see this.")) == (False, 1)
    assert (
        clerk.opens_staff(f"residents/{counter.record_id('resident-2')}").text.count("Only supervisors see this.") == 1
    )


def test_a_request_made_at_her_address_does_not_show_it_to_a_clerk(counter, clerk, supervisor):
    """He moved out after he had asked; what the clerk has to compare is there, and nothing says why the rest is not."""
    request = counter.receives_request("resident-8")
    was, now = counter.items("resident-8").address, "緑が丘市西町9番"
    counter.corrects("resident-8", address=now, household_number="H-apart", relationship="世帯主")
    assert was in clerk.opens_staff(f"requests/{request.id}").text
    counter.corrects("resident-7", protected=True)
    page = clerk.opens_staff(f"requests/{request.id}")
    warning = "Protected person: do not say the address aloud"
    assert (was in page.text, now in page.text, warning in page.text) == (False, True, False)
    assert "3 items of the record have changed since the request." in page.text
    page = supervisor.opens_staff(f"requests/{request.id}")
    assert (was in page.text, warning in page.text) == (True, True)
