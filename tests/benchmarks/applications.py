"""What gunicorn serves in the benchmark of pages: the portal, and a bare view that sends the same."""

import json
import logging
import os
from pathlib import Path

from flask import Flask, Response

#: Where the bare view finds what to send: {"path", "headers": [[name, value], ...], "body": file beside it}.
ANSWER = "BENCHMARK_ANSWER_FILE"


def portal() -> Flask:
    """The portal as `portal serve` runs it, log lines written; languages still being translated are served too."""
    from portal.app import create_app
    from portal.config import Config

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return create_app(Config.from_environment(os.environ), incomplete_languages_too=True)


def bare() -> Flask:
    """One view, no more than Flask does by itself."""
    file = Path(os.environ[ANSWER])
    answer = json.loads(file.read_text())
    headers = [(name, value) for name, value in answer["headers"]]
    body = file.with_name(answer["body"]).read_bytes()
    app = Flask("bare", static_folder=None)

    @app.get(answer["path"])
    def page() -> Response:
        return Response(body, headers=headers)

    return app
