"""Bad input everywhere: over every route, as anybody, the answer is a page that says so in the reader's language.

No answer is a fault of ours (5xx), and somebody else's thing cannot be told from one that is not there.
"""

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask import Response

from tests.faults.canary_people import People, people_of
from tests.faults.canary_routes import Drive
from tests.faults.town import ask, enter_residents
from tests.html_page import HtmlPage
from tests.live_server import PortalServer

ABSENT_REFERENCE = "0123456789AB"
ELSEWHERE = "131016"
AUDIENCES = ("nobody", "resident", "clerk")
HOSTILE = {
    "nothing": "",
    "overlong": "x" * 20_000,
    "another script": "ทดสอบ 測試 اختبار",
    "lone surrogate": "a\ud800b",
    "NUL": "a\x00b",
    "direction controls": "abc\u202edcba\u2066",
    "line breaks": "a\r\nBcc: everybody@example.org",
    "markup": '"><script>alert(1)</script>{{7*7}}%(name)s%s',
    "a number beyond numbers": "9" * 400,
    "somebody's path": "../../../../etc/passwd",
    "marks without end": "e" + "\u0301" * 500,
}
_FORM = "application/x-www-form-urlencoded"


class Answers:
    """Sends what no browser would, and looks at what comes back."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self.faults: list[str] = []

    def send(self, who: str, rule, method: str, lang, *, query: str = "", body: bytes = b"", values=None, kind=_FORM):
        """One request; what is wrong with its answer is kept."""
        path = self.address(rule, method, lang, values or {})
        client = self.drive.clients[who]
        sent = {"data": body, "content_type": kind} if method != "GET" else {}
        answer = client.open(path, method=method, base_url=self.drive.base_url, query_string=query, **sent)
        self.judge(f"{method} {rule.rule} as {who}", answer, lang)
        return answer

    def address(self, rule, method: str, lang, values: dict[str, object]) -> str:
        filled = {name: values.get(name, lang if name == "lang" else uuid4()) for name in rule.arguments}
        filled |= {"filename": "css/none.css"} if "filename" in filled else {}
        return self.drive.app.url_map.bind("").build(rule.endpoint, filled, method=method) if filled else rule.rule

    def judge(self, what: str, answer, lang) -> None:
        if answer.status_code >= 500 or "Traceback" in answer.get_data(as_text=True):
            self.faults.append(f"{answer.status_code}: {what}")
        elif answer.status_code >= 400 and (answer.content_type or "").startswith("text/html"):
            page = HtmlPage(answer.get_data(), "")
            if not page.heading or ("<lang:lang>" in what and page.lang != lang.html_lang):
                self.faults.append(f"{answer.status_code} in {page.lang!r}, not {lang.html_lang}: {what}")
        answer.close()

    def token(self, who: str) -> str:
        return urlencode({"csrf_token": self.drive.tokens[who]})


class _NoSinks:
    def answer(self, *_arguments) -> None:
        """The codes are another test's business."""


@pytest.fixture
def people(portal_server: PortalServer) -> Iterator[People]:
    with people_of(portal_server) as people:
        people.resident("resident-1", "vi")
        yield people


@pytest.fixture
def answers(portal_server: PortalServer, people: People) -> Answers:
    from portal.i18n.availability import current_availability

    app = portal_server.app
    with app.test_request_context("/"):
        app.extensions["faults-languages"] = list(current_availability().languages)
    visitors = {
        "nobody": None,
        "resident": people.residents[0].visitor,
        "clerk": people.clerk.visitor,
        "administrator": people.administrator.visitor,
    }
    drive = Drive(app, portal_server.url, _NoSinks(), visitors)
    drive.learn_fields([uuid4()], [ABSENT_REFERENCE])
    return Answers(drive)


def languages_of(answers: Answers) -> list:
    return answers.drive.app.extensions["faults-languages"]


def routes(answers: Answers, method: str) -> list:
    endings = {"auth.sign_out", "demo.end_session"}
    return [rule for rule, each in answers.drive.routes if each == method and rule.endpoint not in endings]


