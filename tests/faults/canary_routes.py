"""Every route of the portal, with a code in every place a request has: path, query, fields, headers."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from tests.faults.canary_sinks import Sinks
from tests.faults.code_scanner import SPELLINGS
from tests.html_page import Form, HtmlPage, _offered
from tests.page_client import PageClient

_LANGUAGES = ("vi", "en", "ja", "ur")
#: What people type. A code in base64 is something a program writes, and is sent in addresses and headers.
_TYPED_SPELLINGS = ("plain", "in groups", "hyphens", "full width", "Arabic-Indic")
_HEADER_SPELLINGS = ("plain", "hyphens", "base64", "percent")
_NAMES = ("q", "next", "text", "name", "code", "ref", "reference", "view", "state", "login")
#: These end what the rest of the drive needs: they are asked for by nobody in particular only.
_ENDINGS = {"auth.sign_out", "demo.end_session"}


class Drive:
    """Asks for every route, as different people, and gives each answer to the sinks."""

    def __init__(self, app: Flask, base_url: str, sinks: Sinks, visitors: dict[str, PageClient | None]) -> None:
        self.app, self.base_url, self.sinks = app, base_url, sinks
        self.clients = {who: self._client(visitor) for who, visitor in visitors.items()}
        self.tokens = {who: self._token(who) for who in visitors}
        self.fields: dict[str, dict[str, list[str] | None]] = defaultdict(dict)
        self.routes = [
            (rule, method)
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
        self.turn = cycle(range(len(SPELLINGS) * len(_TYPED_SPELLINGS) * 7))
        self.failures: dict[str, str] = {}

    def learn_fields(self, ids: list[UUID], references: list[str]) -> None:
        """Open every page once as everybody, and note which fields its forms have."""
        for who in self.clients:
            for rule, method in self.routes:
                if method == "GET" and rule.endpoint not in _ENDINGS:
                    for chosen in ids[:2]:
                        self._learn(
                            self.ask(who, rule, method, lambda name, chosen=chosen: _real(name, chosen, references[0]))
                        )

    def all_routes(self, who: str, code: str, chosen: UUID, reference: str, *, in_address: bool) -> None:
        """One code through every route as one person: in the address, or in everything that is not the address."""
        for rule, method in self.routes:
            if rule.endpoint in _ENDINGS and who != "nobody":
                continue
            if in_address:
                query = {name: self.spelt(code) for name in (*_NAMES, *self.fields[rule.endpoint])}
                query["next"] = f"/en/record?q={self.spelt(code)}"
                self.ask(who, rule, method, lambda name: _hostile(name, chosen, self.spelt(code)), query=query)
            else:
                data = self.filled(who, rule.endpoint, code) if method == "POST" else None
                self.ask(
                    who,
                    rule,
                    method,
                    lambda name: _real(name, chosen, reference),
                    data=data,
                    headers=self.headers(code),
                )

    def ask(
        self,
        who: str,
        rule: Rule,
        method: str,
        fill: Callable[[str], Any],
        *,
        query: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Send one request, and look at all of its answer."""
        values = {name: fill(name) for name in rule.arguments} | (
            {"lang": self.language()} if "lang" in rule.arguments else {}
        )
        path = self.app.url_map.bind("").build(rule.endpoint, values, method=method) if values else rule.rule
        answer = self.clients[who].open(
            path, method=method, base_url=self.base_url, query_string=query, data=data, headers=headers
        )
        body = answer.get_data()
        url = answer.request.url
        self.sinks.answer(rule.endpoint, url, [data, headers], answer.status_code, list(answer.headers), body)
        if answer.status_code >= 500:
            self.failures.setdefault(f"{answer.status_code} {method} {rule.endpoint}", who)
        answer.close()
        return answer

    def spelt(self, code: str) -> str:
        """The code in the next spelling."""
        return list(SPELLINGS.values())[next(self.turn) % len(SPELLINGS)](code)

    def typed(self, code: str) -> str:
        """The code in the next spelling a person would use."""
        return SPELLINGS[_TYPED_SPELLINGS[next(self.turn) % len(_TYPED_SPELLINGS)]](code)

    def language(self) -> Any:
        available = self.app.extensions["faults-languages"]
        return available[next(self.turn) % len(available)]

    def headers(self, code: str) -> dict[str, str]:
        spelt = [SPELLINGS[name](code) for name in _HEADER_SPELLINGS]
        return {
            "User-Agent": f"browser {spelt[0]}",
            "Referer": f"{self.base_url}/en/record?q={spelt[3]}",
            "Accept-Language": spelt[1],
            "X-Forwarded-For": spelt[0],
            "X-Request-Id": spelt[2],
            "If-None-Match": f'"{spelt[0]}"',
        }

    def filled(self, who: str, endpoint: str, code: str) -> dict[str, Any]:
        """Fields one types in hold the code; of what one chooses, every other time something that is offered."""
        honest = next(self.turn) % 2 == 0
        data: dict[str, Any] = {name: self.typed(code) for name in _NAMES}
        for name, offered in self.fields[endpoint].items():
            data[name] = offered[next(self.turn) % len(offered)] if honest and offered else self.typed(code)
        return data | {"csrf_token": self.tokens[who]}

    # ------------------------------------------------------------ preparation

    def _client(self, visitor: PageClient | None) -> FlaskClient:
        client = self.app.test_client()
        for cookie in visitor.session.cookies if visitor else []:
            client.set_cookie(cookie.name, cookie.value or "", domain="127.0.0.1")
        return client

    def _token(self, who: str) -> str:
        for path in ("/en/record/wrong", "/en/staff/links", "/en/staff/search", "/en/follow"):
            answer = self.clients[who].get(path, base_url=self.base_url)
            tokens = [
                token for form in HtmlPage(answer.data, path).forms for token in form.values().get("csrf_token", [])
            ]
            if answer.status_code == 200 and tokens:
                return tokens[0]
        return ""

    def _learn(self, answer: Any) -> None:
        if answer.status_code != 200 or not (answer.content_type or "").startswith("text/html"):
            return
        for form in HtmlPage(answer.get_data(), answer.request.path).forms:
            for endpoint in self._endpoints(form):
                self.fields[endpoint] |= {name: _offered(controls) for name, controls in form.controls.items()}

    def _endpoints(self, form: Form) -> Iterator[str]:
        path = form.action.removeprefix(self.base_url).partition("?")[0]
        try:
            yield self.app.url_map.bind("").match(path, method=form.method.upper())[0]
        except (HTTPException, RequestRedirect):
            return


def _real(name: str, chosen: UUID, reference: str) -> Any:
    return {"reference": reference, "filename": "css/base.css"}.get(name, chosen)


def _hostile(name: str, chosen: UUID, spelt: str) -> Any:
    return chosen if name.endswith("_id") else spelt
