import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from sqlalchemy import event, func, select, text

from portal.web.kept_posts import KeptPost, purge_kept_posts

TYPED = {"title": "Sông Hồng", "text": "two\r\nlines", "agreed": "y", "csrf_token": "wrong"}


def kept(site):
    with site.registry.read() as session:
        return session.scalar(select(func.count()).select_from(KeptPost))


def shows_what_was_typed(answer):
    return (
        'value="Sông Hồng"' in answer.text
        and "two\nlines" in answer.text.replace("\r\n", "\n")
        and "checked" in answer.text
    )


def test_a_form_of_an_ended_session_comes_back_once_after_sign_in(site, visitor, page_text):
    visitor.sign_in("ann")
    typed = {**TYPED, "csrf_token": visitor.token()}
    site.wait(minutes=31)
    answer = visitor.send("/en/note", data=typed)
    assert (answer.status_code, answer.location) == (303, "/en/sign-in?next=/en/note")
    visitor.sign_in("ann")
    page = visitor.open("/en/note")
    assert shows_what_was_typed(page)
    assert "You were signed out. What you typed is still here." in page_text(page)
    assert kept(site) == 0
    page = visitor.open("/en/note")
    assert not shows_what_was_typed(page)
    assert "signed out" not in page.text


def test_staff_are_led_to_their_own_sign_in_in_the_language_of_the_page(site, visitor):
    visitor.sign_in("clerk", "staff")
    site.wait(minutes=16)
    assert visitor.send("/ja/note", data=TYPED).location == "/ja/staff/sign-in?next=/ja/note"


def test_nobody_else_gets_it(site, visitor):
    visitor.sign_in("ann")
    typed = {**TYPED, "csrf_token": visitor.token()}
    site.wait(minutes=31)
    visitor.send("/en/note", data=typed)
    assert kept(site) == 1
    visitor.sign_in("bob")
    assert not shows_what_was_typed(visitor.open("/en/note"))
    assert not shows_what_was_typed(site.visitor().sign_in("bob").open("/en/note"))
    assert not shows_what_was_typed(site.visitor().open("/en/note"))
    assert shows_what_was_typed(site.visitor().sign_in("ann").open("/en/note"))


def test_a_form_made_for_the_one_before_is_not_kept_for_the_next_one(site, visitor):
    visitor.sign_in("ann")
    typed = {**TYPED, "csrf_token": visitor.token()}
    visitor.sign_in("bob")
    assert visitor.send("/en/note", data=typed).status_code == 400
    assert kept(site) == 0


def test_another_tab_that_led_to_sign_in_meanwhile_does_not_lose_whose_it_was(site, visitor):
    visitor.sign_in("ann")
    typed = {**TYPED, "csrf_token": visitor.token()}
    site.wait(minutes=31)
    visitor.open("/en/put/other/tab")
    assert visitor.send("/en/note", data=typed).location == "/en/sign-in?next=/en/note"
    visitor.sign_in("ann")
    assert shows_what_was_typed(visitor.open("/en/note"))


def test_a_wrong_token_in_a_live_session_shows_the_filled_form_again(site, visitor, page_text):
    for who in (None, "ann"):
        if who:
            visitor.sign_in(who)
        visitor.open("/en/put/a/1")
        answer = visitor.send("/en/note", data=TYPED)
        assert (answer.status_code, answer.location) == (303, "/en/note")
        page = visitor.open("/en/note")
        assert shows_what_was_typed(page)
        assert "The page was open for too long, so nothing was sent." in page_text(page)
        assert not shows_what_was_typed(visitor.open("/en/note"))


def test_without_a_cookie_or_from_another_site_nothing_is_kept(site, visitor):
    assert visitor.send("/en/note", data=TYPED).status_code == 400
    visitor.sign_in("ann")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.send("/en/note", data=TYPED, headers=headers).status_code == 403
    assert kept(site) == 0


def test_it_is_kept_for_half_an_hour_only(site, visitor):
    visitor.sign_in("ann")
    visitor.send("/en/note", data=TYPED)
    with site.registry.write() as session:
        assert purge_kept_posts(session, at=site.registry.now()) == 0
    site.wait(minutes=29)
    visitor.open("/en/who")
    site.wait(minutes=2)
    assert not shows_what_was_typed(visitor.open("/en/note"))
    with site.registry.write() as session:
        assert purge_kept_posts(session, at=site.registry.now()) == 1


def test_what_is_too_large_or_has_no_page_of_its_own_is_refused(site, visitor):
    visitor.sign_in("ann")
    assert visitor.send("/en/note", data={**TYPED, "text": "x" * 70_000}).status_code == 400
    assert visitor.send("/en/only-posts", data=TYPED).status_code == 400
    assert kept(site) == 0
    answer = visitor.send("/en/only-posts", data={**TYPED, "_page": "/en/note"})
    assert answer.location == "/en/note"
    assert shows_what_was_typed(visitor.open("/en/note"))


def test_the_database_holds_nothing_readable_and_no_token(site, visitor):
    visitor.sign_in("ann")
    visitor.send("/en/note", data={**TYPED, "title": "readable-canary"})
    with site.registry.read() as session:
        (row,) = session.execute(text("select * from kept_post"))
        dump = b"".join(bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode() for each in row)
    assert b"readable-canary" not in dump
    assert b"wrong" not in dump


def test_two_taps_after_the_end_of_the_session_keep_one_form(site, visitor):
    """Both have looked for an older form before either has kept its own; where one writer waits for the other, it goes on."""
    visitor.sign_in("ann")
    typed = {**TYPED, "csrf_token": visitor.token()}
    site.wait(minutes=31)
    both = threading.Barrier(2)

    def meet(_connection, _cursor, statement, *_rest):
        if "kept_post" in statement:
            with suppress(threading.BrokenBarrierError):
                both.wait(timeout=1)

    event.listen(site.registry.engine, "after_cursor_execute", meet)
    taps = [site.visitor() for _ in range(2)]
    for tap in taps:
        tap.client.set_cookie("portal_session", visitor.cookie, domain="127.0.0.1")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda tap: tap.send("/en/note", data=typed), taps))
    event.remove(site.registry.engine, "after_cursor_execute", meet)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert kept(site) == 1
