"""Translations go out into a spreadsheet and come back: only words and reviews, nothing newer is written over."""

import csv
import io
from datetime import date

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.i18n.catalogs import po_path
from portal.i18n.languages import language_by_tag
from portal.i18n.messages import OFFICIAL, UI
from portal.i18n.po_files import read_po_file, write_po
from portal.i18n.states import MessageState, facts_of, state_of
from portal.i18n.touching import MARK, touch_key
from portal.i18n.translation_sheet import Fate, SheetError, read_sheet, write_sheet

ON = date(2026, 11, 24)


@pytest.fixture
def vietnamese(tmp_path, monkeypatch):
    """Vietnamese, its catalogs copied to a folder of the test."""
    language = language_by_tag("vi")

    def copied(other, domain):
        path = po_path(other, domain)
        if other != language:
            return path
        copy = tmp_path / f"{domain}.po"
        if not copy.exists():
            copy.write_bytes(path.read_bytes())
        return copy

    monkeypatch.setattr("portal.i18n.translation_sheet.po_path", copied)
    monkeypatch.setattr("portal.i18n.touching.po_path", copied)
    return language, copied


def _sheet(language) -> list[dict[str, str]]:
    file = io.StringIO()
    write_sheet(language, file)
    return list(csv.DictReader(io.StringIO(file.getvalue())))


def _come_back(language, rows, *, by="an.nguyen@example.org", keep=True):
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return read_sheet(language, io.StringIO(file.getvalue()), by=by, on=ON, keep=keep)


def _entry(place, domain, **wanted):
    language, copied = place
    return next(
        entry
        for entry in read_po_file(copied(language, domain))
        if all(getattr(entry, name) == value for name, value in wanted.items())
    )


def test_the_sheet_holds_japanese_english_and_the_words_of_now(vietnamese):
    rows = _sheet(vietnamese[0])
    row = next(row for row in rows if row["context"] == "term.residence-card")
    assert (row["japanese"], row["english"], row["current"], row["state"]) == (
        "在留カード",
        "Residence card",
        "Thẻ lưu trú",
        "machine",
    )
    assert len({row["key"] + row["form"] for row in rows}) == len(rows)


def test_a_sheet_that_comes_back_untouched_changes_nothing(vietnamese):
    before = vietnamese[1](vietnamese[0], UI).read_bytes()
    assert _come_back(vietnamese[0], _sheet(vietnamese[0])) == []
    assert vietnamese[1](vietnamese[0], UI).read_bytes() == before


def test_new_words_come_in_with_the_name_of_the_translator(vietnamese):
    rows = _sheet(vietnamese[0])
    row = next(row for row in rows if row["context"] == "term.counter")
    row["new"] = "Quầy của văn phòng"
    assert [(o.key, o.fate) for o in _come_back(vietnamese[0], rows)] == [(row["key"], Fate.TAKEN)]
    entry = _entry(vietnamese, OFFICIAL, msgctxt="term.counter")
    assert (entry.msgstr, state_of(entry)) == ("Quầy của văn phòng", MessageState.TRANSLATED)
    assert facts_of(entry)["by"] == "an.nguyen@example.org"


def test_a_dry_run_tells_and_writes_nothing(vietnamese):
    rows = _sheet(vietnamese[0])
    next(row for row in rows if row["context"] == "term.counter")["new"] = "Quầy của văn phòng"
    assert [o.fate for o in _come_back(vietnamese[0], rows, keep=False)] == [Fate.TAKEN]
    assert _entry(vietnamese, OFFICIAL, msgctxt="term.counter").msgstr != "Quầy của văn phòng"


def test_what_the_catalog_got_meanwhile_is_not_written_over(vietnamese):
    rows = _sheet(vietnamese[0])
    next(row for row in rows if row["context"] == "term.counter")["new"] = "Của bảng tính"
    path = vietnamese[1](vietnamese[0], OFFICIAL)
    po = read_po_file(path)
    next(entry for entry in po if entry.msgctxt == "term.counter").msgstr = "Của người khác"
    write_po(path, po)
    assert [o.fate for o in _come_back(vietnamese[0], rows)] == [Fate.NEWER]
    assert _entry(vietnamese, OFFICIAL, msgctxt="term.counter").msgstr == "Của người khác"


def test_words_the_checker_refuses_stay_out_and_are_told(vietnamese):
    rows = _sheet(vietnamese[0])
    next(row for row in rows if row["english"] == "Sent on %(day)s.")["new"] = "Đã gửi <b>%(ngay)s</b>."
    [outcome] = _come_back(vietnamese[0], rows)
    assert outcome.fate is Fate.REFUSED
    assert "placeholders" in outcome.detail
    assert "tags" in outcome.detail


def test_a_message_that_is_gone_is_told(vietnamese):
    rows = _sheet(vietnamese[0])
    rows[0] |= {"key": "ui:00000000", "new": "x"}
    assert [o.fate for o in _come_back(vietnamese[0], rows)] == [Fate.GONE]


def test_a_review_counts_only_of_another_person_than_the_translator(vietnamese):
    rows = _sheet(vietnamese[0])
    row = next(row for row in rows if row["context"] == "term.counter")
    row["new"] = "Quầy của văn phòng"
    _come_back(vietnamese[0], rows, by="An")
    rows = _sheet(vietnamese[0])
    row = next(row for row in rows if row["context"] == "term.counter")
    row["reviewed_by"] = "an"
    assert [o.fate for o in _come_back(vietnamese[0], rows)] == [Fate.REFUSED]
    row["reviewed_by"] = "Binh"
    assert [o.fate for o in _come_back(vietnamese[0], rows)] == [Fate.REVIEWED]
    assert state_of(_entry(vietnamese, OFFICIAL, msgctxt="term.counter")) is MessageState.REVIEWED


def test_a_file_that_is_no_sheet_is_refused_in_words(vietnamese):
    with pytest.raises(SheetError, match="key, current, new, reviewed_by"):
        read_sheet(vietnamese[0], io.StringIO("a,b\n1,2\n"), by="An", on=ON, keep=True)


def test_a_comma_in_the_japanese_need_not_cost_a_translation(vietnamese):
    language, copied = vietnamese
    path = copied(language, OFFICIAL)
    po = read_po_file(path)
    entry = next(entry for entry in po if entry.msgctxt == "term.counter")
    entry.tcomment = entry.tcomment.replace("src=", "src=0")
    write_po(path, po)
    assert touch_key(language, "term.counter", reason="a comma", on=ON)
    entry = _entry(vietnamese, OFFICIAL, msgctxt="term.counter")
    assert state_of(entry) is MessageState.MACHINE
    assert f"{MARK}2026-11-24; a comma" in entry.tcomment
    assert not touch_key(language, "term.counter", reason="again", on=ON)


def test_the_commands_say_what_to_do(tmp_path):
    run = CliRunner().invoke
    assert run(main, ["i18n", "export-csv", "xx", str(tmp_path / "a.csv")]).exit_code == 2
    assert run(main, ["i18n", "export-csv", "vi", str(tmp_path / "vi.csv")]).exit_code == 0
    answer = run(main, ["i18n", "import-csv", "vi", str(tmp_path / "vi.csv"), "--by", "An", "--dry-run"])
    assert (answer.exit_code, "no row has anything" in answer.stderr) == (0, True)
    assert run(main, ["i18n", "touch", "term.nothing", "--meaning-same", "x"]).exit_code == 2