@pytest.mark.slow
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_every_field_and_address(answers: Answers, value: str):
    for number, who in enumerate(AUDIENCES):
        lang = languages_of(answers)[number % len(languages_of(answers))]
        for rule in routes(answers, "POST"):
            names = {"next", "text", "name", *answers.drive.fields[rule.endpoint]} - {"csrf_token"}
            fields = urlencode(dict.fromkeys(sorted(names), value), errors="surrogatepass")
            body = f"{fields}&{answers.token(who)}".encode()
            answers.send(who, rule, "POST", lang, body=body, values={"reference": ABSENT_REFERENCE})
        for rule in routes(answers, "GET"):
            query = urlencode(
                dict.fromkeys(("q", "next", "ref", "view", "page", "text"), value[:1500]), errors="surrogatepass"
            )
            in_path = value.encode("utf-8", "replace").decode().replace("/", "") or "-"
            answers.send(who, rule, "GET", lang, query=query, values={"reference": in_path})
    assert answers.faults == []


@pytest.mark.slow
def test_bodies_that_are_no_form_or_far_too_large(answers: Answers):
    bodies = {
        "10 MB": (b"text=" + b"x" * 10_000_000, _FORM),
        "absent": (b"", _FORM),
        "too many parts": (b"&".join(b"a=1" for _ in range(5_000)), _FORM),
        "no form": (b'{"csrf_token": 1}', "application/json"),
        "broken parts": (b"--x\r\nContent-Disposition: form-data; name=\r\n", "multipart/form-data; boundary=x"),
        "no text": (b"\xff\xfe=%ff%fe", _FORM),
    }
    lang = languages_of(answers)[0]
    for who in AUDIENCES:
        for rule in routes(answers, "POST"):
            for body, kind in bodies.values():
                answers.send(who, rule, "POST", lang, body=body, kind=kind, values={"reference": ABSENT_REFERENCE})
    assert answers.faults == []


def test_methods_nobody_offers(answers: Answers):
    lang = languages_of(answers)[-1]
    for rule in routes(answers, "GET"):
        for method in ("PUT", "DELETE", "PATCH"):
            path = answers.address(rule, "GET", lang, {"reference": ABSENT_REFERENCE})
            answer = answers.drive.clients["nobody"].open(path, method=method, base_url=answers.drive.base_url)
            assert answer.status_code in {400, 405}, (method, path, answer.status_code)
            answers.judge(f"{method} {rule.rule}", answer, lang)
    assert answers.faults == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_thing_and_an_absent_one_are_the_same_bytes(portal_server, answers, method):
    foreign = _things_of_others(portal_server)
    absent = {"reference": ABSENT_REFERENCE, **{name: uuid4() for name in foreign if name != "reference"}}
    lang = languages_of(answers)[0]
    refused = set()
    for who in ("resident", "clerk", "administrator"):
        for rule in routes(answers, method):
            if not rule.arguments & foreign.keys():
                continue
            body = answers.token(who).encode()
            told = [
                _without_names(answers.send(who, rule, method, lang, body=body, values=values), values)
                for values in (foreign, absent)
            ]
            assert told[0] == told[1], f"{method} {rule.rule} as {who}"
            refused |= {rule.endpoint} if told[0][0] == 404 else set()
    assert answers.faults == []
    assert refused == {rule.endpoint for rule in routes(answers, method) if rule.arguments & foreign.keys()}


def test_what_is_wrong_with_an_answer_is_seen(answers: Answers):
    lang = languages_of(answers)[0]
    answers.judge("GET /<lang:lang>/x", Response("oh", 500), lang)
    answers.judge("GET /<lang:lang>/x", Response("<title>x</title><h1>Không</h1>", 404), lang)
    assert [fault[:3] for fault in answers.faults] == ["500", "404"]


def _things_of_others(server: PortalServer) -> dict[str, object]:
    """A record and a request of another municipality; no item and no case of it has another id."""
    with server.registry.write() as session:
        [record_id] = enter_residents(session, 1, town=ELSEWHERE)
        request_id = ask(session, record_id, town=ELSEWHERE)
        reference = _reference(session, request_id)
    return {"record_id": record_id, "request_id": request_id, "reference": reference}


def _reference(session, request_id: UUID) -> str:
    from registry_core.codes.change_request import CodeChangeRequest

    return session.get_one(CodeChangeRequest, request_id).reference


def _without_names(answer, values: dict[str, object]) -> tuple[int, dict[str, str], str]:
    """The answer without the id that was asked for and what differs between any two answers."""
    own = {"X-Request-Number", "Date", "Set-Cookie"}
    number = answer.headers.get("X-Request-Number", "\0")
    text = answer.get_data(as_text=True).replace(number, "")
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    for value in values.values():
        text = text.replace(str(value), "")
        headers = {name: each.replace(str(value), "") for name, each in headers.items()}
    return answer.status_code, headers, text
