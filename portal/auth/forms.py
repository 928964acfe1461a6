"""The form of the page that links a sign-in to a record with a one-time PIN."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.i18n.gettext import _l
from portal.web.forms import PortalForm


class PinForm(PortalForm):
    """Both together: the PIN from the counter and the birth date as the register has it. Digits of any script."""

    pin = StringField(_l("One-time PIN from the counter"), validators=[InputRequired(), Length(max=40)])
    birth_date = StringField(_l("Date of birth"), validators=[InputRequired(), Length(max=40)])
