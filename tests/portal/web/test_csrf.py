import pytest


def test_only_the_token_of_the_own_session_is_taken(site, visitor):
    visitor.sign_in("ann")
    foreign = site.visitor().sign_in("bob").token()
    for token in ("", "wrong", foreign):
        assert visitor.send("/en/only-posts", data={"csrf_token": token}).status_code == 400
    assert visitor.send("/en/only-posts", data={"csrf_token": visitor.token()}).text == "done"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://127.0.0.1:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_forms_come_from_our_own_pages(visitor, headers, status):
    visitor.sign_in("ann")
    answer = visitor.send("/en/only-posts", data={"csrf_token": visitor.token()}, headers=headers)
    assert answer.status_code == status


def test_a_button_pressed_too_late_leads_back_to_its_page(visitor, page_text):
    visitor.sign_in("ann")
    answer = visitor.send(
        "/en/only-posts", data={"csrf_token": "old"}, headers={"Referer": "http://127.0.0.1:8000/en/note"}
    )
    assert (answer.status_code, answer.location) == (303, "/en/note")
    assert "The page had been open for too long, so nothing was sent." in page_text(visitor.open("/en/note"))


@pytest.mark.parametrize("referer", ["http://[", "//[::1", "x" * 3000, "http://a:b:c/"])
def test_a_referer_that_is_no_address_is_not_a_fault_of_ours(visitor, referer):
    visitor.sign_in("ann")
    answer = visitor.send("/en/only-posts", data={"csrf_token": "old"}, headers={"Referer": referer})
    assert answer.status_code == 400


def test_endpoints_for_programs_need_no_token(visitor):
    assert visitor.send("/token", data={"grant": "code"}).text == "code"


def test_a_token_lives_as_long_as_its_session_and_survives_a_step_up(site, visitor):
    visitor.sign_in("ann")
    token = visitor.token()
    site.wait(minutes=25)
    visitor.open("/en/who")
    site.wait(minutes=25)
    visitor.sign_in("ann")
    assert visitor.send("/en/only-posts", data={"csrf_token": token}).text == "done"
