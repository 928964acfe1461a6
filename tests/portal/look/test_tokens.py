"""Colours can be told apart by whoever reads, and each has a source."""

import re

import pytest

from tests.portal.look.stylesheets import ROOT, variables

COLOURS = {
    name: value for name, value in variables((ROOT / "static/portal.css").read_text()).items() if value.startswith("#")
}
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "soft", "key", "seen")
        for ground in ("paper", "mist", "key-pale", "heed-pale")
    ],
    ("wrong", "paper", TEXT),
    ("wrong", "mist", TEXT),
    ("fine", "paper", TEXT),
    ("heed", "heed-pale", TEXT),
    ("paper", "key", TEXT),
    ("paper", "key-dark", TEXT),
    ("paper", "wrong", TEXT),
    ("edge", "paper", SHAPE),
    ("edge", "mist", SHAPE),
]


def long_form(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, 0 black to 1 white."""
    shares = [int(long_form(colour)[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_what_is_read_stands_out(ink, ground, least):
    assert contrast(COLOURS[ink], COLOURS[ground]) >= least


def test_the_focus_ring_stands_out_on_every_ground():
    for ground in ("paper", "mist", "key-pale", "heed-pale"):
        assert contrast("#000", COLOURS[ground]) >= SHAPE
    assert contrast("#000", COLOURS["glow"]) >= SHAPE


def test_every_colour_has_its_source_written_down():
    rows = re.findall(
        r"^\| `--([a-z-]+)` \| `(#[0-9a-f]{6})` \| `color-[a-z-]+-?\d*`",
        (ROOT / "docs/look.md").read_text(),
        re.MULTILINE,
    )
    assert dict(rows) == {name: long_form(value) for name, value in COLOURS.items()}
