"""Catalogs made for one test: written as .po files into a folder of their own."""

import pytest

from portal.i18n import catalogs, languages, voices


@pytest.fixture
def translations(tmp_path, monkeypatch):
    """An empty folder of translations in the place of ours, with our table of languages."""
    languages.languages()  # read once, before its folder is another
    for module in (languages, catalogs):
        monkeypatch.setattr(module, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(catalogs, "SOURCES", tmp_path / "source")
    voices.loaded_voice.cache_clear()
    yield tmp_path
    voices.loaded_voice.cache_clear()


@pytest.fixture
def write_catalog(translations):
    """Write a catalog: name ("vi/LC_MESSAGES/ui.po") and its entries as text."""

    def write(name, *entries):
        path = translations / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        path.write_text("\n\n".join([head, *entries]) + "\n", encoding="utf-8")
        return path

    return write
