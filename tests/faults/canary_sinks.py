"""Where a code could get to: every sink is read, and what is found in it is kept by the sink's name."""

import logging
import re
import sqlite3
import traceback
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from portal.web.session_table import WebSession, _opened
from registry_core.ledger.entry import LedgerEntry
from registry_core.outbox.message import OutboxMessage
from registry_core.storage.keys import keyring
from tests.faults.code_scanner import CodeScanner
from tests.live_server import Mailbox

#: The only two places a whole code appears in (design rule 8).
MAY_SHOW = {"letters.slip", "resident.whole_code"}
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
#: The links of an error page to the same address in other languages repeat it as it was written.
_ADDRESSES = re.compile(rb"""\b(?:href|action)="[^"]*\"""")
_LOCATIONS = {"location", "content-location", "refresh", "link"}


class Sinks:
    """What was found: sink -> code -> where. `shown` counts the pages that may show a code, and did."""

    def __init__(self, scanner: CodeScanner) -> None:
        self.scanner = scanner
        self.found: dict[str, dict[str, str]] = defaultdict(dict)
        self.shown: dict[str, int] = defaultdict(int)
        self.answers = self.lines = 0

    def note(self, sink: str, content: object, where: str, *, but: set[str] = frozenset()) -> None:
        """Look for codes in the content, except those that may be there."""
        for code in self.scanner.find(content) - but:
            self.found[sink].setdefault(code, where)

    def answer(
        self, endpoint: str, url: str, sent: object, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> None:
        """One answer of the portal. What somebody typed may stand in the form that comes back to them, nowhere else."""
        self.answers += 1
        in_url = self.scanner.find(url)
        typed = in_url | self.scanner.find(sent)
        where = f"{status} {endpoint}"
        for name, value in headers:
            # Where somebody wanted to go, with the query they wrote themselves, is told back to them.
            address = name.lower() in _LOCATIONS
            self.note("url" if address else "header", f"{name}: {value}", where, but=in_url if address else set())
        for title in _TITLE.findall(body):
            self.note("title", title, where)
        if endpoint in MAY_SHOW and status == 200:
            self.shown[endpoint] += bool(self.scanner.find(body))
        elif status >= 400 and b"<form" not in body:
            self.note("error-page", _ADDRESSES.sub(b"", body), where)
        else:
            self.note("page", body, where, but=typed)

    def listen(self) -> None:
        """Read every line that any logger writes from now on."""
        handler = _Listener(self)
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)

    def stores(self, app: Flask, database_url: str) -> None:
        """What is kept: ledger, outbox and sessions opened with the keys, and the bytes of the database's files."""
        with app.extensions["registry"].read() as session:
            ring = keyring(session)
            for entry in session.scalars(select(LedgerEntry)):
                self.note("ledger", f"{entry.facts} {entry.actor_person} {entry.actor_account}", entry.action)
            for item in session.scalars(select(OutboxMessage)):
                self.note("outbox", ring.open(item.payload_sealed, bound_to=item.id.bytes), item.kind.value)
                self.note("outbox", f"{item.dedupe_key} {item.last_error}", item.kind.value)
            for row in session.scalars(select(WebSession)):
                self.note("session", repr(_opened(ring, row)), row.audience)
        path = Path(make_url(database_url).database)
        for file in path.parent.glob(f"{path.name}*"):
            if self.scanner.find(content := file.read_bytes()):
                part = file.name.removeprefix(path.name) or "main file"
                self.note("database", content, f"{part} ({', '.join(self._tables(path))})")

    def _tables(self, path: Path) -> list[str]:
        """The tables that still hold a code; none when only freed pages do."""
        with closing(sqlite3.connect(path)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return [
                name
                for name in names
                if self.scanner.find(repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()))
            ]

    def mails(self, mailbox: Mailbox) -> None:
        for message in mailbox.messages:
            self.note("mail", message.as_bytes(), "mail")
            body = message.get_body(("plain",))
            self.note("mail", f"{message['Subject']} {body.get_content() if body else ''}", "mail")


class _Listener(logging.Handler):
    def __init__(self, sinks: Sinks) -> None:
        super().__init__(logging.DEBUG)
        self.sinks = sinks

    def emit(self, record: logging.LogRecord) -> None:
        self.sinks.lines += 1
        text = record.getMessage()
        if record.exc_text or record.exc_info:
            text += record.exc_text or "".join(traceback.format_exception(*record.exc_info))
        self.sinks.note("access-log" if record.name == "portal.requests" else "log", text, record.name)
