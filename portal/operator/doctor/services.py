"""What people depend on: codes in the pool, mail and slips on their way, languages, the servers of others."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import requests
from sqlalchemy import func, select

from portal.config import Config, OidcSettings
from portal.i18n.availability import find_availability
from portal.i18n.languages import LanguageTableError
from portal.mail.deliver import MailNotSent, greet_server
from portal.operator.doctor.finding import Finding, fault, warning, well
from portal.registry import Registry
from registry_core.codes import pool_level
from registry_core.outbox import OutboxKind, stuck_items, waiting_count
from registry_core.outbox.message import OutboxMessage

_TIMEOUT: Final = 5  # seconds
_MINUTES_ON_THE_WAY = 30
_SHOWN = 50


def pool(opened: Registry) -> Iterator[Finding]:
    """There are codes to give out (a warning when the stock runs low: STD 4.3.1)."""
    with opened.read() as session:
        level = pool_level(session, municipality_code=opened.config.municipality.code)
    todo = "Ask the designating body for codes, and load them: portal registry designate FILE."
    if level.left == 0:
        yield fault("pool", "No code is left: nothing can be approved. Requests stay open, none is lost.", todo)
    elif level.low:
        yield warning("pool", f"{level.left} codes are left.", todo)
    else:
        yield well("pool", f"{level.left:,} codes are left.")


def outbox(opened: Registry) -> Iterator[Finding]:
    """Mail and slips leave the house."""
    with opened.read() as session:
        stuck = stuck_items(session, limit=_SHOWN)
        mail, slips = (waiting_count(session, kind=kind) for kind in (OutboxKind.MAIL, OutboxKind.SLIP))
        ours = OutboxMessage.kind.in_([OutboxKind.MAIL, OutboxKind.SLIP])
        oldest = session.scalar(
            select(func.min(OutboxMessage.created_at)).where(ours, OutboxMessage.delivered_at.is_(None))
        )
    if mail and not opened.config.smtp_url:
        yield warning(
            "outbox", f"{mail:,} mails wait, and no mail server is set.", "Set PORTAL_SMTP_URL, restart the worker."
        )
    if stuck:
        kinds = Counter(f"{item.kind}: {item.last_error}" for item in stuck)
        told = "; ".join(f"{number} times {words}" for words, number in kinds.most_common(3))
        yield warning(
            "outbox",
            f"{len(stuck)}{' or more' if len(stuck) == _SHOWN else ''} messages keep failing: {told}.",
            "What each word means: docs/operations.md, 'Mail is stuck'. The staff's page *Deliveries* sends again at once.",
        )
    age = (opened.now() - oldest).total_seconds() // 60 if oldest and opened.config.smtp_url else 0
    if age > _MINUTES_ON_THE_WAY and not stuck:
        yield warning(
            "outbox",
            f"{mail:,} mails and {slips:,} slips wait, the oldest for {age:.0f} minutes.",
            "Is the worker running? systemctl status resident-portal-worker",
        )
    if not stuck and age <= _MINUTES_ON_THE_WAY and (opened.config.smtp_url or not mail):
        yield well("outbox", f"{mail:,} mails and {slips:,} slips are on their way.")


def languages(config: Config) -> Iterator[Finding]:
    """The languages that are meant to be served are."""
    try:
        found = find_availability(config.languages, require_reviewed=config.require_reviewed)
    except LanguageTableError as broken:
        yield fault(
            "languages",
            f"{broken}.",
            "Run `portal i18n compile`, or mend PORTAL_LANGUAGES. Nothing is served until then.",
        )
        return
    is_wanted = bool(config.languages) or config.require_reviewed
    for tag, reason in found.left_out.items() if is_wanted else ():
        todo = "Complete it (translations/README.md), or leave it out of PORTAL_LANGUAGES."
        yield warning("languages", f"{tag} is not served: {reason}.", todo)
    if not (is_wanted and found.left_out):
        left_out = f" Not complete yet: {' '.join(found.left_out)}." if found.left_out else ""
        yield well("languages", f"Served: {' '.join(language.tag for language in found.languages)}.{left_out}")


def mail_server(config: Config) -> Iterator[Finding]:
    """The mail server greets us, and lets us in."""
    if not config.smtp_url:
        yield well("mail", "No mail server is set: residents are offered letters only.")
        return
    try:
        greet_server(smtp_url=config.smtp_url, timeout=_TIMEOUT)
    except MailNotSent as failed:
        yield fault(
            "mail",
            f"The mail server of PORTAL_SMTP_URL does not take us: {failed}.",
            "What the word means: docs/operations.md, 'Mail is stuck'. Mail waits, and leaves when it answers.",
        )
    else:
        yield well("mail", "The mail server greets us.")


def providers(config: Config) -> Iterator[Finding]:
    """Both sign-in providers answer as who they are."""
    for who, settings in (("residents", config.resident_oidc), ("staff", config.staff_oidc)):
        wrong = _wrong_with(settings)
        if wrong is None:
            yield well(f"sign-in-{who}", f"{settings.issuer} answers.")
        else:
            yield fault(
                f"sign-in-{who}",
                f"{settings.issuer} {wrong}: {who} cannot sign in.",
                "Try that address from this machine; look at PORTAL_"
                f"{'RESIDENT' if who == 'residents' else 'STAFF'}_OIDC_ISSUER; ask the provider.",
            )


def _wrong_with(settings: OidcSettings) -> str | None:
    address = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = requests.get(address, timeout=_TIMEOUT, allow_redirects=False)
        issuer = answer.json()["issuer"] if answer.ok else None
    except (requests.RequestException, ValueError, KeyError, TypeError) as failed:
        return f"does not answer as a provider ({type(failed).__name__})"
    if not answer.ok:
        return f"answers {answer.status_code}"
    return None if issuer == settings.issuer else "says that it is another issuer"
