from portal.i18n.catalogs import load_catalog, mo_path
from portal.i18n.compiling import compile_catalog
from portal.i18n.languages import language_by_tag
from portal.i18n.mo_files import pack_mo, read_mo, stamp_of

VI = language_by_tag("vi")
GOOD = 'msgid "All of it"\nmsgstr "Tất cả"'
BAD = 'msgid "Sent to %(name)s"\nmsgstr "Gửi cho %(nmae)s"'
FUZZY = '#, fuzzy\nmsgid "A draft"\nmsgstr "Bản nháp"'
WANTED = ('msgid "All of it"\nmsgstr ""', 'msgid "Sent to %(name)s"\nmsgstr ""', 'msgid "A draft"\nmsgstr ""')


def texts(catalog):
    return {key: message.forms[0] for key, message in catalog.messages.items()}


def test_compiling_keeps_what_is_good_and_names_what_it_refuses(write_catalog):
    write_catalog("source/ui.pot", *WANTED)
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD, BAD, FUZZY)
    done = compile_catalog(VI, "ui")
    assert (done.kept, done.missing) == (1, 2)
    assert [(message.source, [fault.code for fault in faults]) for message, faults in done.refused] == [
        ("Sent to %(name)s", ["placeholders"])
    ]
    catalog = load_catalog(VI, "ui")
    assert texts(catalog) == {"All of it": "Tất cả"}
    assert catalog.missing == 2


def test_a_stamped_file_is_not_checked_again(write_catalog, monkeypatch):
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD)
    compile_catalog(VI, "ui")
    monkeypatch.setattr("portal.i18n.catalogs.check_message", lambda *_: 1 / 0)
    assert texts(load_catalog(VI, "ui")) == {"All of it": "Tất cả"}


def test_an_unstamped_file_is_checked_and_its_bad_messages_are_left_out(translations):
    path = mo_path(VI, "ui")
    path.parent.mkdir(parents=True)
    messages = {"All of it": "Tất cả", "More": "<script>"}
    path.write_bytes(pack_mo(messages, [], po_digest="", checker=0))
    assert texts(load_catalog(VI, "ui")) == {"All of it": "Tất cả"}


def test_a_file_changed_after_its_stamp_is_checked(write_catalog):
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD)
    compile_catalog(VI, "ui")
    path = mo_path(VI, "ui")
    path.write_bytes(
        path.read_bytes().replace("Tất cả".encode(), "<b>cả</b>"[:8].encode().ljust(len("Tất cả".encode())))
    )
    assert texts(load_catalog(VI, "ui")) == {}


def test_a_po_file_newer_than_its_mo_is_read_instead(write_catalog):
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD)
    compile_catalog(VI, "ui")
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD.replace("Tất cả", "Hết thảy"))
    assert texts(load_catalog(VI, "ui")) == {"All of it": "Hết thảy"}


def test_a_file_that_is_no_catalog_falls_back_to_the_po_file(write_catalog):
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD)
    mo_path(VI, "ui").write_bytes(b"\xde\x12\x04\x95 nothing")
    assert texts(load_catalog(VI, "ui")) == {"All of it": "Tất cả"}


def test_contexts_and_plural_forms_survive_a_compile(write_catalog):
    ur = language_by_tag("ur")
    entry = (
        'msgctxt "left"\nmsgid "%(n)d try"\nmsgid_plural "%(n)d tries"\nmsgstr[0] "%(n)d بار"\nmsgstr[1] "%(n)d دفعہ"'
    )
    write_catalog("ur/LC_MESSAGES/ui.po", entry)
    compile_catalog(ur, "ui")
    (message,) = load_catalog(ur, "ui").messages.values()
    assert (message.context, message.plural, message.forms) == ("left", "%(n)d tries", ("%(n)d بار", "%(n)d دفعہ"))


def test_the_stamp_names_the_checker_and_both_digests(write_catalog):
    write_catalog("vi/LC_MESSAGES/ui.po", GOOD)
    compile_catalog(VI, "ui")
    header, _messages = read_mo(mo_path(VI, "ui"))
    assert stamp_of(header).keys() == {"checker", "po", "mo"}
