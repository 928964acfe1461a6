"""Proving that an e-mail address reaches the person: six digits by mail, good for ten minutes and five tries.

The digits have nothing to do with the resident record code. Only their keyed digest is kept, inside the encrypted draft.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from portal.web.fields import digits_of
from registry_core.outbox import OutboxKind, enqueue
from registry_core.storage.keys import keyring

DIGITS = 6
TRIES = 5
LIFE = timedelta(minutes=10)
#: Mails to prove an address, per person and hour: enough for typing errors, too few to flood somebody's mailbox.
MAILS_AN_HOUR = 5


@dataclass(frozen=True)
class EmailCheck:
    """One address being proved. `sent_at` holds the instants (ISO, UTC) of the mails of the last hour, the newest last."""

    address: str
    digest: str
    sent_at: tuple[str, ...]
    tries: int = 0

    def is_open(self, at: datetime) -> bool:
        """Whether the digits last mailed can still be typed."""
        return bool(self.digest) and self.tries < TRIES and at - datetime.fromisoformat(self.sent_at[-1]) <= LIFE

    def may_mail_again(self, at: datetime) -> bool:
        """Whether another mail may go out within this hour."""
        return len(_of_last_hour(self.sent_at, at)) < MAILS_AN_HOUR

    def with_a_try(self) -> "EmailCheck":
        """The same check, one try used."""
        return replace(self, tries=self.tries + 1)


def mail_digits(
    session: Session, *, record_id: UUID, address: str, language: str, before: EmailCheck | None, at: datetime
) -> EmailCheck:
    """Queue a mail with six new digits; earlier ones die. The caller has asked `may_mail_again`."""
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    sent_before = _of_last_hour(before.sent_at, at) if before else ()
    enqueue(
        session,
        kind=OutboxKind.MAIL,
        dedupe_key=f"email-check:{record_id}:{at.isoformat()}",
        payload={"template": "email-check", "to": address, "language": language, "digits": digits},
        at=at,
        record_id=record_id,
    )
    return EmailCheck(
        address=address, digest=_digests(session, record_id, address, digits)[0], sent_at=(*sent_before, at.isoformat())
    )


def are_digits_right(session: Session, *, record_id: UUID, check: EmailCheck, typed: str) -> bool:
    """Compare what was typed, digits of any script, with what was mailed; in constant time."""
    digests = _digests(session, record_id, check.address, digits_of(typed))
    return any(secrets.compare_digest(digest, check.digest) for digest in digests)


def _digests(session: Session, record_id: UUID, address: str, digits: str) -> list[str]:
    return [mark.hex() for mark in keyring(session).marks(f"email-check:{record_id}:{address}:{digits}")]


def _of_last_hour(instants: tuple[str, ...], at: datetime) -> tuple[str, ...]:
    return tuple(text for text in instants if at - datetime.fromisoformat(text) < timedelta(hours=1))
