"""The moment of which a record is asked for: a day, and a time of it in Japan."""

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta
from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import TextInput

from portal.i18n.formats import JAPAN
from portal.i18n.gettext import _s, _sl
from portal.registry import registry
from portal.web.fields import DayField
from portal.web.forms import SearchForm
from registry_core.values.digits import ascii_digits

_TIME = re.compile(r"(\d{1,2})[:時](\d{2})分?", re.ASCII)


class ClockField(StringField):
    """`data` is a `time` to the minute, None when nothing or nothing readable was typed."""

    widget = TextInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time, in the digits of any script. Raises ValueError with what to tell the person."""
        self.data = None
        text = "".join(ascii_digits(unicodedata.normalize("NFKC", valuelist[0])).split()) if valuelist else ""
        if not text:
            return
        found = _TIME.fullmatch(text)
        try:
            self.data = time(int(found[1]), int(found[2])) if found else None
        except ValueError:  # 24:30 is none
            found = None
        if not found:
            raise ValueError(_s("This is not a time. Write it like this: 14:30"))

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ""


class MomentForm(SearchForm):
    """A moment that has come."""

    day = DayField(_sl("As of which day?"), validators=[InputRequired(_sl("Enter the day as year, month and day."))])
    time = ClockField(
        _sl("Time in Japan"),
        description=_sl("For example 14:30. Without a time: the end of that day."),
        validators=[Optional()],
    )

    @property
    def today(self) -> str:
        """The last day there is a record of, as it may be typed."""
        return registry().today().isoformat()

    def validate_day(self, field: DayField) -> None:
        """Refuse a day that has not come."""
        if field.data is not None and field.data > registry().today():
            raise ValidationError(_s("The day is in the future."))

    def validate_time(self, field: ClockField) -> None:
        """Refuse a time of today that has not come."""
        day = self.day.data
        if field.data is None or day != registry().today():
            return
        if datetime.combine(day, field.data, JAPAN) > registry().now():
            raise ValidationError(_s("This time has not come yet."))

    def moment(self, now: datetime) -> datetime:
        """The last instant (UTC) of the minute or the day, of this form when it is valid; `now` where that has not come."""
        begins = datetime.combine(self.day.data, self.time.data or time(), JAPAN)
        length = timedelta(days=1) if self.time.data is None else timedelta(minutes=1)
        return min(begins + length - timedelta.resolution, now).astimezone(UTC)
