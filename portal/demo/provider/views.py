"""The addresses of the demo provider, and its one page, which asks who one wants to be."""

from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Blueprint, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from portal.auth.guards import anonymous, machine
from portal.demo.people import RESIDENT, STAFF, demo_people, demo_person
from portal.demo.provider.server import PATH, DemoProvider
from portal.i18n.languages import language_by_tag

blueprint = Blueprint("demo", __name__, url_prefix=PATH)

EXTENSION = "portal.demo.provider"


def _provider() -> DemoProvider:
    provider: DemoProvider = current_app.extensions[EXTENSION]
    return provider


@blueprint.get("/.well-known/openid-configuration")
@machine
def metadata() -> Response:
    """Tell what OpenID Connect Discovery wants to know."""
    return jsonify(_provider().metadata())


@blueprint.get("/jwks.json")
@machine
def jwks() -> Response:
    """Give the public keys."""
    return jsonify(_provider().keys.public().as_dict(private=False))


@blueprint.route("/authorize", methods=["GET", "POST"])
@anonymous
def authorize() -> ResponseReturnValue:
    """Show the people to choose from; the choice (form field ``login``, empty for none) goes back to the portal."""
    _speak_as_asked()
    try:
        grant = _provider().get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _refused(error)
    kind = grant.client.kind
    if request.method == "POST":
        person = demo_person(request.form.get("login", ""))
        chosen = person if person and person.kind == kind else None
        answer: ResponseReturnValue = _provider().create_authorization_response(grant=grant, grant_user=chosen)
        return answer
    people = [person for person in demo_people() if person.kind == kind]
    return render_template("demo/choose.html", people=people, kind=kind, kinds=(RESIDENT, STAFF))


@blueprint.post("/token")
@machine
def token() -> ResponseReturnValue:
    """Trade a code for tokens."""
    answer: ResponseReturnValue = _provider().create_token_response()
    return answer


@blueprint.route("/userinfo", methods=["GET", "POST"])
@machine
def userinfo() -> ResponseReturnValue:
    """Tell what the scopes allow."""
    answer: ResponseReturnValue = _provider().create_endpoint_response("userinfo")
    return answer


@blueprint.get("/end-session")
@machine
def end_session() -> ResponseReturnValue:
    """End the session the ID token names, and go back to the portal; without that, only say so."""
    _speak_as_asked()
    answer: Any = _provider().create_endpoint_response("end_session")
    return answer if answer is not None else render_template("demo/ended.html")


def _speak_as_asked() -> None:
    """Show the page in the first language of ``ui_locales`` that we have."""
    for tag in request.args.get("ui_locales", "").split()[:20]:
        language = language_by_tag(tag)
        if language is not None:
            g.language = language
            return


def _refused(error: OAuth2Error) -> ResponseReturnValue:
    """Tell the portal when it can be told, else the person."""
    if error.redirect_uri:
        answer: ResponseReturnValue = _provider().handle_error_response(None, error)
        return answer
    return render_template("demo/refused.html", error=error.error), 400
