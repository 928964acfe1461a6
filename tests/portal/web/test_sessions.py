from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import session
from sqlalchemy import func, select, text

from portal.web.session_table import WebSession, purge_sessions, revoke_sessions_of
from portal.web.sessions import renew_session


def rows(site):
    with site.registry.read() as session:
        return session.scalar(select(func.count()).select_from(WebSession))


def test_a_page_that_looks_at_no_session_reads_and_writes_nothing_and_sets_no_cookie(site, visitor):
    answer = visitor.open("/en/")
    assert (answer.status_code, answer.headers.get("Set-Cookie"), answer.headers.get("Vary")) == (200, None, None)
    visitor.sign_in("ann")
    with site.registry.write() as session:
        session.execute(text("alter table web_session rename to gone"))
    assert visitor.open("/en/").status_code == 200


def test_looking_without_a_session_makes_no_row(site, visitor):
    answer = visitor.open("/en/who")
    assert (answer.text, answer.headers.get("Set-Cookie"), answer.headers["Cache-Control"], answer.headers["Vary"]) == (
        "None",
        None,
        "no-store",
        "Cookie",
    )
    assert rows(site) == 0


def test_signing_in_gives_a_new_id_and_the_old_one_is_dead(site, visitor):
    visitor.open("/en/put/a/1")
    before = visitor.cookie
    visitor.sign_in("ann")
    assert visitor.cookie != before
    assert visitor.open("/en/who").text == "ann"
    thief = site.visitor()
    thief.client.set_cookie("portal_session", before, domain="127.0.0.1")
    assert thief.open("/en/who").text == "None"
    made_up = site.visitor()
    made_up.client.set_cookie("portal_session", "A" * 43, domain="127.0.0.1")
    assert made_up.open("/en/put/a/1").status_code == 204
    assert made_up.cookie not in {None, "A" * 43}


def test_the_same_person_keeps_what_the_session_held_and_another_person_does_not(site, visitor):
    visitor.sign_in("ann")
    visitor.open("/en/put/draft/mine")
    visitor.sign_in("ann")
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        assert session["draft"] == ["mine"]
    visitor.sign_in("bob")
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        assert "draft" not in session


def test_signing_out_kills_the_session_everywhere_and_clears_the_browser(site, visitor):
    visitor.sign_in("ann")
    other_tab = visitor.cookie
    answer = visitor.send("/en/leave", data={"csrf_token": visitor.token("/en/token")})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    again = site.visitor()
    again.client.set_cookie("portal_session", other_tab, domain="127.0.0.1")
    assert again.open("/en/who").text == "None"
    assert visitor.open("/en/who").text == "None"


def test_a_session_ended_while_it_is_renewed_does_not_come_back(site, visitor):
    """A step-up asks the provider in between: time enough for a sign-out in another tab, or for the counter."""

    def renewed_too_late(**_address: str):
        assert session["who"] == "ann"
        with site.registry.write() as db:
            revoke_sessions_of(db, subject="ann", at=site.registry.now())
        renew_session("resident", "ann")
        session["who"] = "ann"
        return "", 204

    visitor.sign_in("ann")
    token = visitor.token("/en/token")
    site.app.view_functions["faces.enter"] = renewed_too_late
    visitor.send("/en/enter/resident/ann", data={"csrf_token": token})
    assert visitor.open("/en/who").text == "None"


def test_a_session_ends_when_idle_and_at_its_last_hour(site, visitor):
    visitor.sign_in("ann")
    site.wait(minutes=29)
    assert visitor.open("/en/who").text == "ann"
    site.wait(minutes=29)
    assert visitor.open("/en/who").text == "ann"
    site.wait(minutes=31)
    assert visitor.open("/en/who").text == "None"
    visitor.sign_in("ann")
    for _ in range(23):
        site.wait(minutes=20)
        assert visitor.open("/en/who").text == "ann"
    site.wait(minutes=21)
    assert visitor.open("/en/who").text == "None"


def test_staff_are_signed_out_after_fifteen_minutes(site, visitor):
    visitor.sign_in("clerk", "staff")
    site.wait(minutes=14)
    assert visitor.open("/en/who").text == "clerk"
    site.wait(minutes=16)
    assert visitor.open("/en/who").text == "None"


def test_all_sessions_of_a_person_can_be_ended_at_once(site, visitor):
    phone = site.visitor().sign_in("ann")
    visitor.sign_in("ann")
    bob = site.visitor().sign_in("bob")
    with site.registry.write() as session:
        assert revoke_sessions_of(session, subject="ann", at=site.registry.now()) == 2
    assert [each.open("/en/who").text for each in (visitor, phone, bob)] == ["None", "None", "bob"]


def test_the_database_holds_neither_the_id_nor_the_subject_nor_the_data(site, visitor):
    visitor.sign_in("ann-subject")
    visitor.open("/en/put/secret/hidden-value")
    with site.registry.read() as session:
        for row in session.execute(text("select * from web_session")):
            dump = b"".join(bytes(each) if isinstance(each, bytes | memoryview) else str(each).encode() for each in row)
            for secret in (visitor.cookie, "ann-subject", "hidden-value"):
                assert secret.encode() not in dump


def test_requests_of_one_browser_at_once_do_not_undo_each_other(site, visitor):
    visitor.sign_in("ann")
    tabs = [site.visitor() for _ in range(8)]
    for tab in tabs:
        tab.client.set_cookie("portal_session", visitor.cookie, domain="127.0.0.1")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda numbered: numbered[1].open(f"/en/put/key{numbered[0]}/v"), enumerate(tabs)))
    with visitor.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        assert {key for key in session if key.startswith("key")} == {f"key{n}" for n in range(8)}


def test_reading_pages_writes_at_most_once_a_minute(site, visitor):
    visitor.sign_in("ann")

    def seen():
        with site.registry.read() as session:
            return session.scalar(select(func.max(WebSession.last_seen_at)))

    before = seen()
    visitor.open("/en/who")
    assert seen() == before
    site.wait(seconds=61)
    visitor.open("/en/who")
    assert seen() > before


def test_rows_go_a_day_after_their_session_is_over(site, visitor):
    visitor.sign_in("ann")
    at = site.registry.now()
    for later, left in ((timedelta(hours=23), 2), (timedelta(hours=25), 1), (timedelta(hours=40), 0)):
        with site.registry.write() as session:
            purge_sessions(session, at=at + later)
        assert rows(site) == left


def test_production_cookies_are_bound_to_host_and_https(database_url, keys_file):
    from tests.portal.web.conftest import config_for, make_web

    site = make_web(config_for(database_url, keys_file, env="production", base_url="https://portal.example.jp"))
    answer = site.app.test_client().get("/en/put/a/1", base_url="https://portal.example.jp")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    site.registry.engine.dispose()
