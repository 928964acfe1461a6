"""Handing mail to the mail server (SMTP). One message, one try; the outbox does the repeating."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

_TIMEOUT_SECONDS = 20
_SMTP_PORT, _SMTPS_PORT = 25, 465


class MailNotSent(Exception):
    """The mail server did not take the message; the text names the kind of failure, no address and no content."""


def deliver(message: EmailMessage, *, smtp_url: str) -> None:
    """Send through `smtp://[user:password@]host[:port]` (STARTTLS when offered) or `smtps://`. Raises MailNotSent."""
    parts = urlsplit(smtp_url)
    try:
        with _connection(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPResponseException as refused:
        raise MailNotSent(f"{type(refused).__name__} {refused.smtp_code}") from refused
    except (smtplib.SMTPException, OSError, ValueError) as failed:
        raise MailNotSent(type(failed).__name__) from failed


def _connection(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port or _SMTPS_PORT, timeout=_TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(host, port or _SMTP_PORT, timeout=_TIMEOUT_SECONDS)
    server.ehlo()
    return server
