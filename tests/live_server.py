"""The portal as its visitors meet it: a real server on a loopback port, with demo sign-in and a real mail server."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from flask import Flask

from tests.page_client import PageClient


@dataclass
class Mailbox:
    """Everything a mail server was given, in order."""

    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def sent_to(self, address: str) -> list[EmailMessage]:
        return [message for message in self.messages if address in str(message["To"])]

    def link_in_last(self, address: str) -> str:
        """The first address of the portal in the last mail to somebody."""
        body = self.sent_to(address)[-1].get_body(("plain",)).get_content()
        return re.search(r"https?://\S+", body).group().rstrip(".。)")


@dataclass
class PortalServer:
    """A running portal."""

    url: str
    app: Flask
    mailbox: Mailbox

    def client(self, **options: Any) -> PageClient:
        """A new visitor without cookies."""
        return PageClient(self.url, **options)

    @property
    def registry(self):
        """The way to the core, outside any request (an outer application context would leak a language)."""
        return self.app.extensions["registry"]


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """A mail server on a free port: its mailbox and its URL."""
    from aiosmtpd.controller import Controller

    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def portal_serving(
    folder: Path, database_url: str, keys_file: Path, settings: Mapping[str, str] | None = None
) -> Iterator[PortalServer]:
    """Serve the portal in demo mode on a free loopback port; `settings` are further environment variables."""
    from portal.app import create_app
    from portal.config import Config

    with _bound_socket() as listening, mail_server() as (mailbox, smtp_url):
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = demo_environment(folder, url, database_url, keys_file) | {"PORTAL_SMTP_URL": smtp_url}
        config = Config.from_environment(environment | dict(settings or {}))
        # A message not yet translated is told once, by the catalogs' checker, and not by every journey.
        app = create_app(config, incomplete_languages_too=True)
        try:
            with wsgi_serving(app, listening):
                yield PortalServer(url, app, mailbox)
        finally:
            app.extensions["registry"].engine.dispose()


def demo_environment(folder: Path, base_url: str, database_url: str, keys_file: Path) -> dict[str, str]:
    """The environment of a demo portal that keeps its files in `folder`."""
    secret = folder / "secret-key"
    secret.write_bytes(b"known to the tests alone " * 2)
    return {
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": base_url,
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_DATA_KEYS_FILE": str(keys_file),
        "PORTAL_SECRET_KEY_FILE": str(secret),
        "PORTAL_MAIL_FROM": "portal@city.example",
    }


@contextmanager
def wsgi_serving(app: Any, listening: socket.socket, threads: int = 8) -> Iterator[None]:
    """Serve a WSGI application with waitress on a bound socket until the block ends."""
    from waitress import wasyncore
    from waitress.server import create_server

    server = create_server(app, sockets=[listening], threads=threads, clear_untrusted_proxy_headers=True)
    thread = threading.Thread(target=server.run, name="portal under test", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # Close everything inside the server's own loop: closing sockets under a running loop is a race. The loop may wake for
        # another reason and close before it is pulled: then there is nothing left to pull.
        with suppress(OSError):
            server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()


def _bound_socket() -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(64)
    return listening


def _free_port() -> int:
    with _bound_socket() as listening:
        return listening.getsockname()[1]
