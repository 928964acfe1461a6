"""The form of the page that links a sign-in to a record with a one-time PIN."""

from wtforms.validators import InputRequired

from portal.auth.pins import PIN_DIGITS
from portal.i18n.gettext import _l
from portal.web.fields import DigitsField, RegisterDateField
from portal.web.forms import PortalForm


class PinForm(PortalForm):
    """Both together: the PIN from the counter and the birth date as the register has it. Digits of any script.

    What can be no PIN or no date is told by its field and costs no try.
    """

    pin = DigitsField(_l("One-time PIN from the counter"), validators=[InputRequired()], length=PIN_DIGITS)
    birth_date = RegisterDateField(_l("Date of birth"), validators=[InputRequired()])
