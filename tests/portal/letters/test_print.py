"""The slip on paper: one sheet of A4, the addressee in the window, the code inside when the sheet is folded in three."""

import re

import pytest

from portal.i18n.languages import languages
from tests.people.staff import Clerk

MARGIN, WIDTH, HEIGHT = 20, 210, 297  # of A4, in millimetres; the margin is paper.css's
PIXELS_A_MILLIMETRE = 96 / 25.4
WINDOW_ENDS_AT = 65  # millimetres from the sheet's upper edge: a window envelope for A4 folded in three
THIRD = HEIGHT / 3


@pytest.mark.browser
@pytest.mark.parametrize("lang", [language.tag for language in languages()])
def test_slip_is_one_sheet_with_addressee_and_code_in_their_places(approved, work, browser_visitor, lang):
    request = approved(language=lang)
    work()
    clerk = Clerk(browser_visitor(), "clerk-1", "ja")
    clerk.signs_in()
    clerk.opens_staff(f"requests/{request.id}/slip")
    tab = clerk.visitor.tab
    pdf = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    tab.emulate_media(media="print")
    inside = int((WIDTH - 2 * MARGIN) * PIXELS_A_MILLIMETRE)
    tab.set_viewport_size({"width": inside, "height": 1000})
    for part in (".address-window p", ".addressee"):
        box = tab.locator(part).first.bounding_box()
        assert MARGIN + (box["y"] + box["height"]) / PIXELS_A_MILLIMETRE < WINDOW_ENDS_AT
        assert box["x"] == 0
    code = tab.locator(".big-code").bounding_box()
    assert MARGIN + code["y"] / PIXELS_A_MILLIMETRE > THIRD + 5
    assert MARGIN + (code["y"] + code["height"]) / PIXELS_A_MILLIMETRE < 2 * THIRD - 5
