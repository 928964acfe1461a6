"""What a finished sign-in proves: a fresh proof for a step-up, a staff member's role and person."""

from datetime import datetime

from portal.auth.failures import Reason, SignInFailed
from portal.auth.oidc import LEEWAY, Finished
from portal.auth.signed_in import STAFF, STEP_UP_LIFE, SignedIn
from portal.config import OidcSettings
from registry_core.values.actor import Role

_LONGEST_CLAIM = 200
#: Roles no provider may give: they are the portal's own.
_OWN_ROLES = (Role.RESIDENT, Role.SYSTEM)


def proof_time(finished: Finished, settings: OidcSettings, at: datetime) -> int:
    """Return when the person last proved who they are (seconds since 1970), or 0 when this sign-in is no step-up.

    A proof counts when it is at most five minutes old, not from the future, and reached a configured level.
    """
    proved_at = finished.claims.get("auth_time")
    if isinstance(proved_at, bool) or not isinstance(proved_at, (int, float)):
        return 0
    age = at.timestamp() - proved_at
    if not -LEEWAY <= age <= STEP_UP_LIFE.total_seconds():
        return 0
    wanted = settings.step_up_acr
    if wanted and finished.claims.get("acr") not in wanted:
        return 0
    return int(min(proved_at, at.timestamp()))


def stepped_up(before: SignedIn | None, finished: Finished, settings: OidcSettings, at: datetime) -> int:
    """Return the time of a fresh proof by the same person. Raises SignInFailed for another's, an old or a weak one."""
    if before is None:
        raise SignInFailed(Reason.EXPIRED, "step-up: nobody is signed in")
    if (before.audience, before.issuer, before.subject) != (finished.audience, finished.issuer, finished.subject):
        raise SignInFailed(Reason.OTHER_PERSON)
    proved_at = proof_time(finished, settings, at)
    if proved_at == 0 or proved_at < finished.flow.get("started_at", 0) - LEEWAY:
        raise SignInFailed(Reason.STEP_UP_FAILED)
    return proved_at


def staff_member(finished: Finished, settings: OidcSettings, at: datetime) -> SignedIn:
    """Read a staff member from the claims. Raises SignInFailed when the role or the person is absent or unknown."""
    role = _role(finished.claims.get(settings.role_claim or ""))
    person = finished.claims.get(settings.person_claim or "")
    if role is None or not isinstance(person, str) or not _is_usable(person):
        raise SignInFailed(Reason.ROLE_MISSING)
    name = finished.claims.get("name")
    return SignedIn(
        audience=STAFF,
        issuer=finished.issuer,
        subject=finished.subject,
        signed_in_at=int(at.timestamp()),
        account=finished.subject,
        name=name[:_LONGEST_CLAIM] if isinstance(name, str) else "",
        person=person,
        role=role,
        stepped_up_at=proof_time(finished, settings, at),
        id_token=finished.id_token,
    )


def _role(claim: object) -> Role | None:
    """Return the role of the claim, a word or a list of words; several known roles are as bad as none.

    Who has two roles needs two accounts: otherwise nobody could tell in the ledger in which role they acted.
    """
    words = claim if isinstance(claim, list) else [claim]
    known = {role for role in Role if role not in _OWN_ROLES and role.value in words}
    return known.pop() if len(known) == 1 else None


def _is_usable(person: str) -> bool:
    """A person claim that cannot be taken for one of our own persons ("resident:...", "system")."""
    if not 0 < len(person) <= _LONGEST_CLAIM or not person.isprintable() or person != person.strip():
        return False
    return person != "system" and not person.startswith(("resident:", "subject:"))
