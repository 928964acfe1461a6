"""The worker: seals the ledger, tells its holders, sends mail, writes slips, lets requests lapse, clears away what has expired.

At least once, one transaction each, repeats harmless: a message is leased, delivered without any lock held, then marked. What
keeps failing waits longer each time and is shown to staff. Notices stay queued for the network, which comes later.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from portal.checkpoint_holders import tell_holders
from portal.i18n.availability import current_availability
from portal.i18n.languages import Language
from portal.letters.slip import make_slip
from portal.mail.deliver import MailNotSent, deliver
from portal.mail.message import compose
from portal.registry import registry
from portal.resident.drafts import drop_old_drafts
from portal.search_runs import PLACES_AT_ONCE, RunDesk, joined_search_runs
from portal.web.kept_posts import purge_kept_posts
from portal.web.rate_limits import purge_tries
from portal.web.sessions import purge_sessions
from registry_core.codes import lapse_requests
from registry_core.ledger import checkpoint_if_due, seal_entries
from registry_core.outbox import OutboxItem, OutboxKind, mark_delivered, mark_failed, take_due
from registry_core.values.actor import system_actor

LOG = logging.getLogger(__name__)
T = TypeVar("T")
LEASE = timedelta(minutes=2)
DELIVERING_AT_MOST = timedelta(minutes=1)  # then one last message may still take its time within the lease
ROUND_SECONDS = 1.0
UPKEEP_EVERY = timedelta(minutes=1)
JOIN_EVERY = timedelta(hours=1)
BETWEEN_BATCHES_SECONDS = 0.05  # whoever waits to write gets a turn


def work_until(app: Flask, stopped: threading.Event) -> None:
    """Work, a round a second, until told to stop. What fails is logged and tried again; it keeps nothing else from its turn.

    The ledger is sealed by a thread of its own: a mail server or a holder that takes its time delays no checkpoint.
    """
    sealing = threading.Thread(target=_seal_until, args=(app, stopped), name="sealing", daemon=True)
    sealing.start()
    due: dict[Callable[[], object], datetime] = {}
    while not stopped.is_set():
        with app.test_request_context(base_url=app.config["PORTAL"].base_url):
            _try("a round", deliver_due)
            _try("telling the holders", tell_holders)
            now = registry().now()
            for job, interval in _REGULAR.items():
                if now >= due.get(job, now):
                    _try(job.__name__, job)
                    due[job] = now + interval
        stopped.wait(ROUND_SECONDS)
    sealing.join()


def _seal_until(app: Flask, stopped: threading.Event) -> None:
    pause = 0.0
    while not stopped.wait(pause):
        with app.app_context():
            sealed = _try("sealing", seal)
        pause = BETWEEN_BATCHES_SECONDS if sealed else ROUND_SECONDS


def _try(what: str, job: Callable[[], T]) -> T | None:
    try:
        return job()
    except Exception as failed:  # noqa: BLE001 -- the worker outlives a lost database; the kind is logged, never the data
        LOG.error("%s failed: %s", what, type(failed).__name__)  # noqa: TRY400 -- a traceback would show parameters
        return None


def work_once() -> int:
    """Seal, then deliver what is due, and checkpoints to their holders; how many things were done."""
    return seal() + deliver_due() + tell_holders()


def deliver_due() -> int:
    """Deliver what is due, slips before mail; how many."""
    kinds = [OutboxKind.SLIP, *([OutboxKind.MAIL] if registry().config.smtp_url else [])]
    return sum(_deliver_due(kind) for kind in kinds)


def seal() -> int:
    """Link what was written since into the ledger's chain, 1,000 entries at most, and sign its head when that is due; how many.

    The log's SEQUENCE:HEX is what `portal verify-ledger --known-head` takes. The digest is written in groups of
    four: the net under the log would take eleven digits in a row for a code.
    """
    with registry().write() as session:
        sealed = seal_entries(session, at=registry().now())
        signed = checkpoint_if_due(session, at=registry().now())
    if signed is not None:
        LOG.info("ledger checkpoint %s:%s", signed.sequence, signed.digest.hex(":", 2))
    return sealed


def upkeep() -> None:
    """Let requests lapse; clear away expired sessions, kept forms, counted tries and drafts."""
    for job in (_lapse, purge_sessions, purge_kept_posts, purge_tries, drop_old_drafts):
        _try(job.__name__, partial(_in_one_transaction, job))


def _in_one_transaction(job: Callable[..., object]) -> None:
    with registry().write() as session:
        job(session, at=registry().now())


def _lapse(session: Session, *, at: datetime) -> int:
    return lapse_requests(session, actor=system_actor(registry().config.municipality.code), at=at)


def join_search_runs() -> None:
    """Join what entering one by one has scattered over the search's table, a little at a time: others write in between."""
    left = PLACES_AT_ONCE
    for joined in joined_search_runs(RunDesk(registry().engine, registry().keyring)):
        left -= joined
        if left <= 0:
            return


#: What is done from time to time, each by itself.
_REGULAR = {upkeep: UPKEEP_EVERY, join_search_runs: JOIN_EVERY}


def _deliver_due(kind: OutboxKind) -> int:
    """Deliver what is due of a kind. What a slow mail server leaves no time for comes back when the lease ends."""
    begun = registry().now()
    with registry().write() as session:
        items = take_due(session, kinds=[kind], at=begun, lease=LEASE)
    for number, item in enumerate(items):
        if registry().now() - begun > DELIVERING_AT_MOST:
            return number
        _deliver_one(item)
    return len(items)


def _deliver_one(item: OutboxItem) -> None:
    try:
        if item.kind is OutboxKind.MAIL:
            _send(item)
        else:
            _write_slip(item)
    except MailNotSent as failed:
        _mark_failed(item, str(failed))
    except Exception as failed:  # noqa: BLE001 -- one bad item must not stop the others
        _mark_failed(item, type(failed).__name__)
    else:
        with registry().write() as session:
            mark_delivered(session, item_id=item.id, at=registry().now())


def _send(item: OutboxItem) -> None:
    message = compose(item, config=registry().config, languages=_languages())
    deliver(message, smtp_url=registry().config.smtp_url or "")


def _write_slip(item: OutboxItem) -> None:
    municipality = registry().config.municipality
    with registry().write() as session:
        make_slip(
            session,
            request_id=UUID(item.payload["request"]),
            municipality=municipality,
            languages=_languages(),
            actor=system_actor(municipality.code),
            at=registry().now(),
        )


def _languages() -> dict[str, Language]:
    available = current_availability()
    return {language.tag: language for language in available.languages} if available else {}


def _mark_failed(item: OutboxItem, error: str) -> None:
    LOG.warning("%s %s was not delivered: %s", item.kind, item.id, error)
    with registry().write() as session:
        mark_failed(session, item_id=item.id, at=registry().now(), error=error)


def worker_thread(app: Flask) -> tuple[threading.Thread, threading.Event]:
    """The worker beside a serving process (`portal demo run`): started, with the event that stops it."""
    stopped = threading.Event()
    thread = threading.Thread(target=work_until, args=(app, stopped), name="worker", daemon=True)
    thread.start()
    return thread, stopped
