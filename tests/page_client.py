"""A visitor without JavaScript who looks closely: every page is parsed as strictly as the standard, and checked."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.html_page import HtmlPage
from tests.page_checks import faults_of, header_faults

_LONGEST_ANSWER = 20  # seconds


class Page(HtmlPage):
    """An HTML page together with the answer that brought it."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(answer.content, answer.url)
        self.status = answer.status_code
        self.headers = answer.headers
        self.passed = [each.url for each in answer.history]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def location(self) -> str:
        """Path and query."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


class PageClient:
    """Opens, follows, fills and submits; `page` is the page in front of the visitor.

    `expect` is the status the test wants (200 unless told); `strict=False` leaves out the checks of the page's form.
    """

    def __init__(self, base_url: str, *, strict: bool = True, accept_language: str = "") -> None:
        self.base_url = base_url
        self.strict = strict
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["User-Agent"] = "page client of the tests"
        self.session.headers["Accept-Language"] = accept_language
        self.page: Page | None = None
        self.answers: list[requests.Response] = []

    def close(self) -> None:
        self.session.close()

    # ------------------------------------------------------------ what a visitor does

    def get(self, path: str, *, expect: int = 200, **options: Any) -> Page:
        """Open an address of the portal and look at the page."""
        return self._look(self.ask("GET", path, **options), expect)

    def post(self, path: str, data: Any = None, *, expect: int = 200, with_token: bool = True, **options: Any) -> Page:
        """Post what no form offers, with the CSRF token of the page in front; for forged and broken input."""
        sent = dict(data or {})
        if with_token and self.page is not None and "csrf_token" not in sent:
            tokens = [form.values()["csrf_token"] for form in self.page.forms if "csrf_token" in form.controls]
            sent |= {"csrf_token": tokens[0]} if tokens else {}
        return self._look(self.ask("POST", path, data=sent, **options), expect)

    def follow(self, link: str, *, expect: int = 200) -> Page:
        """Follow the link with these words, or whose address contains this."""
        return self.get(urljoin(self._here().url, self._here().link(link)), expect=expect)

    def submit(
        self, values: dict[str, object] | None = None, *, button: str | None = None, action: str = "", expect: int = 200
    ) -> Page:
        """Fill a form of the page in front and send it.

        `button` is the button's words, its name or `name=value`; without it the first button that sends something.
        `action` (part of the form's address) chooses among forms.
        """
        form = self._here().form(button, action)
        sent = form.filled(values or {})
        pressed = form.button(button)
        if pressed is not None and pressed.get("name"):
            sent[pressed.get("name")] = [pressed.get("value", "")]
        to = urljoin(self._here().url, pressed.get("formaction") or form.action)
        if form.method == "get":
            return self._look(self.ask("GET", to.partition("?")[0], params=sent), expect)
        headers = {"Origin": self.base_url, "Referer": self._here().url}
        return self._look(self.ask("POST", to, data=sent, headers=headers), expect)

    fill_and_submit = submit

    # ------------------------------------------------------------ below the page

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request and return the answer as it is; only a fault of the server (5xx) fails here."""
        answer = self.session.request(method, urljoin(self.base_url, path), timeout=_LONGEST_ANSWER, **options)
        for each in [*answer.history, answer]:
            self.answers.append(each)
            assert each.status_code < 500, f"{each.status_code} at {method} {each.url}: {each.text[:2000]}"
            if each.url.startswith(self.base_url):
                faults = header_faults(each.headers)
                assert not (faults and self.strict), f"{each.url}: {faults}"
        return answer

    def _look(self, answer: requests.Response, expect: int) -> Page:
        kind = answer.headers.get("Content-Type", "")
        assert kind.lower() == "text/html; charset=utf-8", f"{answer.url} is {kind}"
        page = Page(answer)
        assert answer.status_code == expect, f"{answer.status_code} at {answer.url}: {page.title} | {page.text[:600]}"
        if self.strict:
            faults = faults_of(page, answer.headers)
            assert not faults, f"{answer.url}: {faults}\n{_numbered(answer.text)}"
        self.page = page
        return page

    def _here(self) -> Page:
        assert self.page is not None, "open a page first"
        return self.page


def _numbered(source: str) -> str:
    """The source with line numbers, for the message of a failure."""
    lines = re.sub(r"\n{2,}", "\n", source).splitlines()
    return "\n".join(f"{number:4} {line}" for number, line in enumerate(lines[:120], 1))
