"""Days of the register: known, not of the calendar, and the unknown days of standard specification 1.1.8."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_core.values import RegisterDate
from registry_core.values.date_form import RANGES, SEASONS, THIRDS, WHOLE_DAYS, YEARS, DateForm
from registry_core.values.era import Era, era_of, eras_of
from registry_core.values.errors import InvalidDate
from registry_core.values.register_date import LONGEST_TEXT

# As the specification lists them, then the further seasons and thirds; Japanese in the era, canonical text, in Western years.
UNKNOWN_DAYS = [
    ("令和2年頃", "2020-00-00/around-year", "2020年頃"),
    ("令和2年3月頃", "2020-03-00/around-month", "2020年3月頃"),
    ("令和2年3月4日頃", "2020-03-04/around-day", "2020年3月4日頃"),
    ("推定令和2年3月4日", "2020-03-04/presumed-day", "推定2020年3月4日"),
    ("推定令和2年3月", "2020-03-00/presumed-month", "推定2020年3月"),
    ("令和2年春", "2020-03-00/spring", "2020年春"),
    ("令和2年3月上旬", "2020-03-01/early", "2020年3月上旬"),
    ("令和2年3月中旬頃", "2020-03-11/around-middle", "2020年3月中旬頃"),
    ("年月日不詳", "0000-00-00", "年月日不詳"),
    ("令和2年月日不詳", "2020-00-00", "2020年月日不詳"),
    ("令和2年3月日不詳", "2020-03-00", "2020年3月日不詳"),
    ("令和2年3月4日から5月6日頃までの間", "2020-03-04/between/05-06", "2020年3月4日から5月6日頃までの間"),
    ("令和2年3月推定4日から6日までの間", "2020-03-04/between-presumed/03-06", "2020年3月推定4日から6日までの間"),
    ("令和2年3月4日頃から6日頃までの間", "2020-03-04/between-around/03-06", "2020年3月4日頃から6日頃までの間"),
    ("令和2年夏", "2020-06-00/summer", "2020年夏"),
    ("令和2年秋", "2020-09-00/autumn", "2020年秋"),
    ("令和2年冬", "2020-12-00/winter", "2020年冬"),
    ("令和2年3月中旬", "2020-03-11/middle", "2020年3月中旬"),
    ("令和2年3月下旬", "2020-03-21/late", "2020年3月下旬"),
    ("令和2年3月上旬頃", "2020-03-01/around-early", "2020年3月上旬頃"),
    ("令和2年3月下旬頃", "2020-03-21/around-late", "2020年3月下旬頃"),
]


@pytest.mark.parametrize(("in_era", "kept", "western"), UNKNOWN_DAYS)
def test_every_unknown_day_is_read_kept_and_written_as_the_specification_has_it(in_era, kept, western) -> None:
    day = RegisterDate.parse(in_era)
    assert (str(day), day.in_era, day.in_western_years) == (kept, in_era, western)
    assert RegisterDate.parse(western) == RegisterDate.read(kept) == RegisterDate.parse(kept) == day
    assert day.calendar_day is None


def test_the_list_has_every_form() -> None:
    assert {RegisterDate.read(kept).form for _, kept, _ in UNKNOWN_DAYS} == set(DateForm) - {DateForm.DAY}
    assert len(UNKNOWN_DAYS[:14]) == 14


def test_no_assumed_day_is_made_of_an_unknown_one() -> None:
    day = RegisterDate.parse("1990年春")
    assert (day.year, day.month, day.day, day.calendar_day) == (1990, None, None, None)
    third = RegisterDate.parse("1990年2月中旬")
    assert (third.year, third.month, third.day, third.calendar_day) == (1990, 2, None, None)


@pytest.mark.parametrize(
    ("recorded", "kept"),
    [
        ("明治45年7月30日", "1912-07-30/meiji"),
        ("大正元年7月30日", "1912-07-30"),
        ("大正15年12月25日", "1926-12-25/taisho"),
        ("昭和元年12月25日", "1926-12-25"),
        ("昭和64年月日不詳", "1989-00-00/showa"),
        ("平成元年月日不詳", "1989-00-00/heisei"),
        ("平成31年頃", "2019-00-00/around-year/heisei"),
        ("昭和64年1月日不詳", "1989-01-00/showa"),
        ("平成2年2月29日", "1990-02-29"),
        ("平成2年2月30日", "1990-02-30"),
    ],
)
def test_a_legal_day_is_written_in_the_era_it_was_recorded_in(recorded, kept) -> None:
    day = RegisterDate.parse(recorded)
    assert (str(day), day.in_era, RegisterDate.read(kept)) == (kept, recorded, day)


def test_a_day_written_in_an_era_that_had_ended_is_the_day_it_means() -> None:
    assert str(RegisterDate.parse("平成35年1月10日")) == "2023-01-10"
    assert RegisterDate.parse("平成35年1月10日").in_era == "令和5年1月10日"


@pytest.mark.parametrize(
    ("day", "year"),
    [
        ("1873-01-01", "明治6年"),
        ("1912-07-29", "明治45年"),
        ("1912-07-30", "大正元年"),
        ("1926-12-24", "大正15年"),
        ("1926-12-25", "昭和元年"),
        ("1989-01-07", "昭和64年"),
        ("1989-01-08", "平成元年"),
        ("2019-04-30", "平成31年"),
        ("2019-05-01", "令和元年"),
        ("2026-11-24", "令和8年"),
    ],
)
def test_the_first_and_last_days_of_each_era(day, year) -> None:
    assert era_of(date.fromisoformat(day)).name_of_year(int(day[:4])) == year


def test_before_1873_there_is_no_era_to_convert_to() -> None:
    with pytest.raises(ValueError, match="1873"):
        era_of(date(1872, 12, 31))
    with pytest.raises(ValueError, match="1873"):
        RegisterDate.of(1872, 12, 31).in_era  # noqa: B018
    with pytest.raises(InvalidDate):
        RegisterDate.parse("明治5年12月2日")
    assert eras_of(date(1860, 1, 1), date(1872, 12, 31)) == []
    assert RegisterDate.of(1872, 12, 31).in_western_years == "1872年12月31日"


@pytest.mark.parametrize(
    "text",
    [
        "1990-02-28/day",
        "1990-02-28/spring",
        "1990-02-28/somewhen",
        "1990-02-28/meiji",
        "1912-07-30/taisho",
        "1990-02-03/between",
        "1990-02-03/between/02-03",
        "1990-02-03/between/01-09",
        "1990-02-03/between-around/03-09",
        "1990-02-03/around-day/02-05",
        "1990-02-05/early",
        "1990-00-00/around-month",
        "1990-02-00/around-year",
        "2020-02-11/middle/heisei",
        "１９９０-02-11/middle",
        "1990-02-11/",
    ],
)
def test_what_is_not_canonical_is_not_read_from_the_store(text) -> None:
    with pytest.raises(InvalidDate):
        RegisterDate.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "推定1990年",
        "1990年2月32日頃",
        "0年頃",
        "1990年13月上旬",
        "元年頃",
        "1990年2月9日から2月3日頃までの間",
        "春",
        "2020-02-03x",
    ],
)
def test_what_is_no_day_in_japanese_is_refused(text) -> None:
    with pytest.raises(InvalidDate):
        RegisterDate.parse(text)


def test_days_sort_as_their_texts_do() -> None:
    texts = [
        "0000-00-00",
        "1990-00-00",
        "1990-02-00",
        "1990-02-01",
        "1990-02-11/middle",
        "1990-02-12",
        "1990-03-00/spring",
    ]
    days = [RegisterDate.read(text) for text in texts]
    assert sorted(days) == days
    assert all(one < other for one, other in pairwise(days))


_PARTS = {"year": st.integers(1873, 2100), "month": st.integers(1, 12), "day": st.integers(1, 31)}


@st.composite
def days(draw: st.DrawFn) -> RegisterDate:
    """A day of any form, built from its Japanese text in Western years or in an era."""
    form = draw(st.sampled_from(list(DateForm)))
    year, month, day = (draw(part) for part in _PARTS.values())
    if form is DateForm.UNKNOWN:
        return RegisterDate.of(0, 0, 0)
    base = f"{year:04}-{month:02}-{day:02}"
    if form in YEARS:
        base = f"{year:04}-00-00"
    elif form in SEASONS:
        base = f"{year:04}-{SEASONS[form]:02}-00"
    elif form in THIRDS:
        base = f"{year:04}-{month:02}-{THIRDS[form]:02}"
    elif form not in WHOLE_DAYS | RANGES:
        base = f"{year:04}-{month:02}-00"
    plain = form in {DateForm.DAY, DateForm.DAY_UNKNOWN, DateForm.MONTH_UNKNOWN}
    suffix = "" if plain else f"/{form}"
    if form in RANGES:
        if day == 31:
            return RegisterDate.of(year, month, day)
        suffix += f"/{month:02}-{draw(st.integers(day + 1, 31)):02}"
    read = RegisterDate.read(base + suffix)
    era = draw(st.sampled_from([None, *Era]))
    try:
        return RegisterDate.read(f"{base}{suffix}/{era}") if era else read
    except InvalidDate:
        return read


@given(days())
def test_every_day_comes_back_from_each_of_its_texts(day: RegisterDate) -> None:
    assert RegisterDate.read(str(day)) == day
    assert RegisterDate.parse(day.in_era) == day or day.era is None
    assert RegisterDate.parse(day.in_era).without_era == RegisterDate.parse(day.in_western_years) == day.without_era
    assert len(str(day)) <= LONGEST_TEXT
