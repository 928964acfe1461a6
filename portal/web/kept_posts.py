"""What a person typed is not lost when the form could not be accepted: kept sealed for 30 minutes, given back once.

A form is kept when its session has ended, or when its form token is not (or no longer) that of the session. It is bound to the
person who was signed in, or, where nobody was, to the browser's session; it is given back to them alone, as the filled form of a
GET. Nothing is sent by itself: the page says "Check it and send it again". Files, tokens and passwords are not kept.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import Flask, Response, g, request, session
from markupsafe import Markup
from sqlalchemy import Index, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import MultiDict

from portal.i18n.gettext import _
from portal.registry import registry
from portal.web.sessions import KEPT_MARK, LOOKED_FOR, current_session
from registry_core.storage.base import Base
from registry_core.storage.column_types import Instant, Sealed
from registry_core.storage.keys import Keyring, SealBroken, keyring
from registry_core.storage.put_row import put_row

#: How long a form is kept.
KEPT_FOR: Final = LOOKED_FOR
#: A bigger form is not kept (characters of names and values together).
LARGEST: Final = 64 * 1024

SIGNED_OUT: Final = "signed-out"
SEND_AGAIN: Final = "send-again"

_NOT_KEPT = frozenset({"csrf_token", "_switch", "_page", "record_version", "key", "resident_record_code"})
"""Hidden fields, which nobody typed and the page that is shown again sets anew; and a code, which no page shows again."""
_OWNER_BYTES = 32


class KeptPost(Base):
    """One form, at most one for each owner."""

    __tablename__ = "kept_post"
    __table_args__ = (Index("ix_kept_post_expires_at", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[bytes] = mapped_column(LargeBinary(_OWNER_BYTES), unique=True)
    sealed: Mapped[bytes] = mapped_column(Sealed)
    expires_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form given back: the path it belongs to, why it was kept, its fields in their order."""

    id: UUID
    path: str
    reason: str
    fields: tuple[tuple[str, str], ...]


def keep_post(*, owner: bytes, path: str, reason: str) -> bool:
    """Keep the form of this request for an owner, in place of an older one. `path` is where it is to be shown again.

    Returns False when there is nothing worth keeping, or too much of it.
    """
    fields = typed_fields()
    if not fields or sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return False
    content = json.dumps({"path": urlsplit(path).path, "reason": reason, "fields": fields}).encode()
    kept_id, at = uuid4(), registry().now()
    with registry().write() as db:
        sealed = keyring(db).seal(content, bound_to=kept_id.bytes)
        put_row(db, KeptPost, key="owner", id=kept_id, owner=owner, sealed=sealed, expires_at=at + KEPT_FOR)
    return True


def typed_fields() -> list[tuple[str, str]]:
    """The fields of this request that a person filled in; a form that is one button has none."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]


def owner_of_browser(row_id: UUID) -> bytes:
    """Who owns a form of a browser in which nobody is signed in."""
    with registry().read() as db:
        return keyring(db).mark(f"kept-post-browser:{row_id}")


def look_for_kept(owner: bytes) -> None:
    """Let this session look for the form of its owner on the pages that follow."""
    session[KEPT_MARK] = [_seconds_from_now(), owner.hex()]


def kept_form() -> KeptForm | None:
    """The form to give back on this page, if there is one; after this answer it is gone."""
    if "kept_form" not in g:
        g.kept_form = _form_for_this_page()
    form: KeptForm | None = g.kept_form
    return form


def kept_values() -> MultiDict[str, str] | None:
    """The fields to fill the form of this page with, as a form would send them."""
    form = kept_form()
    return MultiDict(list(form.fields)) if form else None


def kept_notice() -> str | Markup:
    """What to tell above a form that was filled again; empty when none was."""
    form: KeptForm | None = g.get("kept_form")
    if form is None:
        return ""
    if form.reason == SIGNED_OUT:
        return _("You were signed out. What you typed is still here. Check it and send it again.")
    return _(
        "The page was open for too long, so nothing was sent. What you typed is still here. Check it and send it again."
    )


def purge_kept_posts(db: Session, *, at: datetime) -> int:
    """Delete what nobody came back for; the worker calls this. Returns how many."""
    return len(db.scalars(delete(KeptPost).where(KeptPost.expires_at <= at).returning(KeptPost.id)).all())


def _form_for_this_page() -> KeptForm | None:
    """Asked of the database only within half an hour of a sign-in or of a refused form."""
    if request.method not in {"GET", "HEAD"} or KEPT_MARK not in session:
        return None
    until, owner = session[KEPT_MARK]
    at = registry().now()
    if at.timestamp() >= until:
        del session[KEPT_MARK]
        return None
    owner_index = bytes.fromhex(owner) if owner else current_session().subject_index
    with registry().read() as db:
        row = db.scalar(select(KeptPost).where(KeptPost.owner == owner_index, KeptPost.expires_at > at))
        form = _opened(keyring(db), row) if row else None
    return form if form and form.path == request.path else None


def _seconds_from_now() -> int:
    return int((registry().now() + KEPT_FOR).timestamp())


def _opened(ring: Keyring, row: KeptPost) -> KeptForm | None:
    try:
        content: dict[str, Any] = json.loads(ring.open(row.sealed, bound_to=row.id.bytes))
    except SealBroken:
        return None
    fields = tuple((name, value) for name, value in content["fields"])
    return KeptForm(row.id, content["path"], content["reason"], fields)


def _forget_given(response: Response) -> Response:
    """Delete the form that was given back. After the view, so that no transaction of its is open any more."""
    form: KeptForm | None = g.get("kept_form")
    if form is not None and response.status_code < 400 and request.method == "GET":  # noqa: PLR2004 -- an answer that shows it
        with registry().write() as db:
            db.execute(delete(KeptPost).where(KeptPost.id == form.id))
        session.pop(KEPT_MARK, None)
    return response


def init_app(app: Flask) -> None:
    """Delete after giving back; `kept_notice()` in every template."""
    app.after_request(_forget_given)
    app.jinja_env.globals["kept_notice"] = kept_notice
