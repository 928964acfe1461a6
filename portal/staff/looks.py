"""What one has looked at oneself: the same entries the residents read."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.auth.guards import current_actor, staff_only
from portal.registry import registry
from portal.staff import desk, words
from portal.staff.desk import blueprint
from registry_core.ledger import entries_by

MOST_SHOWN = 100


@blueprint.get("/my-looks")
@staff_only(*desk.CASE_WORKERS, *desk.ADMINISTRATORS)
def my_looks() -> ResponseReturnValue:
    """List one's own recent entries, newest first, without names: they are no way around opening a record."""
    with registry().read() as session:
        entries = entries_by(session, person=current_actor().person, limit=MOST_SHOWN)
    return render_template(
        "staff/my_looks.html", entries=entries, actions=words.actions(), purposes=words.all_purposes()
    )
