"""Fields that take digits and days the way people type them: in the digits of any script, full width, with or without signs."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from wtforms import StringField
from wtforms.widgets import TextInput

from portal.i18n.gettext import _
from registry_core.values.digits import ascii_digits
from registry_core.values.errors import InvalidCode, InvalidDate
from registry_core.values.register_date import RegisterDate
from registry_core.values.resident_record_code import LENGTH, ResidentRecordCode

_SIGNS: Final = re.compile(r"[\s\-‐-―−ー－.·・/()\u200c\u200d]+")


def digits_of(text: str) -> str:
    """The text with ASCII digits, without spaces, hyphens and brackets between them.

    >>> digits_of(" ०१२३-４５ ６７ ")
    '01234567'
    """
    return _SIGNS.sub("", ascii_digits(unicodedata.normalize("NFKC", text)))


class DigitsField(StringField):
    """`data` is ASCII digits only; what is no digit is an error. The page shows again what was typed."""

    widget = TextInput()

    def __init__(
        self,
        label: Any = None,  # noqa: ANN401 -- as WTForms
        validators: Sequence[Any] | None = None,
        *,
        length: int | None = None,
        **kwargs: Any,
    ) -> None:
        """`length`: exactly so many digits."""
        super().__init__(label, validators, **kwargs)
        self.length = length

    def process_formdata(self, valuelist: list[str]) -> None:
        """Fold the digits. Raises ValueError with what to tell the person."""
        if not valuelist:
            return
        self.data = digits_of(valuelist[0])
        if self.data and not (self.data.isascii() and self.data.isdigit()):
            raise ValueError(_("Type digits only."))
        if self.data and self.length and len(self.data) != self.length:
            raise ValueError(_("Type all %(count)s digits.", count=self.length))

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else self.data or ""


class CodeField(StringField):
    """`data` is a ResidentRecordCode, None when nothing or no code was typed. The page never shows again what was typed."""

    widget = TextInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the code. Raises ValueError with what to tell the person."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        try:
            self.data = ResidentRecordCode.parse(digits_of(valuelist[0]))
        except InvalidCode as wrong:
            raise ValueError(_("Type all %(count)s digits.", count=LENGTH)) from wrong

    def _value(self) -> str:
        return ""


class RegisterDateField(StringField):
    """`data` is a RegisterDate (parts may be unknown), None when nothing or nothing readable was typed."""

    widget = TextInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with what to tell the person."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        try:
            self.data = RegisterDate.parse(text)
        except InvalidDate as wrong:
            raise ValueError(_("This is not a date. Write it like this: 1990-03-27")) from wrong

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else str(self.data or "")


class DayField(RegisterDateField):
    """`data` is a `date`: a day of the calendar, all of it known."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day. Raises ValueError with what to tell the person."""
        super().process_formdata(valuelist)
        if self.data is None:
            return
        read, self.data = self.data, None
        try:
            self.data = date(read.year or 0, read.month or 0, read.day or 0)
        except ValueError as wrong:
            raise ValueError(_("There is no such day in the calendar.")) from wrong
