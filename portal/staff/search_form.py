"""The form that finds a resident: name and birth date together, or the card number; and why one looks."""

from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, ValidationError

from portal.i18n.gettext import _s, _sl
from portal.web.fields import RegisterDateField
from portal.web.forms import MaxLength, PortalForm

LONGEST_NAME = 200
LONGEST_NUMBER = 40


class ResidentSearchForm(PortalForm):
    """A person to look for."""

    purpose = RadioField(
        _sl("Why do you look for this person?"),
        description=_sl("The resident can read this later."),
        validators=[InputRequired(_sl("Say why you look for this person."))],
    )
    name = StringField(
        _sl("Name of the resident"),
        description=_sl("In any script, in whole or in part. Needs the date of birth as well."),
        validators=[MaxLength(LONGEST_NAME)],
    )
    birth_date = RegisterDateField(
        _sl("Date of birth"),
        description=_sl("For example 1990-02-28. Write 00 for a month or day that is not known."),
    )
    card_number = StringField(
        _sl("Number of the residence card"),
        description=_sl("Two letters, eight digits, two letters. It is enough alone."),
        validators=[MaxLength(LONGEST_NUMBER)],
    )

    def __init__(self, *args: Any, purposes: dict[str, str], **kwargs: Any) -> None:
        """Offer the purposes this page may state; a single one is chosen already."""
        super().__init__(*args, **kwargs)
        self.purpose.choices = list(purposes.items())
        if len(purposes) == 1 and not self.purpose.raw_data:
            self.purpose.data = next(iter(purposes))

    def validate_birth_date(self, field: RegisterDateField) -> None:
        """Ask for the second item."""
        if self.name.data and not self.card_number.data and field.data is None and not field.process_errors:
            raise ValidationError(_s("Enter the date of birth too: two items are needed."))

    def validate_name(self, field: StringField) -> None:
        """Ask for two items, or the number of the card."""
        if not self.card_number.data and not field.data:
            raise ValidationError(_s("Enter the name and the date of birth, or the number of the residence card."))
