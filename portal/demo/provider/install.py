"""Put the demonstration into the application; it refuses to be part of anything else."""

from flask import Flask

from portal.config import Config
from portal.demo.provider.server import DemoProvider
from portal.demo.provider.views import EXTENSION, blueprint
from portal.registry import registry


class NotADemonstrationError(RuntimeError):
    """The demo provider lets anybody be anybody: it must never run where real records are."""


def init_app(app: Flask, config: Config) -> None:
    """Serve the demo provider. Raises NotADemonstrationError outside ``PORTAL_ENV=demo``."""
    if config.env != "demo":
        raise NotADemonstrationError("The demo sign-in provider starts with PORTAL_ENV=demo only.")
    app.extensions[EXTENSION] = DemoProvider(app, config, clock=lambda: int(registry().now().timestamp()))
    app.register_blueprint(blueprint)
