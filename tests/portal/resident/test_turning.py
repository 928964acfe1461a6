"""Any sentence of a form or a notice can be turned to its Japanese, in place and without a script."""

import pytest

from tests.html_page import text_of


def _turned(page):
    """Pairs: a sentence as the reader sees it, and its Japanese beside it."""
    parents = {child: parent for parent in page.tree.iter() for child in parent}
    return {text_of(parents[each]): "".join(each.itertext()) for each in page.by_class("turned")}


@pytest.mark.parametrize(("language", "says"), [("vi", "Những gì sẽ xảy ra"), ("ur", None), ("en", "What will happen")])
def test_the_sentences_of_a_form_have_their_japanese_beside_them(another, language, says):
    page = another("resident-1", language).opens("code-change")
    pairs = _turned(page)
    assert len(pairs) > 10
    assert says is None or pairs[says] == "どうなりますか"
    assert all(each.get("lang") == "ja" for each in page.by_class("turned"))
    assert page.by_id("japanese").get("type") == "checkbox"


def test_a_reader_of_japanese_is_shown_nothing_twice(another):
    page = another("resident-1", "ja").opens("code-change")
    assert page.by_class("turned") == []
    assert page.by_id("japanese") is None
    assert page.by_id("readings").get("type") == "checkbox"
