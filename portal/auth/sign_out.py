"""Signing out: our session is revoked for every worker, then the provider's own session is ended (RP-initiated logout)."""

import logging

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from portal.auth.face import blueprint
from portal.auth.failures import SignInFailed
from portal.auth.guards import anonymous, public
from portal.auth.oidc import UNBELIEVABLE, provider, settings_of
from portal.auth.signed_in import STAFF, SignedIn
from portal.i18n.gettext import current_language
from portal.i18n.languages import language_by_tag
from portal.registry import registry
from portal.web.sessions import revoke_session

_LOG = logging.getLogger(__name__)
_STAFF_STATE = "staff-"


@blueprint.post("/<lang:lang>/sign-out")
@anonymous
def sign_out() -> ResponseReturnValue:
    """End this session here and at the provider; a provider that cannot be reached does not keep anybody signed in here."""
    signed_in = SignedIn.load()
    revoke_session()
    address = _end_at_provider(signed_in) if signed_in else None
    is_staff = signed_in is not None and signed_in.audience == STAFF
    return _cleared(redirect(address or url_for("auth.staff_signed_out" if is_staff else "auth.signed_out"), 303))


@blueprint.get("/auth/signed-out")
@public
def back_from_provider() -> ResponseReturnValue:
    """The one address registered at the providers; the language comes back in the state."""
    state = request.args.get("state", "")
    endpoint = "auth.staff_signed_out" if state.startswith(_STAFF_STATE) else "auth.signed_out"
    language = language_by_tag(state.removeprefix(_STAFF_STATE)) or current_language()
    answer = redirect(url_for(endpoint, lang=language.tag), 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<lang:lang>/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Say that nobody is signed in any more."""
    return _cleared(Response(render_template("auth/signed_out.html", audience="resident")))


@blueprint.get("/<lang:lang>/staff/signed-out")
@public
def staff_signed_out() -> ResponseReturnValue:
    """As ``signed_out``, for staff."""
    return _cleared(Response(render_template("auth/signed_out.html", audience="staff")))


def _end_at_provider(signed_in: SignedIn) -> str | None:
    """Return the provider's address that ends its session, or None when it has none or cannot be reached."""
    client = provider(signed_in.audience)
    state = ("staff-" if signed_in.audience == STAFF else "") + current_language().tag
    try:
        if "end_session_endpoint" not in client.load_server_metadata():
            return None
        ended = client.create_logout_url(
            post_logout_redirect_uri=registry().config.base_url.rstrip("/") + "/auth/signed-out",
            id_token_hint=signed_in.id_token,
            state=state,
            client_id=settings_of(signed_in.audience).client_id,
            ui_locales=current_language().tag,
        )
    except (SignInFailed, *UNBELIEVABLE) as error:
        _LOG.warning("the provider's session could not be ended: %s", type(error).__name__)
        return None
    return str(ended["url"])


def _cleared(answer: BaseResponse) -> BaseResponse:
    """Let the browser forget the pages it has seen (a shared phone's Back button); the language cookie stays."""
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
