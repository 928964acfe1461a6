"""Server-side web sessions that cost nothing to a page that does not look at them.

A view that never touches `flask.session` reads no row, writes none and sets no cookie (design rule 10). Whatever touches it is
answered with `no-store` and `Vary: Cookie`. Values in the session are JSON; what a request changed is found by comparison,
so nested values need no mark, and two requests of one browser do not undo each other's keys.

The row is written when the answer is ready, in a transaction of its own: signing in and out may be called inside or outside
a `self._registry.write()` block alike.
"""

import copy
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from flask import Flask, Request, Response, g, session
from flask.sessions import SessionInterface, SessionMixin

from portal.registry import EXTENSION, Registry
from portal.web import session_table
from portal.web.session_table import ANONYMOUS, RESIDENT, STAFF, StoredSession, purge_sessions, revoke_sessions_of
from registry_core.storage.keys import keyring

__all__ = [
    "ANONYMOUS",
    "KEPT_MARK",
    "LOOKED_FOR",
    "RESIDENT",
    "STAFF",
    "LazySession",
    "PastSession",
    "current_session",
    "init_app",
    "purge_sessions",
    "renew_session",
    "revoke_session",
    "revoke_sessions_of",
]

#: `last_seen_at` is written at most this often, so that reading pages does not write a row each time.
TOUCHED_EVERY: Final = timedelta(minutes=1)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: In the data of a session that may find a kept form: [until (seconds), whose (hex index, "" for who is signed in)].
KEPT_MARK: Final = "_kept"
LOOKED_FOR: Final = timedelta(minutes=30)

_WAS = "_was"
_MARK_LENGTH = 16
_CSRF = "csrf_token"


@dataclass(frozen=True, slots=True)
class PastSession:
    """Whose session ended in this browser within the last day."""

    audience: str
    subject_index: bytes


class LazySession(SessionMixin):
    """The session of one request. Nothing is read before the first look, nothing written without a change."""

    accessed = False

    def __init__(self, token: str | None, registry: Registry) -> None:
        """Only remember the cookie, and where to look it up."""
        self._token = token
        self._registry = registry
        self._is_open = False
        self._stored: StoredSession | None = None
        self._before: dict[str, Any] = {}
        self._data: dict[str, Any] = {}
        self._row_id: UUID | None = None
        self._audience: str = ANONYMOUS
        self._subject_index: bytes | None = None
        self._is_renewed = False
        self._goes_on = False
        self.was_revoked = False

    # ---- the mapping

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 -- the interface of a mapping of JSON values
        return self._values()[key]

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 -- as __getitem__
        self._values()[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())

    # ---- who

    @property
    def audience(self) -> str:
        """`anonymous`, `resident` or `staff`."""
        self._values()
        return self._audience

    @property
    def is_signed_in(self) -> bool:
        """Somebody is signed in."""
        return self.audience != ANONYMOUS

    @property
    def subject_index(self) -> bytes | None:
        """The index of who is signed in; None for nobody, and in the request that signs in."""
        self._values()
        return self._subject_index

    @property
    def row_id(self) -> UUID:
        """The id of the row, made now when there is none yet."""
        self._values()
        if self._row_id is None:
            self._row_id = session_table.new_row_id()
        return self._row_id

    @property
    def past(self) -> PastSession | None:
        """Whose session ended here, when nobody is signed in now."""
        values = self._values()
        if self._audience != ANONYMOUS:
            return None
        if self._stored and not self._stored.is_live and self._stored.subject_index:
            return PastSession(self._stored.audience, self._stored.subject_index)
        was = values.get(_WAS)
        return PastSession(was[0], bytes.fromhex(was[1])) if was else None

    @property
    def had_cookie(self) -> bool:
        """The browser sent an id we know, live or over."""
        self._values()
        return self._stored is not None

    # ---- the changes of identity

    def renew(self, audience: str, subject: str | None) -> None:
        """Take a new id; the old one dies with this answer. The data stays only when the same person stays."""
        values = self._values()
        with self._registry.read() as db:
            indexes = session_table.subject_indexes(keyring(db), subject) if subject else ()
        index = indexes[0] if indexes else None
        is_same = self._subject_index in indexes and audience == self._audience
        if not is_same:
            values.clear()
            values[_CSRF] = f"{secrets.token_hex(20)}.{token_mark(index)}"
            values[KEPT_MARK] = [int((self._registry.now() + LOOKED_FOR).timestamp()), ""]
        self._subject_index, self._audience = index, audience
        self._row_id = session_table.new_row_id()
        self._is_renewed, self._goes_on = True, is_same
        self.was_revoked = False

    def revoke(self) -> None:
        """End this session; what is put into it afterwards belongs to a new, anonymous one."""
        self._values().clear()
        self._subject_index = None
        self._audience = ANONYMOUS
        self._row_id = session_table.new_row_id()
        self._is_renewed, self._goes_on = True, False
        self.was_revoked = True

    # ---- reading and writing

    def _values(self) -> dict[str, Any]:
        self.accessed = True
        if not self._is_open:
            if self._token is not None:
                self._read(self._token)
            self._is_open = True
        return self._data

    def _read(self, token: str) -> None:
        with self._registry.read() as db:
            stored = session_table.stored_session(db, token=token, at=self._registry.now())
        self._stored = stored
        if stored is None or not stored.is_live:
            return
        self._row_id = stored.id
        self._audience = stored.audience
        self._subject_index = stored.subject_index
        self._before = copy.deepcopy(stored.data)
        self._data = stored.data

    def is_over(self) -> bool:
        """The browser holds an id that no live session has."""
        return self._token is not None and (self._stored is None or not self._stored.is_live)

    def save(self) -> str | None:
        """Write what changed. Returns the id for a new cookie, None when the cookie stays as it is."""
        live_row = self._stored.id if self._stored and self._stored.is_live else None
        if self._is_renewed or live_row is None:
            return self._save_as_new(live_row)
        put = {key: value for key, value in self._data.items() if _form(value) != _form(self._before.get(key, ...))}
        gone = self._before.keys() - self._data.keys()
        at = self._registry.now()
        if put or gone:
            with self._registry.write() as db:
                session_table.change_session(db, row_id=live_row, put=put, gone=set(gone), at=at)
        elif self._stored and at - self._stored.last_seen_at >= TOUCHED_EVERY:
            with self._registry.write() as db:
                session_table.touch_session(db, row_id=live_row, at=at)
        return None

    def _save_as_new(self, old_row: UUID | None) -> str | None:
        """Revoke the old row and, when there is something to hold, insert a new one: one transaction.

        A session that was ended elsewhere while this request ran (sign-out in another tab, another sign-in linked at the
        counter) does not come back to life under a new id: then None.
        """
        past = self.past
        holds_something = bool(self._data) or self._audience != ANONYMOUS
        if old_row is None and not holds_something:
            return None
        if past and holds_something:
            self._data[_WAS] = [past.audience, past.subject_index.hex()]
        token = session_table.new_token() if holds_something else None
        with self._registry.write() as db:
            at = self._registry.now()
            was_live = old_row is not None and session_table.revoke_one(db, row_id=old_row, at=at)
            if self._goes_on and not was_live:
                token = None
            if token is not None:
                session_table.add_session(
                    db,
                    row_id=self.row_id,
                    token=token,
                    audience=self._audience,
                    subject=self._subject_index,
                    data=self._data,
                    at=at,
                )
        self._is_renewed = False
        return token


