"""The ledger and what hangs on it: the clock, the worker, checkpoints and who holds them, the last backup."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.checkpoint_holders import label
from portal.operator.doctor.finding import Finding, fault, warning, well
from portal.registry import Registry
from registry_core.ledger import holder_states, oldest_unsealed
from registry_core.ledger.seal import LedgerCheckpoint, chain_head
from registry_core.register.code_assignment import JAPAN
from registry_core.remaking import last_backup_at, last_moment

_CLOCK_MAY_DIFFER = timedelta(seconds=5)
_SEALED_WITHIN, _WORKER_STANDS_AFTER = timedelta(minutes=1), timedelta(minutes=5)
_SIGNED_WITHIN = timedelta(minutes=15)
_BACKUP_WITHIN, _BACKUP_LONG_AGO = timedelta(hours=26), timedelta(days=3)


def clock(opened: Registry) -> Iterator[Finding]:
    """The clock is not behind the last entry that anybody wrote."""
    with opened.read() as session:
        last = last_moment(session)
    ahead = last - opened.now() if last else timedelta(0)
    if ahead > _CLOCK_MAY_DIFFER:
        yield fault(
            "clock",
            f"This machine's clock is {_span(ahead)} behind the last entry of the ledger ({_moment(last)}).",
            "Set the clock (`timedatectl`), here and on every machine of the portal, then restart the service.",
        )
    else:
        yield well("clock", f"It is {_moment(opened.now())}.")


def worker(opened: Registry) -> Iterator[Finding]:
    """The worker seals, and signs."""
    with opened.read() as session:
        oldest, unsigned = oldest_unsealed(session), _unsigned_since(session)
    now = opened.now()
    waits = now - oldest if oldest else timedelta(0)
    if waits > _SEALED_WITHIN:
        say = fault if waits > _WORKER_STANDS_AFTER else warning
        yield say(
            "worker",
            f"The worker stands still: entries have waited for their seal for {_span(waits)}.",
            "systemctl restart resident-portal-worker; journalctl -u resident-portal-worker tells why. Nothing is lost.",
        )
    else:
        yield well("worker", "The ledger is sealed to its end.")
    if unsigned and now - unsigned > _SIGNED_WITHIN:
        yield fault(
            "checkpoints",
            f"No checkpoint was signed since {_moment(unsigned)}, though entries were sealed.",
            "Look into the worker's log for `sealing failed`; restart the worker.",
        )
    else:
        yield well("checkpoints", "The ledger is signed.")


def holders(opened: Registry) -> Iterator[Finding]:
    """Somebody outside has the checkpoints."""
    with opened.read() as session:
        states = holder_states(session, addresses=opened.config.checkpoint_holders, at=opened.now())
    if not states:
        yield (
            well("holders", "A demonstration needs none.")
            if opened.config.is_demo
            else warning(
                "holders",
                "Nobody outside holds checkpoints: a ledger that is rewritten as a whole, or put back, would not be noticed.",
                "Set PORTAL_CHECKPOINT_HOLDERS: docs/deploy.md, 7.",
            )
        )
        return
    for state in states:
        if state.is_late:
            yield warning(
                "holders",
                f"{label(state.address)} lacks {state.missing:,} checkpoints ({state.last_error or 'the worker stands still'}).",
                "Ask whoever runs it. It is sent what it lacks by itself when it answers again.",
            )
    if not any(state.is_late for state in states):
        yield well("holders", f"{len(states)} outside holders have all checkpoints.")


def backup(opened: Registry) -> Iterator[Finding]:
    """There is a backup, and it is not old."""
    with opened.read() as session:
        last = last_backup_at(session)
    todo = "portal backup FILE, every night, copied to another machine: docs/deploy.md, 8."
    age = opened.now() - last if last else None
    if opened.config.is_demo:
        yield well("backup", "A demonstration needs none.")
    elif age is None:
        yield warning("backup", "No backup was made with `portal backup` yet.", todo)
    elif age > _BACKUP_WITHIN:
        say = fault if age > _BACKUP_LONG_AGO else warning
        yield say("backup", f"The last backup is {_span(age)} old.", todo)
    else:
        yield well("backup", f"The last backup is {_span(age)} old.")


def _unsigned_since(session: Session) -> datetime | None:
    """When the last checkpoint was signed, if anything was sealed since; None when nothing was."""
    last = session.scalars(select(LedgerCheckpoint).order_by(LedgerCheckpoint.sequence.desc()).limit(1)).first()
    sequence, _ = chain_head(session)
    if last is None or sequence == last.sequence:
        return None
    return last.made_at


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for size, name in ((60 * 24, "days"), (60, "hours"), (1, "minutes")):
        if minutes >= 2 * size:
            return f"{minutes // size} {name}"
    return f"{max(0, int(span.total_seconds()))} seconds"


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S} in Japan" if at else "never"
