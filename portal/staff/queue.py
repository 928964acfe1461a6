"""The queue: requests for another code, by what they wait for; a search inside it; take and release."""

from collections.abc import Callable
from urllib.parse import parse_qs
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.auth.guards import current_actor, staff_only
from portal.i18n.gettext import _s, plain
from portal.registry import registry
from portal.staff import desk, refusals, words
from portal.staff.desk import blueprint
from registry_core import codes
from registry_core.values import Role
from registry_core.values.errors import RegistryError, RequestNotFound

#: A whole address, as a hand scanner types what the QR code holds.
LONGEST_SEARCH = 200
LONGEST_NUMBER = 4


def views() -> dict[str, str]:
    """The tabs, in the order of the day's work."""
    return {
        "new": _s("New requests"),
        "mine": _s("My requests"),
        "others": _s("With colleagues"),
        "resident": _s("Waiting for the resident"),
        "second": _s("For a second person"),
        "follow-up": _s("Slip or card to do"),
        "done": _s("Done requests"),
    }


@blueprint.get("/")
@staff_only()
def queue() -> ResponseReturnValue:
    """Show the queue to those who work on it; send or tell the others where they stand."""
    role = current_actor().role
    if role in desk.CASE_WORKERS:
        return queue_page()
    if role in desk.ADMINISTRATORS:
        return redirect(url_for("staff.links"))
    return render_template("staff/nothing_here.html")


@blueprint.get("/find")
@staff_only(*desk.CASE_WORKERS)
def find() -> ResponseReturnValue:
    """Open the request with this reference: where the QR code on the resident's page leads."""
    text = request.args.get("ref", "").strip()[:LONGEST_SEARCH]
    with registry().read() as session:
        request_id = codes.find_reference(session, reference=text, actor=current_actor())
    if request_id is None:
        return render_template("staff/not_found.html", text=text), 404
    return redirect(url_for("staff.case", request_id=request_id))


@blueprint.post("/requests/<uuid:request_id>/take")
@staff_only(*desk.CASE_WORKERS)
def take(request_id: UUID) -> ResponseReturnValue:
    """Take the request, so that colleagues see who works on it."""
    actor, at = current_actor(), registry().now()
    return move(request_id, lambda session: codes.take_request(session, request_id=request_id, actor=actor, at=at))


@blueprint.post("/requests/<uuid:request_id>/release")
@staff_only(*desk.CASE_WORKERS)
def release(request_id: UUID) -> ResponseReturnValue:
    """Give the request back; a supervisor may do it for another person."""
    actor, at = current_actor(), registry().now()

    def give_back(session: Session) -> None:
        codes.release_request(session, request_id=request_id, actor=actor, at=at)

    return move(request_id, give_back, to_queue=True)


def move(request_id: UUID, use_case: Callable[[Session], None], *, to_queue: bool = False) -> ResponseReturnValue:
    """Take or release in one transaction; a conflict is told on the next page, with who and what to do."""
    taken = False
    try:
        with registry().write() as session:
            use_case(session)
        taken = not to_queue
    except RequestNotFound:
        raise
    except RegistryError as error:
        flash(plain(refusals.sentence(error)), "error")
    if taken:
        return redirect(url_for("staff.case", request_id=request_id), 303)
    return redirect(url_for("staff.queue", view="new"), 303)


def queue_page() -> ResponseReturnValue:
    """Make the queue's page from the query: view, text (part of a reference, searched in all views), page."""
    view = request.args.get("view", "new")
    if view not in views():
        view = "new"
    text = reference_in(request.args.get("text", "").strip()[:LONGEST_SEARCH])
    actor = current_actor()
    with registry().read() as session:
        found = codes.queue(
            session,
            view=view,
            actor=actor,
            text=text,
            page=page_number(request.args.get("page", "1")),
        )
        pool = codes.pool_level(session, municipality_code=actor.municipality)
    return render_template(
        "staff/queue.html",
        view=view,
        views=views(),
        text=text,
        found=found,
        pool=pool,
        now=registry().now(),
        person=actor.person,
        is_supervisor=actor.role is Role.SUPERVISOR,
        statuses=words.statuses(),
    )


def reference_in(text: str) -> str:
    """Take the reference out of a scanned address (`.../staff/find?ref=...`); anything else stays as it is."""
    if not text.startswith(("http://", "https://")):
        return text
    return parse_qs(text.partition("?")[2]).get("ref", [text])[0]


def page_number(text: str) -> int:
    """Read the page of the list; anything that is no page number is the first."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return max(1, int(text)) if is_number else 1
