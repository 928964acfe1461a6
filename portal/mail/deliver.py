"""Handing mail to the mail server (SMTP). One message, one try; the outbox does the repeating."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

_TIMEOUT_SECONDS = 20
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_SMTP_PORT, _SMTPS_PORT = 25, 465


class MailNotSent(Exception):
    """The mail server did not take the message; the text names the kind of failure, no address and no content."""


def deliver(message: EmailMessage, *, smtp_url: str) -> None:
    """Send through `smtp://[user:password@]host[:port]` (STARTTLS when offered) or `smtps://`. Raises MailNotSent.

    A password goes over TLS only, or to this machine itself: whoever strips the offer of STARTTLS gets nothing.
    """
    with _named_failures():
        server = _connected(urlsplit(smtp_url), _TIMEOUT_SECONDS)
        try:
            server.send_message(message)
        except (smtplib.SMTPException, OSError, ValueError):
            server.close()
            raise
    _take_leave(server)


def greet_server(*, smtp_url: str, timeout: float) -> None:
    """Connect, greet and log in as `deliver` does, and send nothing; `timeout` in seconds. Raises MailNotSent."""
    with _named_failures():
        server = _connected(urlsplit(smtp_url), timeout)
    _take_leave(server)


@contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as refused:
        raise MailNotSent(f"{type(refused).__name__} {refused.smtp_code}") from refused
    except (smtplib.SMTPException, OSError, ValueError) as failed:
        raise MailNotSent(type(failed).__name__) from failed


def _connected(parts: SplitResult, timeout: float) -> smtplib.SMTP:
    host = parts.hostname or ""
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or _SMTPS_PORT, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or _SMTP_PORT, timeout=timeout)
    try:
        _greet(server, parts, context)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP, parts: SplitResult, context: ssl.SSLContext) -> None:
    server.ehlo()
    is_private = parts.scheme == "smtps" or parts.hostname in _THIS_MACHINE
    if parts.scheme == "smtp" and server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
        is_private = True
    if parts.username and not is_private:
        raise MailNotSent("PasswordNeedsTls")
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))


def _take_leave(server: smtplib.SMTP) -> None:
    """The message was taken: a server that is gone before the farewell changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()
