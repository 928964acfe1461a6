"""The table of languages says how high a line is; the sheet, which cannot read it, says the same."""

import re
import tomllib

from tests.portal.look.stylesheets import ROOT, declarations

LATIN = 1.5


def heights_of_the_sheet() -> dict[str, float]:
    return {
        tag: float(each.value)
        for each in declarations((ROOT / "static/portal.css").read_text())
        if each.name == "--line"
        for tag in re.findall(r":lang\(([\w-]+)\)", each.selector)
    }


def test_every_language_has_the_line_height_of_the_table():
    table = tomllib.loads((ROOT / "translations/languages.toml").read_text())["language"]
    sheet = heights_of_the_sheet()
    wanted = {row["html_lang"]: row["line_height"] for row in table}
    assert {tag: sheet.get(tag, sheet.get(tag.split("-")[0], LATIN)) for tag in wanted} == wanted
