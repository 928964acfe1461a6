"""`portal serve`, `portal worker`, `portal demo run`."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from portal.app import SchemaIsAnother, create_app
from portal.config import PROJECT_ROOT
from portal.i18n.compiling import compile_catalog, domains_of
from portal.i18n.languages import LanguageTableError, languages
from portal.operator.opening import configuration
from portal.operator.setting_up import set_up
from portal.worker import work_until, worker_thread
from registry_core.storage.keys import KeysUnusable

_THREADS = 8


def application() -> Flask:
    """The WSGI application of the environment: `gunicorn 'portal.operator.serving:application()'`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        return create_app(configuration())
    except (KeysUnusable, SchemaIsAnother, LanguageTableError) as refused:
        click.echo(str(refused), err=True)
        raise SystemExit(2) from refused


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--workers", default=2, show_default=True, help="Processes; each has four threads.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve with gunicorn, behind a web server that speaks TLS (docs/deploy.md)."""
    application()  # refuses here, with words, rather than in each worker
    gunicorn = Path(sys.executable).with_name("gunicorn")
    arguments = ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4"]
    arguments += ["portal.operator.serving:application()"]
    os.execv(gunicorn, [str(gunicorn), *arguments])  # noqa: S606 -- our own gunicorn, no shell


@click.command()
def worker() -> None:
    """Seal the ledger, send mail, write slips, let requests lapse. One runs beside the servers; a second is harmless."""
    app = application()
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    if not app.config["PORTAL"].smtp_url:
        click.echo("PORTAL_SMTP_URL is not set: mail stays queued until it is.", err=True)
    click.echo("The worker runs. Stop it with Ctrl-C; it ends after what it has in hand.", err=True)
    work_until(app, stopped)


@click.group()
def demo() -> None:
    """The demonstration: a municipality and people that do not exist."""


@demo.command()
@click.option("--port", default=8000, show_default=True, envvar="PORT")
def run(port: int) -> None:
    """Serve the demonstration on this machine: schema, catalogs, people, worker, all in one process."""
    guard_demonstration(port)
    click.echo("Compiling the languages ...")
    _compile_languages()
    set_up(os.environ)
    app = application()
    serve_demonstration(app, port, lambda: _say_where(port))


def demonstration_of_drafts(port: int) -> Flask:
    """The application of the demonstration, languages with gaps too: for translators."""
    guard_demonstration(port)
    set_up(os.environ)
    return create_app(configuration(), incomplete_languages_too=True)


def guard_demonstration(port: int) -> None:
    """Set what the demonstration needs and nobody has set; end with 2 in production, before anything is made."""
    _demo_environment(port)
    if os.environ["PORTAL_ENV"] != "demo":
        click.echo("This is the demonstration: unset PORTAL_ENV, or set it to demo. Nothing was made.", err=True)
        raise SystemExit(2)


def serve_demonstration(app: Flask, port: int, say_where: Callable[[], None]) -> None:
    """Enter the invented people and serve until Ctrl-C."""
    from portal.demo.register import load_demo  # noqa: PLC0415 -- demo only

    opened = app.extensions["registry"]
    with opened.write() as session:
        entered = load_demo(session, opened.now())
    click.echo(f"{entered} demo residents entered." if entered else "The demo residents are there already.")
    thread, stopped = worker_thread(app)
    say_where()
    from waitress import serve as serve_here  # noqa: PLC0415 -- demo only

    try:
        serve_here(app, host="127.0.0.1", port=port, threads=_THREADS, clear_untrusted_proxy_headers=True)
    finally:
        stopped.set()
        thread.join(timeout=10)


def _compile_languages() -> None:
    for language in languages():
        for domain in domains_of(language):
            compile_catalog(language, domain)


def _demo_environment(port: int) -> None:
    folder = PROJECT_ROOT / "var" / "demo"
    defaults = {
        "PORTAL_ENV": "demo",
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_DATABASE_URL": f"sqlite:///{folder / 'register.sqlite3'}",
        "PORTAL_SECRET_KEY_FILE": str(folder / "secret-key"),
        "PORTAL_DATA_KEYS_FILE": str(folder / "data-keys.json"),
        "PORTAL_CHECKPOINT_HOLDERS": str(folder / "checkpoints.jsonl"),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def _say_where(port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    click.echo(
        f"""
  The portal of Midorigaoka City (invented) is open:

    {url}/              choose a language
    {url}/vi/faq        the questions and answers, in Vietnamese
    {url}/en/record     my record: sign in as resident-1
    {url}/ja/staff/     the staff's queue: sign in as clerk-1, then approve as clerk-2

  Stop with Ctrl-C. Everything is kept in var/demo; delete that folder to begin anew.
"""
    )
