"""From a finished sign-in to a web session: who it is, which record it speaks for, a new session id each time."""

from dataclasses import replace
from datetime import datetime

from portal.auth.linking import link_by_attributes, linked_record
from portal.auth.oidc import Finished, settings_of
from portal.auth.proofs import proof_time, staff_member, stepped_up
from portal.auth.signed_in import RESIDENT, STAFF, SignedIn
from portal.registry import registry
from portal.web.sessions import renew_session

_LONGEST_NAME = 200


def begin_session(finished: Finished) -> SignedIn:
    """Sign the person in, or take their fresh proof, under a new session id. Raises SignInFailed and changes nothing."""
    at = registry().now()
    settings = settings_of(finished.audience)
    before = SignedIn.load()
    if finished.flow.get("step_up"):
        proved_at = stepped_up(before, finished, settings, at)
        known = before or _resident(finished, at)
        now = replace(known, stepped_up_at=proved_at, proved_again_at=proved_at, id_token=finished.id_token)
    elif finished.audience == STAFF:
        now = staff_member(finished, settings, at)
    else:
        now = _resident(finished, at)
    keep_session(now)
    return now


def keep_session(signed_in: SignedIn) -> None:
    """Put a person into the web session under a new id."""
    renew_session(signed_in.audience, signed_in.session_subject)
    signed_in.store()


def _resident(finished: Finished, at: datetime) -> SignedIn:
    """Describe a resident; the record is empty when the sign-in is not linked and cannot be linked by itself."""
    settings = settings_of(RESIDENT)
    name = finished.claims.get("name")
    signed_in = SignedIn(
        audience=RESIDENT,
        issuer=finished.issuer,
        subject=finished.subject,
        signed_in_at=int(at.timestamp()),
        name=name[:_LONGEST_NAME] if isinstance(name, str) else "",
        stepped_up_at=proof_time(finished, settings, at),
        id_token=finished.id_token,
    )
    actor = signed_in.actor(registry().config.municipality.code)
    with registry().write() as db:
        record_id = linked_record(db, issuer=finished.issuer, subject=finished.subject)
        if record_id is None and settings.trust_attributes:
            record_id = link_by_attributes(
                db, issuer=finished.issuer, subject=finished.subject, claims=finished.claims, actor=actor, at=at
            )
    return replace(signed_in, record_id=str(record_id) if record_id else "")
