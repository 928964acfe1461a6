"""Who is signed in: the one place that knows what the web session holds about a person.

The web session is server-side, so the browser sees none of it. Times are whole seconds since 1970 (UTC).
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from flask import g, session

from portal.registry import registry
from registry_core.values.actor import Actor, Role

RESIDENT = "resident"
STAFF = "staff"

#: How long a step-up is good for (design: fresh ``auth_time``).
STEP_UP_LIFE = timedelta(minutes=5)
#: A staff role is believed for this long after the provider told it; then the person signs in again.
ROLE_LIFE = timedelta(hours=4)

_KEY = "signed_in"
#: What the ledger's column of persons holds.
_LONGEST_PERSON = 255


@dataclass(frozen=True)
class SignedIn:
    """One signed-in person, as the provider's ID token and our link describe them.

    ``record_id`` is empty for staff and for a resident whose sign-in is not linked to a record yet.
    ``role``, ``person`` and ``name`` are for staff; ``stepped_up_at`` is 0 while no step-up has happened, and the sign-in itself
    is one where the provider says so; ``proved_again_at`` is 0 until the person proved again, within this session, who they are.
    """

    audience: str
    issuer: str
    subject: str
    signed_in_at: int
    account: str = ""
    name: str = ""
    record_id: str = ""
    person: str = ""
    role: str = ""
    stepped_up_at: int = 0
    proved_again_at: int = 0
    id_token: str = ""

    @classmethod
    def load(cls) -> Self | None:
        """Return who is signed in, or None: nobody, or a session written by another version of this class."""
        stored: Any = session.get(_KEY)
        if not isinstance(stored, dict):
            return None
        known = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in stored.items() if name in known})
        except TypeError:
            return None

    def store(self) -> None:
        """Write this person into the web session (the caller gives the session a new id first)."""
        session[_KEY] = asdict(self)
        g.pop("actor", None)

    @property
    def session_subject(self) -> str:
        """Whose web sessions these are: ``renew_session`` and ``revoke_sessions_of`` find them by this text."""
        return session_subject(self.issuer, self.subject)

    def is_stepped_up(self, at: datetime) -> bool:
        """Tell whether the person proved who they are within the last five minutes."""
        return self._is_fresh(self.stepped_up_at, at)

    def has_proved_again(self, at: datetime) -> bool:
        """Tell whether they did so after the sign-in too: whoever signed in for somebody else to look on shows nothing by it."""
        return self._is_fresh(self.proved_again_at, at)

    def _is_fresh(self, proved_at: int, at: datetime) -> bool:
        return proved_at > 0 and at.timestamp() - proved_at <= STEP_UP_LIFE.total_seconds()

    def is_role_current(self, at: datetime) -> bool:
        """Tell whether a staff role is young enough to be believed."""
        return at.timestamp() - self.signed_in_at <= ROLE_LIFE.total_seconds()

    def actor(self, municipality: str) -> Actor:
        """Return the person as the registry core knows them."""
        if self.audience == STAFF:
            return Actor(
                person=self.person,
                account=self.account,
                role=Role(self.role),
                municipality=municipality,
                name=self.name,
            )
        person = f"resident:{self.record_id}" if self.record_id else f"subject:{self.subject}"[:_LONGEST_PERSON]
        return Actor(person=person, account=self.subject, role=Role.RESIDENT, municipality=municipality)


def session_subject(issuer: str, subject: str) -> str:
    """Name a person of one provider among the web sessions."""
    return f"{issuer} {subject}"


def current_actor() -> Actor:
    """Return who acts in this request. Only for views with a guard that signs somebody in; else LookupError."""
    if "actor" not in g:
        signed_in = SignedIn.load()
        if signed_in is None:
            message = "nobody is signed in"
            raise LookupError(message)
        g.actor = signed_in.actor(registry().config.municipality.code)
    actor: Actor = g.actor
    return actor


def current_record_id() -> UUID:
    """Return the record of the signed-in resident. Only under ``@resident_only``; else LookupError."""
    signed_in = SignedIn.load()
    if signed_in is None or not signed_in.record_id:
        message = "no record is linked to this session"
        raise LookupError(message)
    return UUID(signed_in.record_id)


def current_person_name() -> str:
    """Return the name to show for who is signed in ("" when nobody is, or the provider told none)."""
    signed_in = SignedIn.load()
    return signed_in.name if signed_in else ""
