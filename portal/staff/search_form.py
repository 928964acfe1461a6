"""The form that finds a resident: two items, or one number; and why one looks."""

from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, ValidationError

from portal.i18n.gettext import _s, _sl
from portal.web.fields import CodeField, RegisterDateField
from portal.web.forms import MaxLength, PortalForm
from registry_core.register import SHORTEST_PART
from registry_core.values.search_key import address_key, search_key

LONGEST_NAME = 200
LONGEST_ADDRESS = 200
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
        description=_sl(
            "In any script, in whole or in part. Needs the date of birth or a part of the address as well."
        ),
        validators=[MaxLength(LONGEST_NAME)],
    )
    birth_date = RegisterDateField(
        _sl("Date of birth"),
        description=_sl("For example 1990-02-28. Write 00 for a month or day that is not known."),
    )
    address = StringField(
        _sl("A part of the address"),
        description=_sl("For example the town. Needs two characters of the name as well."),
        validators=[MaxLength(LONGEST_ADDRESS)],
    )
    card_number = StringField(
        _sl("Number of the residence card"),
        description=_sl("Two letters, eight digits, two letters. It is enough alone."),
        validators=[MaxLength(LONGEST_NUMBER)],
    )
    resident_record_code = CodeField(
        _sl("Resident record code (住民票コード)"),
        description=_sl("Eleven digits. It is enough alone. It is not shown again."),
    )

    def __init__(self, *args: Any, purposes: dict[str, str], **kwargs: Any) -> None:
        """Offer the purposes this page may state; a single one is chosen already."""
        super().__init__(*args, **kwargs)
        self.purpose.choices = list(purposes.items())
        if len(purposes) == 1 and not self.purpose.raw_data:
            self.purpose.data = next(iter(purposes))

    def validate_name(self, field: StringField) -> None:
        """Ask for two items, or one number; and for two characters where the second item is a part of the address."""
        if self._has_number():
            return
        if not search_key(field.data or ""):
            raise ValidationError(
                _s("Enter a part of the name, and the date of birth or a part of the address; or one of the numbers.")
            )
        if self.address.data and not self.birth_date.data and len(search_key(field.data)) < SHORTEST_PART:
            raise ValidationError(_s("Write at least two characters of the name, or the date of birth too."))

    def validate_birth_date(self, field: RegisterDateField) -> None:
        """Ask for the second item."""
        if self.name.data and not (self._has_number() or field.data or field.process_errors or self.address.data):
            raise ValidationError(_s("Enter the date of birth, or a part of the address: two items are needed."))

    def validate_address(self, field: StringField) -> None:
        """Ask for enough of it."""
        is_second = field.data and not (self._has_number() or self.birth_date.data)
        if is_second and len(address_key(field.data)) < SHORTEST_PART:
            raise ValidationError(_s("Write at least two characters of the address."))

    def _has_number(self) -> bool:
        code = self.resident_record_code
        return bool(self.card_number.data or code.data or code.process_errors)
