"""The queue: what waits, who works on it, and how two people find out that they want the same request."""

import pytest

from tests.people.staff import Clerk


def test_new_request_is_in_the_queue_with_reference_language_and_age_but_no_person(counter, clerk):
    request = counter.receives_request("resident-1", language="vi")
    page = clerk.opens_queue("new")
    assert request.reference in page.text
    assert "Tiếng Việt" in page.text
    assert counter.items("resident-1").latin_name not in page.text
    assert counter.looks_at("resident-1") == []


def test_request_taken_moves_to_my_requests_and_back_when_released(counter, clerk):
    request = counter.receives_request()
    clerk.opens_queue("new")
    page = clerk.takes()
    assert page.heading == f"Request {request.reference}"
    assert request.reference in clerk.opens_queue("mine").text
    assert request.reference not in clerk.opens_queue("new").text
    clerk.opens_queue("mine")
    clerk.releases()
    assert request.reference in clerk.opens_queue("new").text


def test_second_to_take_is_told_who_has_it_since_when_and_what_to_do(counter, clerk, second_clerk):
    counter.receives_request()
    clerk.opens_queue("new")
    second_clerk.opens_queue("new")
    clerk.takes()
    page = second_clerk.takes()
    assert "Taken by 佐藤 花子 at" in page.text
    assert "ask a supervisor to release it" in page.text


def test_clerk_cannot_release_anothers_request_but_a_supervisor_can(counter, clerk, second_clerk, supervisor):
    request = counter.receives_request()
    clerk.opens_queue("new")
    clerk.takes()
    second_clerk.opens_staff(f"requests/{request.id}")
    page = second_clerk.visitor.post(f"/en/staff/requests/{request.id}/release")
    assert "Taken by 佐藤 花子 at" in page.text
    supervisor.opens_staff(f"requests/{request.id}")
    supervisor.releases()
    assert counter.request_now().taken_by is None


@pytest.mark.parametrize("written", ["{}", "{}-", "{} "])
def test_reference_is_found_however_it_is_written(counter, clerk, written):
    request = counter.receives_request()
    grouped = "-".join(request.reference[at : at + 4] for at in (0, 4, 8)).lower()
    assert request.reference in clerk.searches_queue(written.format(grouped)).text


def test_address_a_hand_scanner_types_into_the_search_is_understood(counter, clerk):
    first, second = counter.receives_request("resident-1"), counter.receives_request("resident-2")
    page = clerk.searches_queue(f"https://portal.example/ja/staff/find?ref={first.reference}")
    assert first.reference in page.text
    assert second.reference not in page.text


@pytest.mark.parametrize("typed", ["http://[", "https://x?ref=", "http://x/?a=b", "http:// ", "ref=1"])
def test_search_takes_what_is_no_address_of_ours(clerk, typed):
    assert clerk.searches_queue(typed).heading == "Requests for another code"


def test_request_of_a_colleague_is_found_and_released_by_the_supervisor(counter, clerk, supervisor):
    request = counter.receives_request()
    clerk.opens_queue("new")
    clerk.takes()
    assert request.reference not in clerk.opens_queue("others").text
    assert request.reference in supervisor.opens_queue("others").text
    supervisor.releases()
    assert counter.request_now().taken_by is None


def test_scanned_reference_opens_the_case(counter, clerk):
    request = counter.receives_request()
    assert clerk.scans(request.reference).heading == f"Request {request.reference}"


@pytest.mark.parametrize("text", ["", "000000000000", "x", "../..", "％" * 40, "a" * 500])
def test_unknown_reference_says_so(clerk, text):
    assert clerk.scans(text, expect=404).heading == "No request with this reference"


@pytest.mark.parametrize("query", ["view=nothing", "page=99999999", "page=-1", "page=x", "text=%25", "view=new&page=2"])
def test_queue_takes_any_query(clerk, query):
    assert clerk.opens_staff(f"?{query}").heading == "Requests for another code"


def test_counts_stand_on_the_tabs(counter, clerk):
    counter.receives_request("resident-1")
    counter.receives_request("resident-2")
    [views] = clerk.opens_queue("new").by_class("views")
    assert "New requests 2" in " ".join("".join(link.itertext()) for link in views.iter("a"))


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(
    "path", ["", "?view=mine", "?view=done", "search", "corrections", "deliveries", "my-looks", "find?ref=0"]
)
def test_every_page_of_a_clerk_is_well_formed(come_in, lang, path):
    come_in(Clerk, "clerk-1", lang).opens_staff(path, expect=404 if path.startswith("find") else 200)


@pytest.mark.parametrize("tag", ["vi", "ur"])
def test_staff_pages_do_not_exist_in_other_languages(clerk, tag):
    clerk.visitor.get(f"/{tag}/staff/", expect=404)


def test_nobody_is_sent_to_sign_in(client):
    assert client.get("/en/staff/").path == "/en/staff/sign-in"
