"""`portal doctor`: codes run out, mail stays, languages and sign-in are away, and are told with what to do."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from registry_core.outbox import OutboxKind, enqueue
from tests.portal.auth.provider import Provider
from tests.portal.operator.conftest import Operator
from tests.portal.operator.doctor.conftest import ago, assert_tells, runs


@pytest.mark.parametrize(
    ("left", "state", "words"), [(0, "fault", "No code is left"), (10, "warning", "10 codes are left.")]
)
def test_a_pool_that_runs_low_is_told(operator: Operator, left: int, state: str, words: str):
    runs(operator, f"UPDATE designated_code SET taken_at = 'x' WHERE position > {left}")
    assert_tells(operator, "pool", state, words, "portal registry designate FILE")


def queue(operator: Operator, at: datetime) -> None:
    with operator.register.write() as session:
        payload = {"template": "news", "to": "a@example.org", "language": "vi"}
        enqueue(session, kind=OutboxKind.MAIL, dedupe_key=str(uuid4()), payload=payload, at=at)


def keeps_failing(operator: Operator) -> None:
    queue(operator, ago(days=1))
    runs(operator, "UPDATE outbox_message SET tries = 9, last_error = 'gaierror'")


def has_no_server(operator: Operator) -> None:
    queue(operator, ago())
    operator.environment["PORTAL_SMTP_URL"] = None


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (keeps_failing, ["1 messages keep failing: 1 times mail: gaierror.", "Mail is stuck"]),
        (has_no_server, ["1 mails wait, and no mail server is set.", "PORTAL_SMTP_URL"]),
        (
            lambda operator: queue(operator, ago(minutes=50)),
            ["wait, the oldest for 50 minutes.", "Is the worker running?"],
        ),
    ],
)
def test_mail_that_does_not_leave_is_told(operator: Operator, happens: Callable[[Operator], None], words: list[str]):
    happens(operator)
    assert_tells(operator, "outbox", "warning", *words)


def test_languages_that_cannot_be_served_are_told(operator: Operator):
    operator.environment["PORTAL_REQUIRE_REVIEWED"] = "yes"
    assert_tells(operator, "languages", "warning", " is not served: ", "are not reviewed by a person.")
    operator.environment["PORTAL_LANGUAGES"] = "ja en tlh"
    assert_tells(operator, "languages", "fault", "tlh")


def test_a_mail_server_that_does_not_answer_or_offers_no_tls_is_told(operator: Operator):
    operator.environment["PORTAL_SMTP_URL"] = "smtp://127.0.0.1:1"
    assert_tells(operator, "mail", "fault", "does not take us: ConnectionRefusedError.", "Mail is stuck")


def test_a_provider_that_is_away_or_another_is_told(operator: Operator, provider: Provider):
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = "http://127.0.0.1:1"
    assert_tells(
        operator, "sign-in-staff", "fault", "(ConnectionError): staff cannot sign in.", "PORTAL_STAFF_OIDC_ISSUER"
    )
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = f"{provider.url}/other"
    assert_tells(operator, "sign-in-staff", "fault", "answers 404: staff cannot sign in.")
    operator.environment["PORTAL_STAFF_OIDC_ISSUER"] = provider.url.replace("127.0.0.1", "localhost")
    assert_tells(operator, "sign-in-staff", "fault", "says that it is another issuer")
    assert_tells(operator, "sign-in-residents", "ok", f"{provider.url} answers.")
