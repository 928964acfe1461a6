"""What the core refuses, told to staff in plain words that say what to do next."""

from collections.abc import Callable
from datetime import datetime

from portal.i18n.formats import format_instant
from portal.i18n.gettext import _s
from portal.staff import words
from registry_core.codes import reference_in_groups
from registry_core.values.errors import RegistryError

CONFLICT, FORBIDDEN, UNPROCESSABLE = 409, 403, 422

_FORBIDDEN = frozenset({"own-household", "same-person", "not-permitted"})
_UNPROCESSABLE = frozenset(
    {
        "day-out-of-range",
        "invalid-date",
        "invalid-item",
        "invalid-text",
        "missing-item",
        "reason-needed",
        "too-long",
        "two-items-needed",
        "unknown-relationship",
    }
)


def status_of(error: RegistryError) -> int:
    """Return the HTTP status of a refusal: 403 who, 422 what was typed, 409 the state of things."""
    if error.code in _FORBIDDEN:
        return FORBIDDEN
    return UNPROCESSABLE if error.code in _UNPROCESSABLE else CONFLICT


def sentence(error: RegistryError) -> str:
    """Return what to tell the clerk."""
    with_facts = _WITH_FACTS.get(error.code)
    if with_facts is not None:
        return with_facts(error.facts)
    return _plain().get(error.code, _s("This cannot be done now. Open the case again and see what has changed."))


def of_correction(error: RegistryError) -> str:
    """The same about a correction case."""
    if error.code == "request-already-decided":
        return _decided(error.facts, words.correction_outcomes())
    if error.code == "missing-item":
        missing = {
            "changes": _s("Nothing is different. Change at least one item."),
            "examined": _s("Tick what was examined."),
            "note": _s("Say what else was examined."),
            "words": _s("Say how it was ascertained."),
        }
        item = str(error.facts.get("item"))
        return missing.get(item) or _s("%(item)s: this cannot stay empty.", item=words.items().get(item, item))
    item = str(error.facts.get("item", ""))
    if error.code in _UNPROCESSABLE and item in words.items():
        return _s("%(item)s: this cannot be used. Look at it again.", item=words.items()[item])
    return sentence(error)


def _plain() -> dict[str, str]:
    """Refusals that need no facts."""
    return {
        "not-taken": _s("Take the request before you work on it."),
        "own-household": _s("This is your own record or that of your household. A colleague has to work on it."),
        "same-person": _s("You checked or began it, so another person has to approve."),
        "identity-not-checked": _s("The identity has not been checked yet."),
        "differences-not-accepted": _s(
            "The record has changed since the request. Show the resident the difference and tick that they accept it."
        ),
        "reason-needed": _s("Say why none of the other documents can be shown."),
        "pool-empty": _s("No designated code is left, so nothing was changed. Ask a supervisor to load another batch."),
        "not-permitted": _s("Your role does not allow this."),
        "question-open": _s("The resident has not answered the last question yet."),
        "already-recorded": _s("This has been recorded already."),
        "record-erased": _s("The record has been erased, so the request is closed."),
        "stale-record": _s("The record changed while you were reading it. Look at it again."),
        "day-out-of-range": _s("The day is before the approval or in the future."),
        "invalid-text": _s("The text holds characters that cannot be kept. Type it again."),
        "too-long": _s("The text is too long."),
        "invalid-item": _s("Something that was chosen or typed cannot be used. Look at it again."),
        "missing-item": _s("Something that is needed is missing."),
        "code-in-use": _s("The next designated code is in use, so nothing was changed. Tell a supervisor."),
        "two-items-needed": _s("Give two items, or the card number alone."),
        "case-not-found": _s("There is no such case."),
    }


def _taken(facts: dict[str, object]) -> str:
    """Say who has the request and since when."""
    by, at = facts.get("by"), facts.get("at")
    if not by or not isinstance(at, datetime):
        return _s("Somebody else has taken this request. Ask a supervisor to release it.")
    return _s(
        "Taken by %(name)s at %(time)s. Ask them, or ask a supervisor to release it.",
        name=by,
        time=format_instant(at),
    )


def _decided(facts: dict[str, object], statuses: dict[str, str] | None = None) -> str:
    """Say how the request ended."""
    status = (statuses or words.statuses()).get(str(facts.get("status")), str(facts.get("status")))
    by, at = facts.get("by"), facts.get("at")
    if not by or not isinstance(at, datetime):
        return _s("This request is not open any more: %(status)s.", status=status)
    return _s(
        "This request is not open any more: %(status)s (%(name)s, %(time)s).",
        status=status,
        name=by,
        time=format_instant(at),
    )


def _open(facts: dict[str, object]) -> str:
    """Say which request is open already."""
    reference = reference_in_groups(str(facts.get("reference", "")))
    return _s("A request about this code is open already: %(reference)s.", reference=reference)


_WITH_FACTS: dict[str, Callable[[dict[str, object]], str]] = {
    "taken-by-another": _taken,
    "request-already-decided": _decided,
    "open-request-exists": _open,
}
