"""Merging, states, the glossary, and the checks of the sources."""

from datetime import date

import polib
import pytest

from portal.i18n import source_checks
from portal.i18n.catalogs import source_path
from portal.i18n.glossary import GlossaryError, glossary, read_glossary
from portal.i18n.languages import language_by_tag
from portal.i18n.messages import OFFICIAL, STAFF, UI
from portal.i18n.placeholders import MEANINGS, placeholder_names
from portal.i18n.po_files import new_po, po_text, read_po_file
from portal.i18n.source_checks import message_faults
from portal.i18n.states import MessageState, set_state, state_of
from portal.i18n.syncing import merged_official, sync_catalog

ON = date(2026, 11, 23)


def entry(key, ja, text=""):
    return polib.POEntry(msgctxt=key, msgid=ja, msgstr=text)


def catalog(*entries):
    po = new_po()
    po.extend(entries)
    return po


def test_a_changed_japanese_text_keeps_its_translation_as_a_draft_with_the_former_text():
    done = entry("faq.a", "古い", "old")
    set_state(done, MessageState.REVIEWED, by="r1", on=ON)
    (merged,) = merged_official(catalog(done), catalog(entry("faq.a", "新しい")))
    assert (merged.msgid, merged.msgstr, merged.previous_msgid, merged.fuzzy) == ("新しい", "old", "古い", True)
    assert state_of(merged) is MessageState.STALE


def test_a_draft_translated_anew_is_shown_again():
    done = entry("faq.a", "新しい", "new")
    done.flags.append("fuzzy")
    done.previous_msgid = "古い"
    set_state(done, MessageState.MACHINE, by="x", on=ON)
    (merged,) = merged_official(catalog(done), catalog(entry("faq.a", "新しい")))
    assert (merged.fuzzy, merged.previous_msgid) == (False, None)


def test_texts_of_the_same_words_are_kept_apart_by_their_key():
    have = catalog(entry("a.title", "題", "title a"), entry("b.title", "題", "title b"))
    merged = merged_official(have, catalog(entry("b.title", "題"), entry("a.title", "題"), entry("c.title", "題")))
    assert {row.msgctxt: row.msgstr for row in merged} == {"a.title": "title a", "b.title": "title b", "c.title": ""}


def test_a_text_that_is_gone_is_kept_as_obsolete():
    (merged,) = merged_official(catalog(entry("faq.a", "題", "title")), catalog())
    assert merged.obsolete


def test_extracted_messages_are_merged_without_guessing(write_catalog):
    ur = language_by_tag("ur")
    write_catalog(
        "source/ui.pot",
        'msgid "Your new code"\nmsgstr ""',
        'msgctxt "nav"\nmsgid "Home"\nmsgstr ""',
        'msgid "%(n)s try"\nmsgid_plural "%(n)s tries"\nmsgstr[0] ""\nmsgstr[1] ""',
    )
    state = "# state: machine; by=x; on=2026-11-23; src=12345678"
    path = write_catalog(
        "ur/LC_MESSAGES/ui.po",
        f'{state}\nmsgid "Your old code"\nmsgstr "پرانا"',
        state + '\nmsgctxt "nav"\nmsgid "Home"\nmsgstr "گھر"',
    )
    assert sync_catalog(ur, "ui")
    po = polib.pofile(str(path))
    assert {row.msgid: row.msgstr for row in po if not row.obsolete} == {
        "Your new code": "",
        "Home": "گھر",
        "%(n)s try": "",
    }
    assert next(row for row in po if row.msgid == "%(n)s try").msgstr_plural == {0: "", 1: ""}
    assert next(row for row in po if row.msgid == "Home").tcomment == state.removeprefix("# ")
    assert [row.msgid for row in po if row.obsolete] == ["Your old code"]
    assert po.metadata["Plural-Forms"] == ur.plural
    assert not sync_catalog(ur, "ui")


