"""`portal i18n preview LANG` and `portal i18n pseudo`: the demonstration, speaking from what translators have now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal.i18n.languages import language_by_tag
from portal.i18n.preview import UNFINISHED, PreviewedLanguage
from portal.i18n.pseudo import speak_pseudo
from portal.i18n.voices import speak_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

HINT = f"A flag ({UNFINISHED.strip()}) marks what is unfinished. Save a .po file: the page loads again."
PSEUDO_HINT = "What stands outside of the brackets is in no catalog."
_PORT = click.option("--port", default=8001, show_default=True, help="Of this machine; nobody else can reach it.")


@click.command()
@click.argument("lang")
@_PORT
def preview(lang: str, port: int) -> None:
    """Serve the demonstration in LANG from its .po files; a page loads again when you save.

    What is not translated, stale or refused shows its source with a flag in front. Other languages are there too.
    """
    language = language_by_tag(lang)
    if language is None:
        raise click.BadParameter(f"{lang} is not in translations/languages.toml")
    previewed = PreviewedLanguage(language)
    speak_with(language, previewed.voice)

    def watch(app: Flask) -> None:
        _watch(app, previewed)

    _serve(
        port,
        watch,
        [f"{lang}/"],
        f"A flag ({UNFINISHED.strip()}) marks what is unfinished. Save a .po file: the page loads again.",
    )


@click.command()
@_PORT
def pseudo(port: int) -> None:
    """Serve the demonstration in two languages that do not exist, to see what is not translated or does not fit.

    Every message stands in brackets and is 40 % longer; what stands outside of them comes from no catalog.
    """
    languages = speak_pseudo()
    _serve(
        port,
        lambda _app: None,
        [f"{language.tag}/" for language in languages],
        "What stands outside of the brackets is in no catalog.",
    )


def _watch(app: Flask, previewed: PreviewedLanguage) -> None:
    """Answer what state the files are in, and forget the stored pages of another."""
    from flask import Response  # noqa: PLC0415 -- the commands load no web for --help

    from portal.auth.guards import machine  # noqa: PLC0415
    from portal.faq.stored_pages import EXTENSION  # noqa: PLC0415

    shown = {"state": previewed.state}

    @machine
    def preview_state() -> Response:
        return Response(previewed.state, mimetype="text/plain")

    def forget_pages() -> None:
        if shown["state"] != previewed.state:
            shown["state"] = previewed.state
            app.extensions.get(EXTENSION, {}).clear()

    app.add_url_rule("/preview/state", "preview_state", preview_state)
    app.before_request(forget_pages)
    app.context_processor(lambda: {"preview_state": "preview_state"})


def _serve(port: int, prepare: Callable[[Flask], None], paths: list[str], hint: str) -> None:
    from portal.operator.serving import demonstration_of_drafts, serve_demonstration  # noqa: PLC0415 -- as above

    app = demonstration_of_drafts(port)
    prepare(app)
    addresses = "".join(f"\n  http://127.0.0.1:{port}/{path}" for path in paths)
    serve_demonstration(app, port, lambda: click.echo(f"\n{addresses}\n\n  {hint}\n  Stop with Ctrl-C."))
