"""Every view names its audience, and every page that opens without an argument is well formed in every language."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.live_server import PortalServer

GUARDS = {"public", "anonymous", "resident_only", "staff_only", "machine"}
# Flask's own view of the static files; they are nobody's.
UNGUARDED = {"static"}


def views(app: Flask) -> dict[str, Any]:
    return {endpoint: view for endpoint, view in app.view_functions.items() if endpoint not in UNGUARDED}


def without_arguments(app: Flask) -> list[Rule]:
    """Rules of pages that open by their address alone, the language aside."""
    return [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and rule.arguments <= {"lang"}]


def languages() -> list[str]:
    from portal.i18n.languages import languages

    return [language.tag for language in languages()]


def test_every_view_has_exactly_one_guard(reading_server: PortalServer):
    guards = {endpoint: getattr(view, "__guard__", None) for endpoint, view in views(reading_server.app).items()}
    assert {endpoint: guard for endpoint, guard in guards.items() if guard not in GUARDS} == {}


def test_every_staff_view_is_for_staff_and_every_resident_view_for_residents(reading_server: PortalServer):
    stray = []
    for endpoint, view in views(reading_server.app).items():
        face, guard = endpoint.partition(".")[0], getattr(view, "__guard__", None)
        # `letters` prints what only staff may see; it is a house service, no face of its own
        if (guard == "staff_only") != (face in {"staff", "letters"}):
            stray.append((endpoint, guard))
    assert stray == []


def test_what_changes_something_is_not_done_by_opening_an_address(reading_server: PortalServer):
    """A view takes GET or POST; one that takes both is a form that shows itself."""
    for rule in reading_server.app.url_map.iter_rules():
        assert rule.methods - {"GET", "HEAD", "OPTIONS", "POST"} == set(), rule


@pytest.mark.parametrize("lang", languages())
def test_every_page_without_arguments_is_well_formed_for_a_stranger(reading_server: PortalServer, lang: str):
    client = reading_server.client()
    for rule in without_arguments(reading_server.app):
        path = rule.rule.replace("<lang:lang>", lang)
        answer = client.ask("GET", path)
        if answer.headers["Content-Type"].startswith("text/html"):
            client.get(path, expect=answer.status_code)
    client.close()


@pytest.mark.parametrize("lang", languages())
def test_a_public_page_is_the_same_bytes_for_everybody(reading_server: PortalServer, lang: str):
    one, other = reading_server.client(), reading_server.client(accept_language="my, ur;q=0.5")
    other.get(f"/{lang}/sign-in")
    for rule in without_arguments(reading_server.app):
        if (
            getattr(reading_server.app.view_functions[rule.endpoint], "__guard__", None) != "public"
            or "lang" not in rule.arguments
        ):
            continue
        path = rule.rule.replace("<lang:lang>", lang)
        first, second = one.ask("GET", path), other.ask("GET", path)
        assert first.content == second.content, path
        assert "Set-Cookie" not in first.headers, path
        assert "Set-Cookie" not in second.headers, path
        if first.status_code == 200:
            assert "private" not in first.headers["Cache-Control"], path
            assert not [form for form in one.get(path).forms if form.method == "post"], path
    one.close()
    other.close()
