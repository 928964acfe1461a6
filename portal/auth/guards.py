"""Guards: every view carries exactly one, and it names the audience of the view.

    @blueprint.get("/record")
    @resident_only
    def record() -> str: ...

Each guard sets ``__guard__`` on the view (its own name) and ``__guard_roles__`` (the staff roles, else empty);
a test walks all routes and refuses a view without one, or with two.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.own_paths import path_to_come_back_to
from portal.auth.signed_in import (
    RESIDENT,
    STAFF,
    SignedIn,
    current_actor,
    current_person_name,
    current_record_id,
)
from portal.registry import registry
from portal.web.kept_posts import SEND_AGAIN, keep_post, look_for_kept
from portal.web.sessions import current_session
from registry_core.values.actor import Role

__all__ = [
    "anonymous",
    "current_actor",
    "current_person_name",
    "current_record_id",
    "machine",
    "public",
    "resident_only",
    "staff_only",
    "step_up_required",
]

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def public(view: View) -> View:
    """Mark a page that is the same bytes for everybody: it must touch no session (design rule 10)."""
    return _marked(view, view, "public")


def anonymous(view: View) -> View:
    """Mark a page that uses a session but asks for no sign-in, such as the sign-in page itself."""
    return _marked(view, view, "anonymous")


def machine(view: View) -> View:
    """Mark an answer for programs: health, metrics, the callbacks' keys; it touches no session."""
    return _marked(view, view, "machine")


def resident_only(view: View) -> View:
    """Let in a resident whose sign-in is linked to a record; others go to sign-in or to linking, and come back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        signed_in = SignedIn.load()
        if signed_in is None or signed_in.audience != RESIDENT:
            return _sent_to("auth.sign_in")
        if not signed_in.record_id:
            return _sent_to("auth.link_record")
        return view(*args, **kwargs)

    return _marked(cast("View", guarded), view, "resident_only")


def staff_only(*roles: Role | str) -> Callable[[View], View]:
    """Let in staff with one of these roles (no roles: any). Another role gets 403, nobody goes to sign-in."""
    allowed = tuple(Role(role) for role in roles)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            signed_in = SignedIn.load()
            if signed_in is None or signed_in.audience != STAFF or not signed_in.is_role_current(registry().now()):
                return _sent_to("auth.staff_sign_in")
            if allowed and Role(signed_in.role) not in allowed:
                abort(403)
            return view(*args, **kwargs)

        return _marked(cast("View", guarded), view, "staff_only", allowed)

    return guard


def step_up_required(view: View) -> View:
    """Ask for a fresh sign-in (at most five minutes old) before the view; stands below the guard of the view."""

    @wraps(view)
    def stepped_up(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        signed_in = SignedIn.load()
        if signed_in is None or not signed_in.is_stepped_up(registry().now()):
            _keep_what_was_typed()
            return _sent_to("auth.step_up")
        return view(*args, **kwargs)

    stepped_up.__step_up__ = True  # type: ignore[attr-defined]
    return cast("View", stepped_up)


def _marked(guarded: View, view: View, name: str, roles: tuple[Role, ...] = ()) -> View:
    """Write the guard's name on the view; two guards on one view are a mistake of the programmer."""
    if getattr(view, "__guard__", None) is not None:
        message = f"{view.__qualname__} has two guards"
        raise TypeError(message)
    guarded.__guard__ = name  # type: ignore[attr-defined]
    guarded.__guard_roles__ = roles  # type: ignore[attr-defined]
    return guarded


def _keep_what_was_typed() -> None:
    """Let a form that meets the step-up be given back, filled, after it."""
    owner = current_session().subject_index
    page = path_to_come_back_to()
    if request.method == "POST" and owner and keep_post(owner=owner, path=page, reason=SEND_AGAIN):
        look_for_kept(owner)


def _sent_to(endpoint: str) -> ResponseReturnValue:
    """Redirect to a page of the sign-in, which brings the person back to where they were."""
    code = 302 if request.method in {"GET", "HEAD"} else 303
    return redirect(url_for(endpoint, next=path_to_come_back_to()), code)
