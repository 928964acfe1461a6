"""The values of the register: codes, municipality codes, names, days."""

import doctest
import json
import logging
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_core.codes import reference
from registry_core.values import (
    MunicipalityCode,
    PersonNames,
    RegisterDate,
    ResidentRecordCode,
    digits,
    municipality_code,
    person_name,
    register_date,
    resident_record_code,
    search_key,
)
from registry_core.values.errors import InvalidCode, InvalidDate, InvalidMunicipalityCode, InvalidText, TooLong
from registry_core.values.plain_text import plain_text

BODIES = st.integers(1, 10**10 - 2).map(lambda number: f"{number:010d}")
ALL_CITIES = (Path(__file__).parent / "municipality_codes.csv").read_text().split()[1:]


@pytest.mark.parametrize(
    "module", [digits, municipality_code, person_name, register_date, resident_record_code, reference]
)
def test_the_examples_in_the_docstrings_hold(module) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("text", ["24727059608", "24846016224", "25208017643", "12345678903", "01234567892"])
def test_the_check_digit_of_known_codes_fits(text: str) -> None:
    assert ResidentRecordCode(text).check_digit_matches


def test_a_wrong_check_digit_is_a_hint_and_no_refusal() -> None:
    assert not ResidentRecordCode.parse("12345678901").check_digit_matches


@pytest.mark.parametrize("text", ["", "1234567890", "123456789012", "1234567890a", "00000000000", "²²²²²²²²²²²"])
def test_what_is_not_eleven_digits_is_no_code(text: str) -> None:
    with pytest.raises(InvalidCode):
        ResidentRecordCode.parse(text)


@pytest.mark.parametrize(
    "typed", ["２４７２７０５９６０８", "2472 7059 608", "2472-7059-608", "۲۴۷۲۷۰۵۹۶۰۸", "२४७२७०५९६०८", "၂၄၇၂၇၀၅၉၆၀၈"]
)
def test_digits_of_any_script_are_read(typed: str) -> None:
    assert ResidentRecordCode.parse(typed) == ResidentRecordCode("24727059608")


@given(BODIES)
def test_no_text_form_shows_the_code(body: str) -> None:
    code = ResidentRecordCode.from_body(body)
    whole = code.reveal()
    forms = [str(code), repr(code), f"{code}", f"{code:>20}", "%s" % code, code.masked, repr([code]), repr({"c": code})]  # noqa: UP031
    assert not [form for form in forms if whole in form or whole[:9] in form]


def test_a_code_is_neither_pickled_nor_written_as_json_nor_logged(caplog: pytest.LogCaptureFixture) -> None:
    code = ResidentRecordCode("24727059608")
    with pytest.raises(TypeError):
        pickle.dumps(code)
    with pytest.raises(TypeError):
        json.dumps(code)
    with caplog.at_level(logging.INFO):
        logging.getLogger("t").info("%s %r", code, code)
    assert "247270" not in caplog.text


@given(st.sampled_from(range(10)), BODIES)
def test_one_wrong_digit_is_noticed_nearly_always(place: int, body: str) -> None:
    code = ResidentRecordCode.from_body(body).reveal()
    wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    noticed = not ResidentRecordCode(wrong).check_digit_matches if len(set(wrong)) > 1 else True
    # r = 0 and r = 1 share the digit 0: there alone a single error can pass
    assert noticed or wrong[-1] == "0"


def test_all_municipality_codes_of_japan_have_the_check_digit_we_compute() -> None:
    assert len(ALL_CITIES) == 1916
    assert [city for city in ALL_CITIES if MunicipalityCode(city).text != city] == []


@pytest.mark.parametrize("text", ["131017", "13101", "1310166", "１３１０１６", "abcdef", ""])
def test_other_municipality_codes_are_refused(text: str) -> None:
    with pytest.raises(InvalidMunicipalityCode):
        MunicipalityCode(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NGUYỄN Văn Đức", "nguyen van duc"),
        ("ＺＨＡＮＧ　ＹＵＬＩＮ", "Zhang Yulin"),
        ("チャン・ユウリン", "ちゃん　ゆうりん"),
        ("O’BRIEN-SMITH", "obrien smith"),
        ("SØREN ŁUKASZ", "soren lukasz"),
    ],
)
def test_names_that_people_hold_for_the_same_have_one_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        (PersonNames("ZHANG YULIN", "張　玉蓮", "チャン　ユウリン"), "ZHANG YULIN　張　玉蓮　（チャン　ユウリン）"),
        (PersonNames("THANDAR"), "THANDAR"),
        (PersonNames(None, "陳曉明", alias="緑川"), "陳曉明"),
        (PersonNames("THANDAR", reading="たんだー"), "THANDAR　（タンダー）"),
    ],
)
def test_a_name_is_printed_in_the_order_of_the_specification(names: PersonNames, printed: str) -> None:
    assert names.printed == printed


def test_names_keep_the_form_they_were_given() -> None:
    names = PersonNames(latin="NGUYỄN  Văn Đức", alias="山田　太郎")
    assert names.forms == ("NGUYỄN  Văn Đức", "山田　太郎")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1990-02-28", "1990-02-28"),
        ("19900228", "1990-02-28"),
        ("1990/2/8", "1990-02-08"),
        ("１９９０年２月８日", "1990-02-08"),
        ("平成2年2月29日", "1990-02-29"),
        ("令和元年5月1日", "2019-05-01"),
        ("昭和64年1月7日", "1989-01-07"),
        ("明治45年7月30日", "1912-07-30/meiji"),
        ("۱۹۹۰-۰۲-۲۸", "1990-02-28"),
        ("1990-00-00", "1990-00-00"),
        ("0000-00-00", "0000-00-00"),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert str(RegisterDate.parse(typed)) == kept


@pytest.mark.parametrize("typed", ["", "1990-13-01", "1990-02-32", "0000-02-01", "1990-00-05", "yesterday", "9" * 500])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDate):
        RegisterDate.parse(typed)


def test_a_day_the_calendar_lacks_is_kept_but_is_no_calendar_day() -> None:
    assert RegisterDate.parse("1995-02-29").calendar_day is None


@given(st.text(max_size=60))
def test_free_text_is_kept_as_received_or_refused(text: str) -> None:
    try:
        kept = plain_text(text, item="text", limit=50)
    except (InvalidText, TooLong):
        return
    assert kept == text.replace("\r\n", "\n").strip()
    assert not set(kept) & set("\x00\u202e\u2066\ud800")


@given(st.text())
def test_any_text_is_some_key_and_some_reference(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)
    assert set(reference.normal_reference(text)) <= set(reference.ALPHABET)


def test_room_is_counted_as_a_reader_counts_where_the_column_has_more() -> None:
    assert plain_text("नि" * 500, item="answer", limit=500, held=1000) == "नि" * 500
    for text, held in (("नि" * 400, None), ("नि" * 501, 2000), ("नि" * 500, 999), ("a" * 501, 1000)):
        with pytest.raises(TooLong):
            plain_text(text, item="answer", limit=500, held=held)


def test_what_python_calls_printable_is_never_refused_and_never_longer_to_a_reader():
    """The quick way of `plain_text` goes by this."""
    from sys import maxunicode

    from registry_core.values.plain_text import _is_refused, length_as_read

    for character in map(chr, range(maxunicode + 1)):
        assert length_as_read(character) <= 1
        if character.isprintable() or character == "\u3000":
            assert not _is_refused(character)
