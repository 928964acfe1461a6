"""A day at the counter in a real browser: by mouse, by keyboard, in both languages of staff, on a phone too."""

from datetime import UTC, datetime

import pytest

from registry_core.codes import RequestStatus
from tests.people.staff import Administrator, Clerk, Supervisor
from tests.portal.staff.conftest import Counter, today


@pytest.fixture
def counter(portal_server) -> Counter:
    return Counter(portal_server)


def looks_well(person) -> None:
    person.visitor.assert_accessible()
    assert person.visitor.overflow() == 0, person.visitor.page.url


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_request_from_the_queue_to_the_slip_and_the_card(counter, browser_visitor, lang, screen):
    request = counter.receives_request("resident-1", language="vi")
    clerk = Clerk(browser_visitor(screen), "clerk-1", lang)
    clerk.signs_in()
    clerk.opens_queue("new")
    looks_well(clerk)
    clerk.takes()
    looks_well(clerk)
    clerk.checks_identity("last-resort", expect=422)
    looks_well(clerk)
    clerk.checks_identity("residence-card")
    supervisor = Supervisor(browser_visitor(screen), "supervisor-1", lang)
    supervisor.signs_in()
    supervisor.scans(request.reference)
    supervisor.follows("/approve")
    looks_well(supervisor)
    supervisor.sends(button="approve")
    looks_well(supervisor)
    supervisor.records_slip("printed", today())
    supervisor.records_slip("posted", today())
    supervisor.records_card("not-held", today())
    looks_well(supervisor)
    now = counter.request_now()
    assert now.status is RequestStatus.APPROVED
    assert (now.follow_up.slip_posted_on.isoformat(), now.follow_up.card.value) == (today(), "not-held")


def test_queue_is_worked_by_keyboard_alone(counter, browser_visitor):
    first = counter.receives_request("resident-1")
    second = counter.receives_request("resident-2")
    clerk = Clerk(browser_visitor(), "clerk-1", "en")
    clerk.signs_in()
    clerk.opens_queue("new")
    keys = clerk.visitor.tab.keyboard
    keys.press("j")
    keys.press("j")
    keys.press("k")
    keys.press("j")
    with clerk.visitor.tab.expect_navigation():
        keys.press("Enter")
    assert clerk.page.heading == f"Request {second.reference}"
    clerk.opens_queue("new")
    keys.press("/")
    keys.type(first.reference)
    with clerk.visitor.tab.expect_navigation():
        keys.press("Enter")
    assert first.reference in clerk.page.text
    assert second.reference not in clerk.page.text


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_resident_gets_a_pin_and_a_record_is_corrected(counter, browser_visitor, lang):
    counter.hears_of_a_mistake("resident-1", "name", "Nguyễn Thị Mới")
    clerk = Clerk(browser_visitor("phone"), "clerk-1", lang)
    clerk.signs_in()
    clerk.searches(card=counter.items("resident-1").card_number, purpose="sign-in-link")
    looks_well(clerk)
    clerk.follows("/pin")
    looks_well(clerk)
    clerk.issues_pin("residence-card")
    looks_well(clerk)
    clerk.opens_staff("corrections")
    looks_well(clerk)
    clerk.follows("/corrections/")
    looks_well(clerk)
    clerk.takes_correction()
    looks_well(clerk)
    clerk.compares(latin_name="NGUYEN THI MOI")
    looks_well(clerk)
    clerk.sends(button="step=correct")
    for path in ("my-looks", "deliveries", "search"):
        clerk.opens_staff(path)
        looks_well(clerk)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("screen", ["desktop", "narrow"])
def test_record_is_read_as_it_stood(counter, browser_visitor, lang, screen):
    counter.corrects("resident-1", address="緑が丘市新町9番9号")
    clerk = Clerk(browser_visitor(screen), "clerk-1", lang)
    clerk.signs_in()
    clerk.opens_staff(f"residents/{counter.record_id('resident-1')}")
    looks_well(clerk)
    for day, answer in ((today(), 200), ("2000-01-01", 200), ("x", 422)):
        clerk.sends({"day": day}, action="as-it-stood", expect=answer)
        looks_well(clerk)


def test_administrator_links_a_clerk_to_her_record(counter, browser_visitor):
    administrator = Administrator(browser_visitor("phone"), "administrator-1", "ja")
    administrator.signs_in()
    administrator.searches_record(card=counter.items("resident-7").card_number)
    looks_well(administrator)
    administrator.follows("/links/")
    looks_well(administrator)
    administrator.links("staff-0001")
    looks_well(administrator)


def test_changed_record_stands_out_on_a_narrow_screen(counter, browser_visitor):
    request = counter.receives_request("resident-1")
    counter.corrects("resident-1", address=f"北海道緑が丘市新町9番9号 {datetime.now(UTC):%Y}")
    clerk = Clerk(browser_visitor("phone"), "clerk-1", "ja")
    clerk.signs_in()
    clerk.opens_staff(f"requests/{request.id}")
    looks_well(clerk)
