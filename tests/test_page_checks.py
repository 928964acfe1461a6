"""The strict reader finds what is planted: a check that finds nothing in anything would pass every page."""

import pytest

from tests.html_page import HtmlPage
from tests.page_checks import faults_of

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
WELL = """<!DOCTYPE html>
<html lang="vi" dir="ltr"><head><meta charset="utf-8"><title>Title</title><link rel="stylesheet" href="/static/a.css"></head>
<body><main id="main"><h1>Heading</h1><p><a href="#main">Up</a></p>
<form method="post" action="/a"><label for="name">Name</label><input id="name" name="name"><button>Send</button></form>
</main></body></html>"""


def faults(source: str, headers: dict[str, str] | None = None) -> list[str]:
    return faults_of(HtmlPage(source.encode(), "http://127.0.0.1:8000/vi/a"), HEADERS if headers is None else headers)


def test_a_good_page_has_no_faults():
    assert faults(WELL) == []


@pytest.mark.parametrize(
    ("was", "planted"),
    [
        ("<!DOCTYPE html>", ""),
        ("</h1>", "</h2>"),
        ("<h1>Heading</h1>", "<h1>One</h1><h1>Two</h1>"),
        ("<h1>Heading</h1>", "<h1>One</h1><h3>Three</h3>"),
        ("Title", ""),
        ('lang="vi"', 'lang="zh_Hant"'),
        ('lang="vi"', 'lang="ja@easy"'),
        ('dir="ltr"', ""),
        ('<label for="name">Name</label>', ""),
        ('<label for="name">Name</label>', "<label>Name</label>"),
        ('id="name"', 'id="main"'),
        ('href="#main"', 'href="#nowhere"'),
        ('href="/static/a.css"', 'href="https://fonts.example/a.css"'),
        ('action="/a"', 'action="https://elsewhere.example/a"'),
        ("<p>", '<p style="color:red">'),
        ("<p>", '<p dir="rtl"><ruby>写<rt>うつ</rt></ruby>'),
        ("<p>", "<p onclick=\"alert('a')\">"),
        ("<p>", "<script>alert(1)</script><p>"),
        ('href="#main"', 'href="javascript:a()"'),
        ("<button>Send</button>", "<button></button>"),
        ("<p>", '<p aria-describedby="nowhere">'),
        ("<p>", '<img src="/a.svg"><p>'),
        ("<p>", "<p><div>"),
    ],
)
def test_a_planted_fault_is_found(was: str, planted: str):
    assert was in WELL
    assert faults(WELL.replace(was, planted, 1)) != []


@pytest.mark.parametrize("missing", HEADERS)
def test_a_missing_header_is_found(missing: str):
    assert faults(WELL, {name: value for name, value in HEADERS.items() if name != missing}) != []


def test_a_weak_policy_is_found():
    weak = HEADERS | {"Content-Security-Policy": HEADERS["Content-Security-Policy"] + "; script-src 'unsafe-inline'"}
    assert faults(WELL, weak) == ["the policy allows unsafe-"]


def test_a_form_sends_what_a_browser_would_send():
    page = HtmlPage(
        b"""<!DOCTYPE html><html lang=en dir=ltr><title>T</title><form><input name=a value=1><input type=checkbox name=b>
        <input type=radio name=c value=x checked><input type=radio name=c value=y><select name=d><option value=1>One</select>
        <textarea name=e>\nTwo\nlines</textarea><input name=f disabled><button name=_switch value=ja>J</button>
        <button>Go</button></form>""",
        "http://127.0.0.1/",
    )
    form = page.form("Go")
    assert form.values() == {"a": ["1"], "c": ["x"], "d": ["1"], "e": ["Two\r\nlines"]}
    assert form.filled({"b": True, "c": "y", "a": "2"}) == form.values() | {"b": ["on"], "c": ["y"], "a": ["2"]}
    assert form.button(None).get("name") is None
    with pytest.raises(AssertionError, match="offers"):
        form.filled({"c": "z"})
    with pytest.raises(AssertionError, match="no field"):
        form.filled({"f": "1"})