class TableSessions(SessionInterface):
    """Flask's way to `LazySession`."""

    def open_session(self, app: Flask, request: Request) -> LazySession:
        """Look at the cookie's form alone."""
        if "HTTP_COOKIE" not in request.environ:
            return LazySession(None, registry_of(app))
        token = request.cookies.get(self.get_cookie_name(app), "")
        return LazySession(token if _TOKEN.fullmatch(token) else None, registry_of(app))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the row and set or delete the cookie, but only when the request touched the session."""
        lazy = cast("LazySession", session)
        if not lazy.accessed:
            return
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
        if response.status_code >= 500:  # noqa: PLR2004 -- what failed is not saved, nor is a broken database asked again
            return
        token = lazy.save()
        name = self.get_cookie_name(app)
        secure = bool(app.config["SESSION_COOKIE_SECURE"])
        if token is not None:
            response.set_cookie(name, token, path="/", secure=secure, httponly=True, samesite="Lax")
        elif lazy.was_revoked or lazy.is_over():
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")


def current_session() -> LazySession:
    """The session of this request, with what `flask.session` does not name."""
    return cast("LazySession", session._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 -- werkzeug's way


def renew_session(audience: str, subject: str) -> None:
    """Give the browser a new id: at sign-in, at step-up and when a role changes. The old id is dead with this answer.

    Call it before putting the person into the session: the data of another person, or of nobody, is dropped.
    """
    current_session().renew(audience, subject)
    g.pop(_CSRF, None)


def revoke_session() -> None:
    """End the session: at sign-out. The answer also tells the browser to clear what it has stored of us."""
    current_session().revoke()
    g.pop(_CSRF, None)
    g.clear_site_data = True


def token_mark(subject_index: bytes | None) -> str:
    """What a form token says of whom it was made for: a form made for one person is never shown to the next one."""
    return subject_index.hex()[:_MARK_LENGTH] if subject_index else ""


def init_app(app: Flask) -> None:
    """Install the sessions. The `__Host-` name binds the cookie to this host and to https; the demo on http has a plain one."""
    is_production = not registry_of(app).config.is_demo
    app.config["SESSION_COOKIE_NAME"] = "__Host-portal" if is_production else "portal_session"
    app.config["SESSION_COOKIE_SECURE"] = is_production
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.session_interface = TableSessions()


def registry_of(app: Flask) -> Registry:
    """The register of an application, without a context of it."""
    return cast("Registry", app.extensions[EXTENSION])


def _form(value: object) -> str:
    return "" if value is ... else str(session_table.FORM.dumps(value))
