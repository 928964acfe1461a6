"""A day as the register holds it: also days the calendar lacks, and days not known (standard specification 1.1.8).

Canonical text: ten characters that sort, "1990-02-28"; a part that is not known is zeros: "1990-02-00", "1990-00-00",
"0000-00-00". Other unknown days name their form after them: "1990-02-00/around-month", "1990-03-00/spring",
"1990-02-11/middle", "1990-02-03/between/02-05"; last, the era it was recorded in, where the day alone would not tell:
"1912-07-30/meiji". 29 February of a common year and 30 February are kept as recorded. No assumed day is ever made of an
unknown one: what the ten characters hold for a season or a third of a month only says where it is sorted.

>>> str(RegisterDate.parse("１９９０年２月３日")), str(RegisterDate.parse("平成2年2月29日"))
('1990-02-03', '1990-02-29')
>>> str(RegisterDate.parse("平成2年2月中旬頃")), str(RegisterDate.parse("明治45年7月30日"))
('1990-02-11/around-middle', '1912-07-30/meiji')
>>> RegisterDate.parse("1990-02-11/around-middle").in_era
'平成2年2月中旬頃'
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from registry_core.values.date_form import MONTHS, PLAIN, RANGES, SEASONS, THIRDS, YEARS, DateForm, place_of
from registry_core.values.digits import ascii_digits
from registry_core.values.era import Era
from registry_core.values.errors import InvalidDate
from registry_core.values.japanese_date import era_to_keep, in_japanese, read_japanese

LONGEST_TEXT = 48
_CANONICAL = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:/([a-z]+(?:-[a-z]+)?))?(?:/(\d\d)-(\d\d))?(?:/([a-z]+))?", re.ASCII)
_WESTERN = re.compile(r"^(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})[日.]?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_EARLIEST, _LATEST = 1800, 2200
_MONTHS, _DAYS = 12, 31
_LONGEST_INPUT = 60
_PLAIN_LENGTH = 10
_ERAS = frozenset(Era)
_FORMS = {form.value: form for form in DateForm if form not in PLAIN}


@total_ordering
@dataclass(frozen=True, slots=True)
class RegisterDate:
    """Year, month, day as far as known; `place` is where it is sorted, `end` the month and day a range ends with.

    Build with `of`, `on`, `parse` or `read`, which raise InvalidDate.
    """

    place: tuple[int, int, int]
    form: DateForm
    end: tuple[int, int] = (0, 0)
    era: Era | None = None

    @classmethod
    def of(cls, year: int, month: int, day: int) -> "RegisterDate":
        """Build from numbers, 0 for not known."""
        return cls._made(_plain_form(year, month, day), year, month, day)

    @classmethod
    def on(cls, day: date) -> "RegisterDate":
        """The calendar day."""
        return cls.of(day.year, day.month, day.day)

    @classmethod
    def parse(cls, text: str) -> "RegisterDate":
        """Read canonical, ISO, compact, slashed, 年月日 or era text and the unknown days, digits of any script."""
        if len(text) > _LONGEST_INPUT:
            raise InvalidDate
        plain = "".join(ascii_digits(unicodedata.normalize("NFKC", text)).split())
        if _CANONICAL.fullmatch(plain):
            return cls.read(plain)
        said = read_japanese(plain)
        if said:
            return cls._made(said.form, said.year, said.month, said.day, said.end, said.era)
        match = _WESTERN.match(plain) or _COMPACT.match(plain)
        if not match:
            raise InvalidDate
        return cls.of(int(match[1]), int(match[2]), int(match[3]))

    @classmethod
    def read(cls, text: str) -> "RegisterDate":
        """Read canonical text, as stored; what would be written otherwise is refused."""
        found = _CANONICAL.fullmatch(text)
        if not found:
            raise InvalidDate
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        if len(text) == _PLAIN_LENGTH:
            return cls.of(year, month, day)
        named, era = (None, found[4]) if found[4] in _ERAS and not found[7] else (found[4], found[7])
        form = _FORMS.get(named) if named else _plain_form(year, month, day)
        if form is None:
            raise InvalidDate
        end = (int(found[5] or 0), int(found[6] or 0))
        made = cls._made(form, year, month, day, end, Era(era) if era in _ERAS else None)
        if str(made) != text:
            raise InvalidDate
        return made

    @property
    def year(self) -> int | None:
        """Western year."""
        return self.place[0] or None

    @property
    def month(self) -> int | None:
        """1 to 12; of a range the first."""
        return None if self.form in SEASONS else self.place[1] or None

    @property
    def day(self) -> int | None:
        """1 to 31, also a day its month lacks; of a range the first."""
        return None if self.form in THIRDS else self.place[2] or None

    @property
    def calendar_day(self) -> date | None:
        """The day of the calendar, or None when it is not known or the calendar lacks it."""
        if self.form is not DateForm.DAY:
            return None
        try:
            return date(*self.place)
        except ValueError:
            return None

    @property
    def in_era(self) -> str:
        """Official Japanese text in the era (令和元年5月1日, 平成2年春). Raises ValueError before 1873."""
        return in_japanese(self, western=False)

    @property
    def in_western_years(self) -> str:
        """Official Japanese text in Western years (2019年5月1日, 1990年春)."""
        return in_japanese(self, western=True)

    @property
    def without_era(self) -> "RegisterDate":
        """The day in Western years, whatever era it was recorded in."""
        return RegisterDate(self.place, self.form, self.end) if self.era else self

    def __str__(self) -> str:
        """Canonical text."""
        parts = ["{:04d}-{:02d}-{:02d}".format(*self.place)]
        if self.form not in PLAIN:
            parts.append(self.form.value)
        if self.form in RANGES:
            parts.append("{:02d}-{:02d}".format(*self.end))
        if self.era:
            parts.append(self.era.value)
        return "/".join(parts)

    def __lt__(self, other: "RegisterDate") -> bool:
        """Sorted as the text is, here and in the database."""
        return str(self) < str(other)

    @classmethod
    def _made(
        cls,
        form: DateForm,
        year: int,
        month: int,
        day: int,
        end: tuple[int, int] = (0, 0),
        era: Era | None = None,
    ) -> "RegisterDate":
        place = place_of(form, year, month, day)
        if not _is_possible(form, place, end):
            raise InvalidDate
        return cls(place, form, end, era_to_keep(form, place, end, era) if era else None)


def _plain_form(year: int, month: int, day: int) -> DateForm:
    if not year:
        return DateForm.UNKNOWN
    if not month and not day:
        return DateForm.MONTH_UNKNOWN
    return DateForm.DAY if day else DateForm.DAY_UNKNOWN


def _is_possible(form: DateForm, place: tuple[int, int, int], end: tuple[int, int]) -> bool:
    year, month, day = place
    if form is DateForm.UNKNOWN:
        return place == (0, 0, 0)
    if not _EARLIEST <= year <= _LATEST:
        return False
    if form in YEARS or form in SEASONS:
        return form in SEASONS or (month, day) == (0, 0)
    if form in MONTHS:
        return 1 <= month <= _MONTHS and day == 0
    is_day = 1 <= month <= _MONTHS and 1 <= day <= _DAYS
    return is_day and (form not in RANGES or _ends_later(form, (month, day), end))


def _ends_later(form: DateForm, start: tuple[int, int], end: tuple[int, int]) -> bool:
    """A range lies within one year; only 「○年○月○日から○月○日頃までの間」 names a month for its end."""
    if form is not DateForm.BETWEEN and start[0] != end[0]:
        return False
    return start < end and end[0] <= _MONTHS and end[1] <= _DAYS
