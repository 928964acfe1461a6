"""The words of what can go wrong: of the web's statuses, and of the core's refusals by their stable code.

Each has a title, which says what happened, and a sentence that says what to do next. What only staff can meet is in the words
of staff. Faces that show a refusal beside their form have their own, more exact words; these are the ones of last resort.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from werkzeug.exceptions import HTTPException

from portal.i18n.gettext import _, _s
from registry_core.values.errors import RegistryError

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE, UNAVAILABLE = 400, 403, 404, 409, 422, 503

CROSS_SITE: Final = "cross-site"
OLD_FORM: Final = "old-form"
UNKNOWN_OUTCOME: Final = "unknown-outcome"


class PortalHTTPError(HTTPException):
    """A refusal of the web itself, by its kind."""

    def __init__(self, kind: str) -> None:
        """Take the status of the kind."""
        super().__init__()
        self.kind = kind
        self.code = _KIND_STATUS[kind]


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What an error page says, in the language spoken now."""

    status: int
    title: str
    next_step: str


def words_of_status(status: int, kind: str = "") -> ErrorWords:
    """The words of an HTTP status, more exact ones where the kind is known."""
    say = _KINDS.get(kind) or _STATUSES.get(status)
    if say is None:
        say = _STATUSES[BAD_REQUEST] if status < 500 else _STATUSES[500]  # noqa: PLR2004 -- the web's fault from 500 on
    return ErrorWords(status, *say())


def words_of_refusal(error: RegistryError, *, to_staff: bool = False) -> ErrorWords:
    """The status and words of what the core refuses. Foreign, protected and absent things are told with the same bytes."""
    if error.code in _NOT_FOUND:
        return ErrorWords(NOT_FOUND, *_nobody()) if to_staff else words_of_status(NOT_FOUND)
    status, say = _REFUSALS.get(error.code, (CONFLICT, _changed_meanwhile))
    return ErrorWords(status, *say())


def _bad_request() -> tuple[str, str]:
    return _("We could not read what your browser sent."), _("Go back, load the page again and send it once more.")


def _sign_in_first() -> tuple[str, str]:
    return _("Please sign in first."), _("Sign in and open the page again.")


def _forbidden() -> tuple[str, str]:
    return (
        _("You cannot open this page."),
        _("Sign in with the account that may open it, or ask at the counter of your municipality."),
    )


def _not_found() -> tuple[str, str]:
    return (
        _("There is nothing at this address."),
        _("Check the address, or start again from the first page. If you followed a link of ours, please tell us."),
    )


def _not_in_this_way() -> tuple[str, str]:
    return _("This page cannot be opened in this way."), _("Start again from the first page.")


def _took_too_long() -> tuple[str, str]:
    return (
        _("It took too long until everything you sent had arrived."),
        _("Check your connection, go back and send it again."),
    )


def _changed_meanwhile() -> tuple[str, str]:
    return (
        _("This cannot be done now, because something has changed meanwhile."),
        _("Open the page again and see how things stand. Nothing was changed by what you just sent."),
    )


def _too_large() -> tuple[str, str]:
    return (
        _("What you sent is too large, so it was not accepted."),
        _("Go back, write less and send it again. Nothing was saved."),
    )


def _address_too_long() -> tuple[str, str]:
    return _("The address is too long."), _("Start again from the first page.")


def _wrong_kind() -> tuple[str, str]:
    return _("We cannot use this kind of file or text."), _("Go back and send it in another way. Nothing was saved.")


def _not_usable() -> tuple[str, str]:
    return (
        _("Something in what you typed cannot be used."),
        _("Go back, correct it and send it again. Nothing was saved."),
    )


def _too_many() -> tuple[str, str]:
    return _("There were too many tries."), _("Please wait some minutes and try again then.")


def _our_fault() -> tuple[str, str]:
    return (
        _("Something went wrong on our side. We are sorry."),
        _("Please try again later. If it happens again, tell us the number below."),
    )


