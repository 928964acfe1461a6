from uuid import uuid4

import pytest
from sqlalchemy import text

from portal.web.kept_posts import KeptPost

STATUSES = (400, 401, 403, 404, 405, 408, 413, 414, 415, 422, 429, 503)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_refusal_is_a_page_in_the_language_of_its_address(visitor, lang, status):
    answer = visitor.open(f"/{lang}/fails/{status}")
    assert answer.status_code == status
    assert f'<html lang="{lang}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_an_address_that_is_nowhere_still_has_its_language(visitor):
    assert '<html lang="ja"' in visitor.open("/ja/no/such/page").text
    page = visitor.open("/no/such/page").text
    assert 'lang="ja"' in page
    assert 'lang="en"' in page


def test_foreign_and_absent_are_the_same_bytes(visitor):
    answers = [visitor.open(f"/en/fails/{kind}") for kind in ("record", "request", "404")]
    assert {(each.status_code, each.text) for each in answers} == {(404, answers[0].text)}


def test_a_bug_of_ours_shows_a_number_to_quote_and_nothing_else(site, visitor, caplog):
    site.app.testing = False
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = visitor.open("/en/fails/bug")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Number"] in answer.text
    for leak in ("Traceback", "ZeroDivision", "tests", ".py"):
        assert leak not in answer.text


def test_a_refusal_of_the_core_has_its_status(visitor):
    assert visitor.open("/en/fails/own-household").status_code == 403


def test_a_database_that_is_down_is_told_and_error_pages_do_not_need_it(site, visitor):
    visitor.sign_in("ann")
    site.registry.engine.dispose()
    with site.registry.write() as session:
        session.execute(text("drop table web_session"))
    for path in ("/en/no/such/page", "/en/fails/404"):
        assert visitor.open(path).status_code == 404
    if site.registry.engine.dialect.name == "sqlite":
        answer = visitor.open("/en/who")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL: `make faults ONLY=io-errors`
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_full_disk_is_told_in_the_readers_language_and_pages_that_only_read_stay(site, visitor, lang, page_text):
    def save(**_address):
        row = {"id": uuid4(), "owner": b"somebody", "sealed": b"x" * 100_000, "expires_at": site.registry.now()}
        with site.registry.write() as session:
            session.execute(KeptPost.__table__.insert(), [row])
        return "saved"

    def room(pages: int) -> None:
        with site.registry.write() as session:
            session.execute(text(f"PRAGMA max_page_count={pages}"))

    site.app.view_functions["faces.only_posts"] = save
    token = visitor.token(f"/{lang}/token")
    room(1)
    answer = visitor.send(f"/{lang}/only-posts", data={"csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    told = {"ja": "保存できたかどうか", "en": "We do not know whether it was saved"}
    assert f'<html lang="{lang}"' in answer.text
    assert told[lang] in page_text(answer)
    assert visitor.open(f"/{lang}/").status_code == 200
    assert visitor.open(f"/{lang}/who").status_code == 200
    room(10_000)
    assert visitor.send(f"/{lang}/only-posts", data={"csrf_token": token}).text == "saved"


@pytest.mark.parametrize(
    ("sealed", "status"),
    [(b"twice", 409), (None, 500)],
)
def test_what_the_database_refuses_is_a_page_and_its_values_are_in_no_log(site, visitor, caplog, sealed, status):
    site.app.config["PROPAGATE_EXCEPTIONS"] = False

    def insert(**_address):
        row = {"id": uuid4(), "owner": b"canary", "sealed": sealed, "expires_at": site.registry.now()}
        with site.registry.write() as session:
            session.execute(KeptPost.__table__.insert(), [row])
            session.execute(KeptPost.__table__.insert(), [row])
        return "", 204

    site.app.view_functions["faces.token"] = insert
    answer = visitor.open("/en/token")
    assert answer.status_code == status
    assert '<html lang="en"' in answer.text
    assert b"canary".hex() not in caplog.text
    assert "canary" not in caplog.text
    assert "kept_post" in caplog.text or "sealed" in caplog.text


def test_a_body_that_is_too_large_is_told(visitor):
    visitor.sign_in("ann")
    token = visitor.token()
    for data in ({"text": "x" * 300_000}, {f"f{n}": "x" for n in range(400)}):
        kind = "multipart/form-data" if "text" not in data else None
        answer = visitor.send("/en/note", data={"csrf_token": token, **data}, content_type=kind)
        assert answer.status_code == 413
        assert '<html lang="en"' in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/en/put/a%00b/c", 404),
        ("/en/%ff%fe", 404),
        ("/en/%E2%80%AE", 404),
        ("/en/" + "a" * 2000, 414),
        ("/en/?q=" + "a" * 5000, 414),
        ("/en/?q=a%00", 400),
        ("/en/?q=%ff", 200),  # stays as it is written: three letters
        ("/en/?%1b=a", 400),
        ("/en/?q=%0a", 200),
    ],
)
def test_hostile_addresses_are_refused_and_never_our_fault(visitor, path, status):
    assert visitor.open(path).status_code == status


def test_another_host_is_not_answered_nor_reflected(visitor):
    for headers in ({"Host": "evil.example"}, {"Host": "127.0.0.1@evil.example"}):
        answer = visitor.client.get("/en/", headers=headers)
        assert answer.status_code == 400
        assert "evil" not in answer.text
    answer = visitor.open("/en/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert answer.status_code == 200
