"""Is the process alive, and is it ready to serve: for load balancers and operators, without a word about people.

`/healthz` asks nothing of anybody. `/readyz` asks the database, compares the schema, and tells how old the part of the ledger is
that the worker has not sealed yet, whether outside holders have its checkpoints, and which languages are left out (the log says
why); 503 when a person could not be served.
"""

import logging
from datetime import timedelta
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.auth.guards import machine
from portal.i18n.availability import languages_left_out
from portal.registry import registry
from registry_core.ledger import HolderState, holder_states, oldest_unsealed
from registry_core.storage.migrate import head_revision

LOG = logging.getLogger(__name__)

#: An unsealed part of the ledger older than this is told as "late": the worker seals about every second.
LATE_AFTER: Final = timedelta(minutes=1)

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Add both addresses."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@machine
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@machine
def readyz() -> tuple[Response, int]:
    """What a person needs is there."""
    checks = _checks()
    is_ready = checks["database"] == "ok" and checks["schema"] == "ok"
    return jsonify({"ready": is_ready, **checks}), 200 if is_ready else 503


def _checks() -> dict[str, Any]:
    left_out = sorted(languages_left_out())
    try:
        with registry().read() as session:
            revision = session.scalar(text("select version_num from alembic_version"))
            oldest = oldest_unsealed(session)
            holders = holder_states(session, addresses=registry().config.checkpoint_holders, at=registry().now())
    except SQLAlchemyError as broken:
        LOG.warning("not ready: %s", type(broken).__name__)
        return {
            "database": "unreachable",
            "schema": "unknown",
            "ledger_tail_seconds": None,
            "languages_left_out": left_out,
        }
    age = registry().now() - oldest if oldest else timedelta(0)
    return {
        "database": "ok",
        "schema": "ok" if revision == _head() else "other-revision",
        "ledger_tail_seconds": round(max(age.total_seconds(), 0.0), 1),
        "ledger_seals": "late" if age > LATE_AFTER else "ok",
        "checkpoint_holders": _holders_word(holders),
        "languages_left_out": left_out,
    }


def _holders_word(holders: list[HolderState]) -> str:
    if not holders:
        return "none"
    return "late" if any(holder.is_late for holder in holders) else "ok"


@cache
def _head() -> str:
    """The revision this code needs; reading it from the files once is enough."""
    return head_revision()
