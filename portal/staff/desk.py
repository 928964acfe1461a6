"""The desk every staff view stands on: the blueprint, who works here, and the menu of each role."""

from flask import Blueprint

from portal.auth.guards import current_actor, current_person_name
from portal.i18n.gettext import _s
from registry_core.values import Role

blueprint = Blueprint("staff", __name__, url_prefix="/<lang:lang>/staff")

# Staff pages exist in Japanese and English; the routing answers 404 in any other language.

#: Who works on requests, residents and corrections.
CASE_WORKERS = (Role.CLERK, Role.SUPERVISOR)
#: Who ties staff to their own records, so that their households are kept from them.
ADMINISTRATORS = (Role.ADMINISTRATOR,)


@blueprint.context_processor
def frame() -> dict[str, object]:
    """What the frame of staff pages shows: the menu of the role, who is signed in."""
    if not is_signed_in():
        return {"staff_pages": ()}
    return {"staff_pages": places(current_actor().role), "staff_name": current_person_name()}


def places(role: Role) -> list[tuple[str, str]]:
    """The menu of a role: endpoints and words."""
    if role in CASE_WORKERS:
        return [
            ("staff.queue", _s("Requests for another code")),
            ("staff.search", _s("Find a resident")),
            ("staff.corrections", _s("Corrections asked for")),
            ("staff.deliveries", _s("Stuck deliveries")),
            ("staff.my_looks", _s("What I have looked at")),
        ]
    if role in ADMINISTRATORS:
        return [
            ("staff.links", _s("Staff and their own records")),
            ("staff.my_looks", _s("What I have looked at")),
        ]
    return []


def is_signed_in() -> bool:
    """Tell whether somebody is signed in; the frame is made for refused visitors too."""
    try:
        current_actor()
    except LookupError:
        return False
    return True
