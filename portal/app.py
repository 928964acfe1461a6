"""`create_app(config)`: the parts put together, outermost first."""

from flask import Flask

from portal import auth, faq, letters, resident, staff, web
from portal.auth import install as sign_in
from portal.config import PROJECT_ROOT, Config
from portal.i18n.install import install_languages
from portal.registry import Registry, guard_keys_open, install_registry, open_registry
from registry_core.storage import migrate

__all__ = ["auth", "create_app"]


class SchemaIsAnother(Exception):
    """The database is at another revision than this code; the message says what to do."""


def create_app(config: Config, *, incomplete_languages_too: bool = False) -> Flask:
    """Make the application. Raises KeysUnusable, LanguageTableError, SchemaIsAnother with what to do."""
    app = Flask(__name__, template_folder=str(PROJECT_ROOT / "templates"), static_folder=str(PROJECT_ROOT / "static"))
    app.secret_key = config.secret_key
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config["PORTAL"] = config
    opened = open_registry(config)
    try:
        _guard_register(opened)
    except Exception:
        opened.engine.dispose()
        raise
    install_registry(app, opened)
    install_languages(
        app,
        config.languages,
        incomplete_too=incomplete_languages_too,
        require_reviewed=config.require_reviewed,
    )
    web.init_app(app)
    sign_in.init_app(app, config)
    for face in (faq, resident, staff, letters):
        app.register_blueprint(face.blueprint)
    app.context_processor(lambda: {"municipality": config.municipality, "is_demo": config.is_demo})
    if config.is_demo:
        from portal.demo.provider import install as demo_provider  # noqa: PLC0415 -- never even loaded in production

        demo_provider.init_app(app, config)
    return app


def _guard_register(opened: Registry) -> None:
    """The schema is this code's, and the keys are the register's. Raises SchemaIsAnother, KeysLost."""
    found, needed = migrate.current_revision(opened.engine), migrate.head_revision()
    if found != needed:
        raise SchemaIsAnother(
            f"The database is at schema revision {found or 'none'}, this portal needs {needed}. Run `portal init`."
        )
    guard_keys_open(opened.engine, opened.keyring, opened.config.data_keys_file)
