"""What has happened with a request and what is still to come, as moments with their day, in words of the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.i18n.formats import JAPAN, format_day
from portal.i18n.gettext import _, official
from registry_core.codes import CodeChangeRequestView, CodeGround, PublicStatus, RequestEvent, RequestStatus

STOPPED = frozenset({"declined", "withdrawn", "lapsed", "closed"})
SLIP_HAS_LEFT = frozenset({"slip-posted", "slip-handed-over"})
CARD_IS_SETTLED = frozenset({"card-returned", "card-not-held", "card-lost"})


@dataclass(frozen=True)
class Moment:
    """One point of the timeline; `state` as the timeline macro knows it: done, now, next or stopped."""

    title: str
    day: date | None
    state: str

    @property
    def when(self) -> str:
        """The day in words, in Japan."""
        return format_day(self.day) if self.day else ""

    @property
    def iso(self) -> str:
        """The day for machines."""
        return self.day.isoformat() if self.day else ""


def status_words(status: str, ground: CodeGround = CodeGround.REQUEST) -> str:
    """Where the request stands, or what the city has begun itself, in one sentence."""
    if ground.is_ex_officio and RequestStatus(status).is_open:
        return _("The city gives you another code.")
    words = {
        "submitted": _("Sent. Next, show a document at the counter."),
        "identity-checked": _("Your identity is checked. A second person decides next."),
        "question-asked": _("The city has a question for you."),
        "approved": _("Approved. You have a new code."),
        "declined": _("Declined. Your code stays as it is."),
        "withdrawn": _("Withdrawn by you. Your code stays as it is."),
        "lapsed": _("Ended, because nobody came to the counter in time. You can ask again at any time."),
        "closed": _("Ended, because your record here was closed."),
    }
    return words.get(status, _("Please ask at the counter."))


def event_words(kind: str, ground: CodeGround) -> str | None:
    """What an event means to the resident; None for the office's own steps, such as a clerk taking the request."""
    if ground.is_ex_officio and kind in {"approved", "declined", "closed"}:  # nobody sent a request
        return status_words(kind, ground)
    words = {
        "submitted": _("You sent the request."),
        "begun": _("The city gives you another code."),
        "identity-checked": _("Your identity was checked at the counter."),
        "question-asked": _("The city asked you a question."),
        "question-answered": _("You answered the question."),
        "approved": _("The request was approved. The old code stopped working."),
        "declined": _("The request was declined."),
        "withdrawn": _("You withdrew the request."),
        "lapsed": _("The request ended, because nobody came to the counter in time."),
        "closed": _("The request ended, because your record here was closed."),
        "slip-printed": _("The slip with the new code was printed."),
        "slip-posted": _("The slip with the new code was posted."),
        "slip-handed-over": _("The slip with the new code was handed over to you."),
        "card-returned": official("card.returned"),
        "card-not-held": official("card.not-held"),
        "card-lost": official("card.lost"),
        "card-returned-later": official("card.returned-later"),
    }
    return words.get(kind)


def moments_of(request: CodeChangeRequestView) -> list[Moment]:
    """The timeline of one's own request: what happened, with slip and card, and what comes next."""
    return [*_happened(request.events, request.ground), *_to_come(request.status, request.events)]


def public_moments_of(status: PublicStatus) -> list[Moment]:
    """The timeline for whoever follows by reference and birth date."""
    return [*_happened(status.events, status.ground), *_to_come(status.status, status.events)]


def _happened(events: Iterable[RequestEvent], ground: CodeGround) -> list[Moment]:
    moments = []
    for event in events:
        words = event_words(event.kind, ground)
        if words:
            day = event.at.astimezone(JAPAN).date() if event.at else event.on
            moments.append(Moment(words, day, "stopped" if event.kind in STOPPED else "done"))
    return moments


def _to_come(status: str, events: Iterable[RequestEvent]) -> list[Moment]:
    """What is left; after the approval the slip, until it has left, and the card, until it is known what became of it."""
    show = Moment(_("Show a document at the counter."), None, "now")
    decide = Moment(_("A second person decides."), None, "next")
    slip = Moment(_("You get the slip with the new code on paper."), None, "next")
    if status == RequestStatus.SUBMITTED:
        return [show, decide, slip]
    if status == RequestStatus.QUESTION_ASKED:
        return [Moment(_("Answer the question of the city."), None, "now"), decide, slip]
    if status == RequestStatus.IDENTITY_CHECKED:
        return [Moment(decide.title, None, "now"), slip]
    if status == RequestStatus.APPROVED:
        kinds = {event.kind for event in events}
        card = Moment(_("If you have a My Number card, return it."), None, "next")
        return [*([] if kinds & SLIP_HAS_LEFT else [slip]), *([] if kinds & CARD_IS_SETTLED else [card])]
    return []
