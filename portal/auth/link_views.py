"""The page for a sign-in that could not be linked by itself: the one-time PIN from the counter."""

from dataclasses import replace
from datetime import timedelta

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from portal.auth.face import blueprint, first_page, sign_in_page
from portal.auth.forms import PinForm
from portal.auth.guards import anonymous
from portal.auth.link_tables import TRIES
from portal.auth.own_paths import own_path
from portal.auth.pins import PinTry, redeem_pin
from portal.auth.sessions import keep_session
from portal.auth.signed_in import RESIDENT, SignedIn, session_subject
from portal.registry import registry
from portal.web.rate_limits import RateLimit, TooManyTries
from portal.web.sessions import revoke_sessions_of

_LIMIT = RateLimit("link-pin", limit=TRIES, per=timedelta(hours=1))


@blueprint.route("/<lang:lang>/sign-in/link", methods=["GET", "POST"])
@anonymous
def link_record() -> ResponseReturnValue:
    """Ask for PIN and birth date together; five tries, each failure says how many are left."""
    signed_in = SignedIn.load()
    target = own_path(request.args.get("next"), first_page(RESIDENT))
    if signed_in is None or signed_in.audience != RESIDENT:
        return redirect(sign_in_page(RESIDENT, target), 303)
    if signed_in.record_id:
        return redirect(target, 303)
    form = PinForm()
    tried: PinTry | None = None
    if form.validate_on_submit():
        tried = _try(signed_in, form)
        if tried.record_id is not None:
            keep_session(replace(signed_in, record_id=str(tried.record_id)))
            return redirect(target, 303)
        form.pin.data, form.pin.raw_data = "", None
    return render_template("auth/link_record.html", form=form, tried=tried), 422 if tried or form.errors else 200


def _try(signed_in: SignedIn, form: PinForm) -> PinTry:
    """Try the PIN; when another sign-in spoke for the record until now, all its web sessions end.

    A sign-in has five tries within an hour, whatever PINs it tries, and a PIN survives five wrong birth dates.
    """
    try:
        left = _LIMIT.take(signed_in.session_subject)
    except TooManyTries:
        return PinTry(None, 0)
    try:
        tried = _redeemed(signed_in, form)
    except IntegrityError:
        return PinTry(
            None, left
        )  # another device linked the same sign-in or record at this moment: nothing was done here
    if tried.record_id is None:
        return replace(tried, tries_left=min(left, tried.tries_left))
    _LIMIT.forget(signed_in.session_subject)
    return tried


def _redeemed(signed_in: SignedIn, form: PinForm) -> PinTry:
    at = registry().now()
    with registry().write() as db:
        tried = redeem_pin(
            db,
            issuer=signed_in.issuer,
            subject=signed_in.subject,
            digits=form.pin.data or "",
            birth_date=str(form.birth_date.data),
            actor=signed_in.actor(registry().config.municipality.code),
            at=at,
        )
        if tried.replaced is not None:
            revoke_sessions_of(db, subject=session_subject(*tried.replaced), at=at)
    return tried
