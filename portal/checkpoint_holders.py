"""Handing checkpoints of the ledger to those who keep them outside: a file, an https address, a mailbox.

What a holder misses it is sent when it answers again. The ledger is sealed by another thread, so none of this delays that.
"""

import logging
import os
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

import requests

from portal.mail.deliver import MailNotSent, deliver
from portal.registry import registry
from registry_core.ledger import checkpoints_for, holder_failed, holder_took

LOG = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 10
_BATCHES_A_ROUND = 20
_TAKEN = 2  # of 2xx

Lines = list[tuple[int, bytes]]


class NotTaken(Exception):
    """A holder did not take what it was sent; the text names the kind of failure alone."""


def tell_holders() -> int:
    """Hand every holder what it has not, as far as one round goes; how many checkpoints were taken."""
    return sum(_tell(address) for address in registry().config.checkpoint_holders)


def label(address: str) -> str:
    """A holder's name for logs and operators: an https address without its path, which may hold a secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}" if parts.scheme in {"http", "https"} else address


def _tell(address: str) -> int:
    taken = 0
    for _ in range(_BATCHES_A_ROUND):
        with registry().read() as session:
            lines = checkpoints_for(session, address=address, at=registry().now())
        if not lines:
            break
        try:
            _way(address)(address, lines)
        except Exception as failed:  # noqa: BLE001 -- one holder must not stop the others; the kind is told
            error = str(failed) if isinstance(failed, NotTaken) else type(failed).__name__
            LOG.warning("the holder %s took no checkpoint: %s", label(address), error)
            with registry().write() as session:
                holder_failed(session, address=address, error=error, at=registry().now())
            break
        with registry().write() as session:
            holder_took(session, address=address, sequence=lines[-1][0])
        taken += len(lines)
    return taken


def _way(address: str) -> Callable[[str, Lines], None]:
    if address.startswith("mailto:"):
        return _mail
    return _append if address.startswith("/") else _post


def _append(path: str, lines: Lines) -> None:
    """To a file's end, on the disk when this returns. A line that a crash cut short is ended first; it is no checkpoint."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
            is_cut = bool(size) and file.read(1) != b"\n"
            content = (b"\n" if is_cut else b"") + b"".join(line for _, line in lines)
            if file.write(content) != len(content):
                raise NotTaken("written in part")
            os.fsync(file.fileno())
    except OSError as failed:
        raise NotTaken(type(failed).__name__) from failed


def _post(address: str, lines: Lines) -> None:
    """JSON Lines to an https address; any 2xx means: kept."""
    content = b"".join(line for _, line in lines)
    headers = {"Content-Type": "application/jsonl"}
    try:
        answer = requests.post(address, content, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as failed:
        raise NotTaken(type(failed).__name__) from failed
    if answer.status_code // 100 != _TAKEN:
        raise NotTaken(f"HTTP {answer.status_code}")


def _mail(address: str, lines: Lines) -> None:
    """As a file attached to a mail."""
    config = registry().config
    (first, _), (last, _) = lines[0], lines[-1]
    name = f"checkpoints-{config.municipality.code}-{first}-{last}.jsonl"
    message = EmailMessage()
    message["From"] = config.mail_from
    message["To"] = Address(addr_spec=address.removeprefix("mailto:"))
    message["Subject"] = f"Checkpoints {first} to {last} of the ledger of {config.municipality.code}"
    message["Message-ID"] = f"<{name}@{urlsplit(config.base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("Keep this mail: the attached file proves the ledger (docs/verify_ledger.py --checkpoints).\n")
    content = b"".join(line for _, line in lines)
    message.add_attachment(content, maintype="application", subtype="jsonl", filename=name)
    try:
        deliver(message, smtp_url=config.smtp_url or "")
    except MailNotSent as failed:
        raise NotTaken(str(failed)) from failed
