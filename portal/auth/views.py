"""Pages of the sign-in: begin, come back from the provider, prove it once more, sign out."""

from http import HTTPStatus

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.auth.face import blueprint, first_page, refused, sign_in_page, to_the_provider
from portal.auth.failures import SignInFailed
from portal.auth.guards import anonymous
from portal.auth.oidc import begun_flow, finish
from portal.auth.own_paths import own_path
from portal.auth.sessions import begin_session
from portal.auth.signed_in import RESIDENT, STAFF, SignedIn
from portal.i18n.gettext import current_language
from portal.i18n.languages import language_by_tag
from portal.web.sessions import current_session


@blueprint.route("/<lang:lang>/sign-in", methods=["GET", "POST"])
@anonymous
def sign_in() -> ResponseReturnValue:
    """Say what comes; then go to the residents' provider."""
    come_back_to = request.args.get("next")
    if request.method == "POST":
        return to_the_provider(RESIDENT, come_back_to)
    return render_template("auth/sign_in.html")


@blueprint.route("/<lang:lang>/staff/sign-in", methods=["GET", "POST"])
@anonymous
def staff_sign_in() -> ResponseReturnValue:
    """As ``sign_in``, for staff."""
    if request.method == "POST":
        return to_the_provider(STAFF, request.args.get("next"))
    return render_template("auth/staff_sign_in.html")


@blueprint.get("/auth/resident/callback")
@anonymous
def resident_callback() -> ResponseReturnValue:
    """Take the answer of the residents' provider."""
    return _answered(RESIDENT)


@blueprint.get("/auth/staff/callback")
@anonymous
def staff_callback() -> ResponseReturnValue:
    """Take the answer of the staff's provider."""
    return _answered(STAFF)


@blueprint.route("/<lang:lang>/step-up", methods=["GET", "POST"])
@anonymous
def step_up() -> ResponseReturnValue:
    """Say why a fresh proof is asked for; then go to the provider of whoever is signed in."""
    signed_in = SignedIn.load()
    come_back_to = request.args.get("next")
    if signed_in is None:
        return redirect(sign_in_page(RESIDENT, own_path(come_back_to, "") or None), 303)
    if request.method == "POST":
        return to_the_provider(signed_in.audience, come_back_to, step_up=True)
    return render_template("auth/step_up.html", back=own_path(come_back_to, first_page(signed_in.audience)))


def _answered(audience: str) -> ResponseReturnValue:
    """Check the answer, make the session, go where the person wanted to go; else tell them why not."""
    come_back_to, is_step_up = None, False
    try:
        flow = begun_flow(audience)
        if flow is not None:
            come_back_to, is_step_up = flow["come_back_to"], flow["step_up"]
            g.language = language_by_tag(flow["language"]) or current_language()
        signed_in = begin_session(finish(audience, flow))
    except SignInFailed as failure:
        # An answer of 5xx does not save the session by itself; that this state is used up must be saved all the same.
        if failure.reason.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            current_session().save()
        return refused(failure, audience, come_back_to, step_up=is_step_up)
    target = own_path(come_back_to, first_page(audience))
    if audience == RESIDENT and not signed_in.record_id:
        return redirect(url_for("auth.link_record", next=target), 303)
    return redirect(target, 303)
