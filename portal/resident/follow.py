"""Follow a request without signing in: its state only, for whoever has the reference and the birth date.

Five tries in fifteen minutes for each reference; not by network address alone, which phones share.
"""

from datetime import timedelta
from http import HTTPStatus

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from portal.auth.guards import anonymous
from portal.i18n.gettext import _, _l
from portal.registry import registry
from portal.resident.face import blueprint
from portal.resident.references import reference_from
from portal.resident.timeline import public_moments_of, status_words
from portal.web.fields import RegisterDateField
from portal.web.forms import PortalForm
from portal.web.rate_limits import RateLimit, TooManyTries
from registry_core.codes import PublicStatus, reference_in_groups, request_status
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import RequestNotFound
from registry_core.values.register_date import RegisterDate

TRIES = RateLimit("follow-request", limit=5, per=timedelta(minutes=15))


#: Who follows without signing in: nobody is known, so the ledger says just this.
FOLLOWER = "follower"


class FollowForm(PortalForm):
    """The reference as it stands on the page or the print, in any writing; the birth date as on the record."""

    reference = StringField(
        _l("Reference of your request"),
        description=_l("Twelve letters and digits. For example: 7K3M-9PQR-X2TV"),
        validators=[InputRequired(_l("Type the reference."))],
    )
    birth_date = RegisterDateField(
        _l("Your date of birth"),
        description=_l(
            "Year, month and day. For example: 1990-03-27. Write 00 for a month or day that is not on your record."
        ),
        validators=[InputRequired(_l("Type your date of birth."))],
    )

    def validate_reference(self, field: StringField) -> None:
        """Twelve characters of the reference's alphabet, look-alikes read as meant."""
        if field.data and reference_from(field.data) is None:
            raise ValidationError(_("This is not a reference. It has twelve letters and digits."))


@blueprint.route("/<lang:lang>/follow", methods=["GET", "POST"])
@anonymous
def follow() -> ResponseReturnValue:
    """Ask for the reference and the birth date; answer with the state."""
    form = FollowForm()
    if form.is_language_switch() or not form.validate_on_submit():
        return _asked(form)
    reference = reference_from(form.reference.data) or ""
    try:
        TRIES.take(reference)
    except TooManyTries as refusal:
        form.form_errors.append(_("Too many tries for this reference. Please wait 15 minutes."))
        return *_asked(form, 429), {"Retry-After": str(refusal.seconds)}
    status = _status(reference, form.birth_date.data)
    if status is None:
        # The same words whichever of the two is wrong: nobody learns which references exist.
        form.form_errors.append(_("We find no request with this reference and this date of birth. Please check both."))
        return _asked(form, 404)
    return render_template(
        "resident/follow_status.html",
        status=status,
        reference_in_groups=reference_in_groups(status.reference),
        status_words=status_words(status.status, status.ground),
        moments=public_moments_of(status),
    )


def _status(reference: str, birth_date: RegisterDate) -> PublicStatus | None:
    """The state, after its ledger entry; None whichever of the two is wrong."""
    actor = Actor(
        person=FOLLOWER, account=FOLLOWER, role=Role.RESIDENT, municipality=registry().config.municipality.code
    )
    try:
        with registry().write() as session:
            return request_status(session, reference=reference, birth_date=birth_date, actor=actor, at=registry().now())
    except RequestNotFound:
        return None


def _asked(form: FollowForm, status: int = 200) -> tuple[str, int]:
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("resident/follow.html", form=form), status
