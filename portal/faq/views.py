"""Public pages: the choice of language, the first page, questions and answers, help. They touch no session."""

from http import HTTPStatus

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from portal.auth.guards import public
from portal.faq.questions import CLOSING, CLOSING_TODAY, IMMIGRATION_ORDER, QUESTIONS, TITLE_KEY, Source
from portal.faq.reading import Reading, texts_of
from portal.faq.search import LONGEST_QUERY, Search, Trouble, find_questions, read_search
from portal.faq.stored_pages import public_page
from portal.i18n.completeness import completeness
from portal.i18n.languages import Language
from portal.i18n.negotiation import negotiated_language, served_languages
from portal.registry import registry

blueprint = Blueprint("faq", __name__)

LANGUAGE_COOKIE = "language"
NO_SEARCH = Search("")
YEAR_SECONDS = 365 * 24 * 60 * 60


@blueprint.get("/")
@public
def front() -> ResponseReturnValue:
    """Send a reader who has chosen to her language; let all others choose."""
    chosen = _served(request.args.get("choose", ""))
    if chosen is not None:
        response = redirect(url_for("faq.home", lang=chosen), 302)
        _remember(response, chosen)
        return _of_this_reader(response)
    remembered = _served(request.cookies.get(LANGUAGE_COOKIE, ""))
    if remembered is not None:
        return _of_this_reader(redirect(url_for("faq.home", lang=remembered), 302))
    return _choice()


@blueprint.get("/languages")
@public
def choose_language() -> ResponseReturnValue:
    """Let a reader choose again, also one whose choice is remembered."""
    return _choice()


@blueprint.get("/<lang:lang>/")
@public
def home() -> ResponseReturnValue:
    """What can be done here."""
    return public_page(
        "home",
        lambda: render_template(
            "faq/home.html",
            reading=Reading(),
            site_url=_site_url(),
            status_source=Source("home.status.source", IMMIGRATION_ORDER),
        ),
    )


@blueprint.get("/<lang:lang>/help")
@public
def help_page() -> ResponseReturnValue:
    """Lost slip, a company that asks for the code, the counter."""
    return public_page("help", lambda: render_template("faq/help.html", reading=Reading(), site_url=_site_url()))


@blueprint.get("/<lang:lang>/languages")
@public
def languages_page() -> ResponseReturnValue:
    """How complete each language is, and how much of it a person has checked."""
    return public_page(
        "languages", lambda: render_template("faq/languages.html", rows=completeness(), site_url=_site_url())
    )


@blueprint.get("/<lang:lang>/faq")
@public
def faq() -> ResponseReturnValue:
    """The Ministry's questions and answers, all or those a search finds."""
    if request.query_string and (answer := _searched()) is not None:
        return answer
    return public_page("faq", _faq_page)


def _searched() -> AnyResponse | None:
    """Answer a search; None when nothing was asked."""
    if request.args.get("refused") == Trouble.LOOKS_LIKE_A_CODE:
        return _not_kept(Response(_faq_page(Search("", trouble=Trouble.LOOKS_LIKE_A_CODE))))
    search = read_search(request.args.get("q", ""), g.language.tag)
    if search.trouble is Trouble.LOOKS_LIKE_A_CODE:
        # Somebody's number must not stay in the address, from where it would go into links and histories.
        return _not_kept(redirect(url_for("faq.faq", refused=Trouble.LOOKS_LIKE_A_CODE, _anchor="found"), 303))
    if search.trouble or search.text:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if search.trouble else HTTPStatus.OK
        return _not_kept(Response(_faq_page(search), status))
    return None


def _not_kept(response: AnyResponse) -> AnyResponse:
    """Keep a search out of caches and search engines: it is nobody else's business."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _faq_page(search: Search = NO_SEARCH) -> str:
    found = find_questions(search.terms, texts_of) if search.terms else ()
    return render_template(
        "faq/faq.html",
        reading=Reading(search.terms if found else ()),
        questions=found or QUESTIONS,
        all_questions=QUESTIONS,
        found=len(found),
        search=search,
        longest=LONGEST_QUERY,
        title_key=TITLE_KEY,
        closing=CLOSING,
        closing_today=CLOSING_TODAY,
        site_url=_site_url(),
    )


def _choice() -> AnyResponse:
    guess = negotiated_language(request.headers.get("Accept-Language", ""))
    others = [language for language in served_languages() if language != guess]
    return _of_this_reader(Response(render_template("faq/choose.html", choices=[guess, *others])))


def _served(tag: str) -> Language | None:
    return next((language for language in served_languages() if language.tag == tag), None)


def _remember(response: AnyResponse, language: Language) -> None:
    """Set the one cookie of the public pages: a tag from the table, readable by nothing but this server."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language.tag,
        max_age=YEAR_SECONDS,
        secure=_site_url().startswith("https:"),
        httponly=True,
        samesite="Lax",
    )


def _of_this_reader(response: AnyResponse) -> AnyResponse:
    """Say that the answer depends on who asks: the only public page that does."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _site_url() -> str:
    """Address of the service for other sites to link to: from the configuration, never from the request's Host."""
    return registry().config.base_url.rstrip("/")
