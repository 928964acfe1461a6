"""What every face stands on: sessions, forms, error pages, security headers, limits, health, the request log."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Put the web's parts in place, outermost first: what looks at a request earlier is set up earlier."""
    from portal.web import (  # noqa: PLC0415 -- `portal.web.<module>` must be importable without loading all others
        csrf,
        error_pages,
        forms,
        health,
        hostile_input,
        kept_posts,
        request_log,
        security_headers,
        sessions,
        static_files,
        well_known,
    )

    request_log.init_app(app)
    security_headers.init_app(app)
    error_pages.init_app(app)
    hostile_input.init_app(app)
    sessions.init_app(app)
    csrf.init_app(app)
    kept_posts.init_app(app)
    forms.init_app(app)
    health.init_app(app)
    well_known.init_app(app)
    static_files.init_app(app)
