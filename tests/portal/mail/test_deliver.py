"""Handing over to mail servers that refuse, hang up or speak something else: one word each, no address, no content."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from portal.mail.deliver import MailNotSent, deliver


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"] = "portal@city.example"
    message["To"] = "secret@example.org"
    message.set_content("text")
    return message


@contextmanager
def server(handler: object, host: str = "127.0.0.1") -> Iterator[int]:
    with socket.socket() as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname=host, port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Taking:
    def __init__(self) -> None:
        self.taken = 0

    async def handle_DATA(self, _server, _session, _envelope) -> str:  # noqa: N802
        self.taken += 1
        return "250 OK"


class NoSuchMailbox(Taking):
    async def handle_RCPT(self, _server, _session, _envelope, _address, _options) -> str:  # noqa: N802
        return "550 5.1.1 no secret@example.org here"


class Full(Taking):
    async def handle_DATA(self, _server, _session, _envelope) -> str:  # noqa: N802
        return "452 4.2.2 mailbox of secret@example.org full"


class RudeFarewell(Taking):
    async def handle_QUIT(self, _server, _session, _envelope) -> str:  # noqa: N802
        return "421 going away"


@pytest.mark.parametrize(
    ("handler", "word"), [(NoSuchMailbox(), "SMTPRecipientsRefused"), (Full(), "SMTPDataError 452")]
)
def test_a_refusal_is_named_by_its_kind_alone(handler: Taking, word: str) -> None:
    with server(handler) as port, pytest.raises(MailNotSent) as failed:
        deliver(mail(), smtp_url=f"smtp://127.0.0.1:{port}")
    assert str(failed.value) == word


def test_a_server_that_is_rude_after_taking_the_message_has_taken_it() -> None:
    handler = RudeFarewell()
    with server(handler) as port:
        deliver(mail(), smtp_url=f"smtp://127.0.0.1:{port}")
    assert handler.taken == 1


def test_a_password_does_not_travel_in_the_clear() -> None:
    handler = Taking()
    with server(handler, "127.0.0.2") as port, pytest.raises(MailNotSent, match="PasswordNeedsTls"):
        deliver(mail(), smtp_url=f"smtp://user:password@127.0.0.2:{port}")
    assert handler.taken == 0


def test_a_server_without_tls_where_tls_is_wanted_gets_nothing() -> None:
    handler = Taking()
    with server(handler) as port, pytest.raises(MailNotSent, match="SSLError"):
        deliver(mail(), smtp_url=f"smtps://127.0.0.1:{port}")
    assert handler.taken == 0


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtp://127.0.0.1:99999", "smtp://host.invalid", "nonsense"])
def test_nobody_there_is_told_as_a_failure(url: str) -> None:
    with pytest.raises(MailNotSent):
        deliver(mail(), smtp_url=url)