def _unavailable() -> tuple[str, str]:
    return (
        _("The service is not available just now."),
        _("Please try again in a few minutes. What you have sent us before stays saved."),
    )


def _unknown_outcome() -> tuple[str, str]:
    return (
        _("The connection to our register broke while we were saving. We do not know whether it was saved."),
        _("Wait a few minutes, open the page again and see how things stand before you send anything again."),
    )


def _cross_site() -> tuple[str, str]:
    return (
        _("This was not sent from a page of ours, so it was not accepted."),
        _("If you wanted to do this, start again from the first page and send it from there."),
    )


def _old_form() -> tuple[str, str]:
    return (
        _("The page had been open for too long, so nothing was sent."),
        _("Go back, load the page again and send it once more."),
    )


def _nobody() -> tuple[str, str]:
    return _s("Nobody to show"), _s("Nobody to show. If you expected someone, ask a supervisor.")


def _own_household() -> tuple[str, str]:
    return (
        _s("This is your own record or that of your household."),
        _s("A colleague has to work on it."),
    )


def _same_person() -> tuple[str, str]:
    return _s("You checked or began it yourself."), _s("Another person has to approve.")


def _not_permitted() -> tuple[str, str]:
    return _s("Your role does not allow this."), _s("Ask a person whose role allows it.")


def _pool_empty() -> tuple[str, str]:
    return (
        _s("No designated code is left, so nothing was changed."),
        _s("Ask a supervisor to load another batch of designated codes."),
    )


def _not_yet_handed_over() -> tuple[str, str]:
    return (
        _("Your new code cannot be shown yet."),
        _("It comes by letter, or you receive it at the counter. After that you can see it here."),
    )


def _open_request() -> tuple[str, str]:
    return (
        _("You have a request under way already."),
        _("Open your requests to see how far it is. You can withdraw it there."),
    )


def _erased() -> tuple[str, str]:
    return (
        _("This record is not kept here any more."),
        _("Ask at the counter of the municipality where you live now."),
    )


Say = Callable[[], tuple[str, str]]

_STATUSES: Final[dict[int, Say]] = {
    400: _bad_request,
    401: _sign_in_first,
    403: _forbidden,
    404: _not_found,
    405: _not_in_this_way,
    408: _took_too_long,
    409: _changed_meanwhile,
    413: _too_large,
    414: _address_too_long,
    415: _wrong_kind,
    422: _not_usable,
    429: _too_many,
    500: _our_fault,
    503: _unavailable,
}
_KINDS: Final[dict[str, Say]] = {CROSS_SITE: _cross_site, OLD_FORM: _old_form, UNKNOWN_OUTCOME: _unknown_outcome}
_KIND_STATUS: Final = {CROSS_SITE: FORBIDDEN, OLD_FORM: BAD_REQUEST, UNKNOWN_OUTCOME: UNAVAILABLE}

#: A thing of another person or municipality is told like one that does not exist.
_NOT_FOUND: Final = frozenset({"record-not-found", "request-not-found", "case-not-found"})
_REFUSALS: Final[dict[str, tuple[int, Say]]] = {
    **dict.fromkeys(
        (
            "invalid-code",
            "invalid-date",
            "invalid-municipality-code",
            "invalid-text",
            "invalid-item",
            "unknown-relationship",
            "reason-never-here",
            "missing-item",
            "too-long",
            "two-items-needed",
            "reason-needed",
            "day-out-of-range",
        ),
        (UNPROCESSABLE, _not_usable),
    ),
    "own-household": (FORBIDDEN, _own_household),
    "same-person": (FORBIDDEN, _same_person),
    "not-permitted": (FORBIDDEN, _not_permitted),
    "pool-empty": (CONFLICT, _pool_empty),
    "code-not-yet-handed-over": (CONFLICT, _not_yet_handed_over),
    "open-request-exists": (CONFLICT, _open_request),
    "record-erased": (CONFLICT, _erased),
}
