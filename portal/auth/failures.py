"""Why a sign-in was refused, as facts; ``templates/auth/failed.html`` owns the words.

A reason never says which check failed in detail: that stands in the log only, without claims or tokens.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Closed list of refusals, with the HTTP status of their page."""

    EXPIRED = "expired"  # the flow is older than ten minutes, used already, or was begun in another browser
    CANCELLED = "cancelled"  # the person said no at the provider
    PROVIDER_REFUSED = "provider-refused"  # the provider answered with another error
    PROVIDER_DOWN = "provider-down"  # no answer, or an answer of 5xx
    PROVIDER_WRONG = "provider-wrong"  # an answer that must not be believed: issuer, signature, claims
    ROLE_MISSING = "role-missing"  # staff without a role or person claim that we know
    STEP_UP_FAILED = "step-up-failed"  # the fresh proof was not fresh, or not strong enough
    OTHER_PERSON = "other-person"  # the fresh proof was somebody else's

    @property
    def status(self) -> int:
        """HTTP status of the page that tells it."""
        return _STATUS.get(self, 400)


_STATUS = {
    Reason.PROVIDER_DOWN: 502,
    Reason.PROVIDER_WRONG: 502,
    Reason.ROLE_MISSING: 403,
    Reason.STEP_UP_FAILED: 403,
    Reason.OTHER_PERSON: 403,
}


class SignInFailed(Exception):
    """A sign-in that must not go on; ``detail`` is for the log and holds no claim values."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """Keep the reason for the page and the detail for the log."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
