"""A visitor with a real Chromium: the same steps as the page client takes, on a phone or at a desk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.html_page import HtmlPage

# The browser talks to the portal under test and to nobody else.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_UNFOLD = "each => { const folded = each.closest('details'); if (folded) folded.open = true }"
_UNDRAWN = """([known, never]) => {
  const letters = new Map()
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walk.nextNode());) {
    if (node.parentElement.closest("script, style, template")) continue
    const font = getComputedStyle(node.parentElement).fontFamily
    for (const letter of node.data)
      if (!/[\\p{Cc}\\p{Cf}\\p{Z}\\p{M}]/u.test(letter) && !known.includes(letter)) letters.set(letter, font)
  }
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = 64
  const brush = canvas.getContext("2d", { willReadFrequently: true })
  const drawn = (letter, font) => {
    brush.clearRect(0, 0, 64, 64)
    brush.font = "24px " + font
    brush.fillText(letter, 16, 40)
    return brush.getImageData(0, 0, 64, 64).data.join()
  }
  const nothing = drawn(" ", "sans-serif"), boxes = new Map()
  const box = font => boxes.get(font) ?? boxes.set(font, drawn(never, font)).get(font)
  const missing = [...letters].filter(([letter, font]) => [nothing, box(font)].includes(drawn(letter, font)))
  return [[...letters.keys()], missing.map(([letter]) => letter)]
}"""
#: A letter that no font has, as none is assigned to it: what is drawn alike is missing.
_NEVER = "\u0378"
_AXE = Axe()
_AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}

SCREENS: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    # The narrowest that WCAG 1.4.10 asks for, and the oldest phones.
    "narrow": {
        "viewport": {"width": 320, "height": 568},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium (or the one that CHROMIUM names), without a window."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


class BrowserPage(HtmlPage):
    """What the browser shows now, to be asked like any page."""

    def __init__(self, tab: Page) -> None:
        super().__init__(tab.content().encode(), tab.url)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class BrowserVisitor:
    """Opens, follows, fills and presses in one tab; anything the console complains of fails the next step."""

    def __init__(self, browser: Browser, base_url: str, screen: str = "desktop", **options: Any) -> None:
        self.base_url = base_url
        self.context = browser.new_context(**SCREENS[screen], **options)
        self.context.set_default_timeout(15_000)
        self.tab = self.context.new_page()
        self.complaints: list[str] = []
        self._drawn: set[str] = set()
        self.tab.on("console", self._hear)
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("requestfailed", lambda request: self.complaints.append(f"{request.url} failed: {request.failure}"))

    def close(self) -> None:
        self.context.close()

    @property
    def page(self) -> BrowserPage:
        return BrowserPage(self.tab)

    # ------------------------------------------------------------ what a visitor does

    def get(self, path: str, *, expect: int = 200) -> BrowserPage:
        """Open an address of the portal."""
        answer = self.tab.goto(urljoin(self.base_url, path))
        assert answer is not None
        assert answer.status == expect, f"{answer.status} at {path}"
        return self._settled()

    def follow(self, link: str, *, expect: int = 200) -> BrowserPage:
        """Click the link with these words, or whose address contains this."""
        address = self.page.link(link)
        return self._clicked(self.tab.locator(f'a[href="{address}"]:visible').first, expect)

    def submit(
        self, values: dict[str, object] | None = None, *, button: str | None = None, action: str = "", expect: int = 200
    ) -> BrowserPage:
        """Fill a form and press its button; arguments as in the page client."""
        page = self.page
        form = page.form(button, action)
        for name, value in (values or {}).items():
            self._fill(page, form.controls[name], value)
        return self._clicked(self._find(page, "button, input[type=submit]", form.button(button)), expect)

    fill_and_submit = submit

    # ------------------------------------------------------------ how the page is

    def violations(self) -> list[str]:
        """What axe finds on the page, each with the elements concerned."""
        found = _AXE.run(self.tab, options=_AXE_OPTIONS).response["violations"]
        return [f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes']]}" for each in found]

    def assert_accessible(self) -> None:
        violations = self.violations()
        assert not violations, f"{self.tab.url}: {violations}"

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen (0 as it should be)."""
        return self.tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def missing_glyphs(self) -> str:
        """The letters of the page that come out as an empty box, or as nothing; those drawn once are not tried again."""
        tried, missing = self.tab.evaluate(_UNDRAWN, ["".join(self._drawn), _NEVER])
        self._drawn |= set(tried) - set(missing)
        return "".join(missing)

    def picture(self, path: Path, *, full_page: bool = True) -> None:
        """Save a picture of the page."""
        self.tab.screenshot(path=path, full_page=full_page)

    # ------------------------------------------------------------ below the page

    def _fill(self, page: HtmlPage, controls: list[Element], value: object) -> None:
        kind = controls[0].get("type", controls[0].tag)
        if kind in {"radio", "checkbox"}:
            wanted = value if isinstance(value, list | tuple) else [value]
            for control in controls:
                chosen = value is True or control.get("value", "on") in {str(each) for each in wanted}
                place = self._find(page, "input, select, textarea", control)
                if kind == "checkbox" or chosen:
                    place.set_checked(chosen, force=True)
            return
        place = self._find(page, "input, select, textarea", controls[0])
        if controls[0].tag == "select":
            place.select_option(str(value))
        else:
            place.fill(str(value))

    def _find(self, page: HtmlPage, selector: str, element: Element | None):
        """The element of the browser at the same place in the document as one of the parsed page."""
        if "button" in selector:
            alike = [
                each for each in page.all("button", "input") if each.tag == "button" or each.get("type") == "submit"
            ]
        else:
            alike = page.all("input", "select", "textarea")
        place = self.tab.locator(selector).nth([each is element for each in alike].index(True))
        place.evaluate(_UNFOLD)  # a person taps on the summary first
        return place

    def _clicked(self, place: Any, expect: int) -> BrowserPage:
        with self.tab.expect_navigation(wait_until="load") as going:
            place.click()
        answer = going.value
        assert answer is None or answer.status == expect, f"{answer.status} at {answer.url}"
        return self._settled()

    def _settled(self) -> BrowserPage:
        self.tab.wait_for_load_state("load")
        assert not self.complaints, self.complaints
        return self.page

    def _hear(self, message: Any) -> None:
        # A 4xx page that a test asked for is told in the console too; its status is checked where it was asked for.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)
