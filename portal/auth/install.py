"""Put the sign-in into the application."""

from flask import Flask

from portal.auth import link_views, sign_out, views
from portal.auth.face import blueprint
from portal.auth.oidc import init_oidc
from portal.config import Config

#: The modules whose views hang on the blueprint; importing them is what puts them there.
VIEWS = (views, link_views, sign_out)


def init_app(app: Flask, config: Config) -> None:
    """Register both providers and the pages. No provider is asked anything yet."""
    init_oidc(app, config.resident_oidc, config.staff_oidc)
    app.register_blueprint(blueprint)
