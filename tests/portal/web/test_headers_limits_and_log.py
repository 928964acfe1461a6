import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import event, text

from portal.web.rate_limits import purge_tries
from portal.web.request_log import masked
from portal.web.security_headers import content_security_policy
from tests.portal.web.conftest import config_for


def test_every_answer_carries_the_headers(visitor):
    for path in ("/en/", "/en/who", "/en/none", "/healthz"):
        headers = visitor.open(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers


def test_forms_may_lead_to_the_providers_of_others_only_by_name(keys_file):
    policy = content_security_policy(config_for("sqlite://", keys_file))
    assert "form-action 'self' https://id.example.jp;" in policy


def test_own_files_are_kept_for_a_year_under_an_address_that_changes_with_them(site, visitor):
    with site.app.test_request_context(base_url="http://127.0.0.1:8000"):
        from flask import url_for

        from portal.web.static_files import static_url

        address = url_for("static", filename="portal.css")
        assert static_url("portal.css") == address
    answer = visitor.open(address)
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    assert visitor.open("/static/../pyproject.toml").status_code == 404


def test_no_stretch_of_the_window_has_more_tries_than_allowed(site, visitor):
    assert [visitor.open("/en/try/a").text for _ in range(3)] == ["2", "1", "0"]
    refused = visitor.open("/en/try/a")
    assert refused.status_code == 429
    assert 890 <= int(refused.headers["Retry-After"]) <= 900
    assert visitor.open("/en/try/b").text == "2"
    site.wait(minutes=14)
    assert visitor.open("/en/try/a").status_code == 429
    site.wait(minutes=1, seconds=5)
    assert visitor.open("/en/try/a").text == "2"


def test_tries_at_once_are_counted_exactly(site):
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: site.visitor().open("/en/try/many").status_code, range(12)))
    assert sorted(statuses) == [200] * 3 + [429] * 9


def test_keys_of_tries_are_not_readable_and_go_when_they_limit_nobody(site, visitor):
    visitor.open("/en/try/reference-canary")
    with site.registry.read() as session:
        (row,) = session.execute(text("select * from counted_tries"))
        assert b"reference-canary" not in b"".join(
            bytes(e) if isinstance(e, bytes | memoryview) else str(e).encode() for e in row
        )
    site.wait(minutes=16)
    with site.registry.write() as session:
        assert purge_tries(session, at=site.registry.now()) == 1


def test_a_key_is_not_purged_between_its_finding_and_its_counting(site, visitor):
    visitor.open("/en/try/often")
    site.wait(minutes=20)
    purges = []

    def purge():
        with site.registry.write() as session:
            purge_tries(session, at=site.registry.now())

    def meanwhile(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO counted_tries"):
            purges.append(threading.Thread(target=purge))
            purges[-1].start()
            purges[-1].join(timeout=0.5)  # where it has to wait for the try, it does

    event.listen(site.registry.engine, "after_cursor_execute", meanwhile)
    assert visitor.open("/en/try/often").text == "2"
    event.remove(site.registry.engine, "after_cursor_execute", meanwhile)
    purges[0].join()
    assert visitor.open("/en/try/often").text == "1"


WRITINGS = (
    "12345678901",
    "1234-5678-901",
    "１２３４５６７８９０１",
    "1234 567 8901",
    "۱۲۳۴۵۶۷۸۹۰۱",
    "१२३４5678901",
    "1-2-3-4-5-6-7-8-9-0-1",
)


def test_codes_in_any_writing_never_reach_a_log():
    for code in WRITINGS:
        assert masked(f"x {code} y") == "x ••••••••••• y"
    signed_head = f"16:{bytes([0x11] * 32).hex(':', 2)}"  # as the worker writes it
    for harmless in ("2026-11-23 10:00", "1234567890", "v1.2.3", signed_head):
        assert masked(harmless) == harmless


def test_a_request_is_logged_by_its_rule_without_ids_or_query(visitor, caplog):
    caplog.set_level(logging.INFO)
    answer = visitor.open("/en/put/person-canary/12345678901?q=query-canary")
    logged = caplog.text
    assert "GET /<lang:lang>/put/<key>/<value> en 204" in logged
    assert answer.headers["X-Request-Number"] in logged
    assert "canary" not in logged
    logging.getLogger("some.package").error("code %s and %s", "12345678901", {"a": "98765432109"})
    try:
        int("x12345678901")
    except ValueError:
        logging.getLogger("some.package").exception("failed")
    assert "12345678901" not in caplog.text
    assert "98765432109" not in caplog.text


def test_health_tells_what_is_missing(site, visitor):
    assert visitor.open("/healthz").text == "ok\n"
    answer = visitor.open("/readyz")
    assert set(answer.json) >= {"ready", "database", "schema", "languages_left_out"}
    assert "Set-Cookie" not in answer.headers
