"""The page to show at the counter: one large Japanese sentence, the reader's words below it, and a QR code.

The QR code holds the address of the staff's search for the reference and nothing about the person.
"""

import io

import segno
from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.auth.guards import resident_only
from portal.registry import registry
from portal.resident.face import blueprint
from portal.resident.requests import look_at_own, own_request, to_its_page
from registry_core.codes import reference_in_groups


@blueprint.get("/<lang:lang>/requests/<reference>/counter")
@resident_only
def request_counter(reference: str) -> ResponseReturnValue:
    """What the clerk needs to see."""
    mine = look_at_own(reference)
    if mine.ground.is_ex_officio:
        return to_its_page(mine)
    return render_template(
        "resident/requests/counter.html", request_view=mine, reference_in_groups=reference_in_groups(mine.reference)
    )


@blueprint.get("/<lang:lang>/requests/<reference>/qr.svg")
@resident_only
def request_qr(reference: str) -> Response:
    """The QR code as a picture of its own: the content policy allows no inline style and no data: address."""
    mine = own_request(reference)
    search = registry().config.base_url.rstrip("/") + url_for("staff.find", lang="ja", ref=mine.reference)
    drawing = io.BytesIO()
    segno.make(search, error="m", micro=False).save(drawing, kind="svg", scale=6, border=4, xmldecl=False, svgns=True)
    return Response(drawing.getvalue(), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})