def test_a_state_is_written_beside_other_comments_and_read_back():
    row = entry("faq.a", "題", "title")
    row.tcomment = "mind the register"
    set_state(row, MessageState.REVIEWED, by="r1", on=ON)
    assert row.tcomment.startswith("mind the register\nstate: reviewed; by=r1; on=2026-11-23; src=")
    assert state_of(row) is MessageState.REVIEWED
    row.msgid = "題名"
    assert state_of(row) is MessageState.STALE


def test_a_translation_nobody_marked_counts_as_machine_made():
    assert state_of(entry("faq.a", "題", "title")) is MessageState.MACHINE
    assert state_of(entry("faq.a", "題")) is MessageState.EMPTY


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-x", "@here"])
def test_a_glossary_cell_a_spreadsheet_would_run_is_refused(tmp_path, cell):
    path = tmp_path / "glossary.csv"
    path.write_text(f"key,ja,reading,romaji,note\na,住民票,じゅう,j,{cell}\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match="row 2, note"):
        read_glossary(path)


def test_our_glossary_has_a_reading_and_the_longest_term_first():
    terms = glossary()
    assert all(term.reading and term.romaji for term in terms)
    order = [term.ja for term in terms]
    assert order.index("住民票コード通知票") < order.index("住民票コード") < order.index("住民票")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (" All of it", "edges"),
        ("100 % of it", "bare-percent"),
        ("<b>All</b> of it", "markup"),
        ("Home", "one-word"),
        ("Sent to %(planet)s.", "no-meaning"),
    ],
)
def test_a_message_that_cannot_be_translated_well_is_named(message, code):
    assert [fault.code for fault in message_faults(catalog(polib.POEntry(msgid=message)))] == [code]


def test_every_placeholder_is_explained_beside_its_message_and_no_meaning_is_left_over():
    sources = [read_po_file(source_path(domain)) for domain in (UI, STAFF, OFFICIAL)]
    texts = [text for po in sources for entry in po for text in (entry.msgid, entry.msgid_plural)]
    assert {name for text in texts for name in placeholder_names(text)} == set(MEANINGS)
    (merged,) = merged_official(catalog(), catalog(entry("a", "%(day)sに出しました")))
    assert merged.comment == f"%(day)s: {MEANINGS['day']}"
    extracted = read_po_file(source_path(UI))
    said = next(row for row in extracted if row.msgid == "Step %(current)s of %(total)s").comment
    assert said.splitlines() == [f"%({name})s: {MEANINGS[name]}" for name in ("current", "total")]


def test_calls_that_are_not_extracted_whole_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(source_checks, "PROJECT_ROOT", tmp_path)
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "view.py").write_text(
        '_(f"a {x}")\n_("a " + b)\n_(c)\n_("fine so")\nofficial(f"term.{x}")\nofficial("nope.x")\n'
    )
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "a.html").write_text(
        "{{ _('a ' ~ b) }}{{ pgettext('page', x) }}{{ _('so') }}{{ official('term.' ~ x) }}"
    )
    (templates / "b.html").write_text("{{ official('term.gone') }}{{ _('a ' + b) }}")
    (templates / "c.html").write_text("{% trans %}x{% endtrans %}")
    (templates / "d.html").write_text("{% if %}")
    found = [(fault.place, fault.code) for fault in source_checks.code_faults(["term.alias"])]
    assert sorted(found) == [
        ("portal/view.py:1", "not-literal"),
        ("portal/view.py:2", "not-literal"),
        ("portal/view.py:3", "not-literal"),
        ("portal/view.py:6", "no-such-key"),
        ("templates/a.html:1", "not-literal"),
        ("templates/a.html:1", "not-literal"),
        ("templates/b.html:1", "no-such-key"),
        ("templates/b.html:1", "not-literal"),
        ("templates/c.html", "trans-block"),
        ("templates/d.html:1", "syntax"),
    ]


def test_a_catalog_is_written_the_same_way_every_time():
    first = catalog(entry("b", "二", "two"), entry("a", "一", "one"))
    second = catalog(entry("a", "一", "one"), entry("b", "二", "two"))
    assert po_text(first) == po_text(second)
