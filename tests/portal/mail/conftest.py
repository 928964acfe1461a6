"""A portal with a mail server, a queue to fill, and a clock to turn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from portal.worker import work_once
from registry_core.outbox import OutboxItem, OutboxKind, enqueue, payload_of, stuck_items
from registry_core.outbox.message import OutboxMessage
from tests.live_server import Mailbox, PortalServer

ADDRESS = "resident@example.org"


@dataclass
class PostOffice:
    """What is queued, the worker's rounds, and what arrived."""

    server: PortalServer

    @property
    def registry(self):
        return self.server.registry

    @property
    def mailbox(self) -> Mailbox:
        return self.server.mailbox

    def queues(self, key: str = "k", *, to: str = ADDRESS, language: str = "vi", **payload: str) -> UUID:
        content = {"template": "news", "to": to, "language": language} | payload
        with self.registry.write() as session:
            return enqueue(session, kind=OutboxKind.MAIL, dedupe_key=key, payload=content, at=self.registry.now())

    def works(self) -> int:
        """One round of the worker."""
        with self.server.app.test_request_context(base_url=self.registry.config.base_url):
            return work_once()

    def waits(self, **parts: float) -> None:
        """Turn the clock on."""
        at = self.registry.now() + timedelta(**parts)
        self.registry.now = lambda: at

    def reads_the_clock(self, at: datetime) -> None:
        self.registry.now = lambda: at

    def loses_the_mail_server(self) -> str:
        """From now on nobody listens; the address that was."""
        before = self.registry.config.smtp_url
        self.changes_server("smtp://127.0.0.1:1")
        return before

    def changes_server(self, smtp_url: str | None) -> None:
        self.registry.config = replace(self.registry.config, smtp_url=smtp_url)

    def item(self, key: str = "k") -> OutboxItem:
        with self.registry.read() as session:
            return payload_of(session, kind=OutboxKind.MAIL, dedupe_key=key)

    def stuck(self) -> list[OutboxItem]:
        with self.registry.read() as session:
            return stuck_items(session)

    def undelivered(self) -> int:
        with self.registry.read() as session:
            query = select(OutboxMessage.id).where(
                OutboxMessage.delivered_at.is_(None), OutboxMessage.kind == OutboxKind.MAIL
            )
            return len(session.scalars(query).all())


@pytest.fixture
def office(portal_server: PortalServer) -> Iterator[PostOffice]:
    return PostOffice(portal_server)
