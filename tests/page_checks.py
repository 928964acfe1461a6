"""What every page must keep, whoever opens it: checked on each page that any test opens."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from tests.html_page import HtmlPage, text_of

# Language tags of BCP 47: "zh-Hant", never "zh_Hant" or "ja@easy".
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LOADING = {
    "link": "href",
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "use": "href",
    "object": "data",
}


def faults_of(page: HtmlPage, headers: Mapping[str, str]) -> list[str]:
    """All that is wrong with a page, in words; empty when it is well."""
    checks = (_structure, _languages, _ids, _labels, _own_files, _inline_code)
    return [*page.parse_errors, *(fault for check in checks for fault in check(page)), *header_faults(headers)]


def header_faults(headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the security headers of an answer."""
    faults = []
    policy = headers.get("Content-Security-Policy", "")
    if not policy:
        faults.append("no Content-Security-Policy")
    faults += [f"the policy allows {word}" for word in ("unsafe-", "http:", "https:", "*", "data:") if word in policy]
    faults += [
        f"the policy says nothing of {word}"
        for word in ("frame-ancestors", "form-action", "base-uri")
        if word not in policy
    ]
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("no nosniff")
    if headers.get("Referrer-Policy") not in {"no-referrer", "same-origin", "strict-origin"}:
        faults.append(f"Referrer-Policy is {headers.get('Referrer-Policy')!r}")
    if "Cache-Control" not in headers:
        faults.append("no Cache-Control")
    if "Server" in headers and re.search(r"\d", headers["Server"]):
        faults.append("the Server header tells a version")
    return faults


def _structure(page: HtmlPage) -> Iterator[str]:
    headings = page.all("h1")
    if len(headings) != 1 or not text_of(headings[0]):
        yield f"{len(headings)} headings of the first level"
    if not page.title:
        yield "no title"
    if len(page.all("main")) != 1:
        yield f"{len(page.all('main'))} main elements"
    levels = [int(heading.tag[1]) for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} follows one of level {before}"
    for button in page.all("button"):
        if not text_of(button) and not button.get("aria-label"):
            yield "a button without words"
    for link in page.all("a"):
        if link.get("href") and not text_of(link) and not link.get("aria-label") and link.find(".//img") is None:
            yield f"a link without words to {link.get('href')}"


def _languages(page: HtmlPage) -> Iterator[str]:
    if not page.lang:
        yield "the page names no language"
    if page.tree.get("dir") not in {"ltr", "rtl"}:
        yield f"the page's direction is {page.tree.get('dir')!r}"
    for element in page.tree.iter():
        for attribute in ("lang", "hreflang"):
            tag = element.get(attribute)
            if tag is not None and tag != "x-default" and not _TAG.fullmatch(tag):
                yield f"{attribute}={tag!r} is no language tag"
    yield from _turned_round(page.tree, "ltr")


def _turned_round(element: Element, direction: str) -> Iterator[str]:
    """Words with readings in a text from the right: each stands by itself there, and the first would come last."""
    direction = element.get("dir", direction)
    if element.tag == "ruby" and direction == "rtl":
        yield f"the readings of {text_of(element)!r} stand in a text from the right"
    for child in element:
        yield from _turned_round(child, direction)


def _ids(page: HtmlPage) -> Iterator[str]:
    ids = Counter(element.get("id") for element in page.tree.iter() if "id" in element.attrib)
    yield from (f"the id {name!r} stands {times} times" for name, times in ids.items() if times > 1)
    for element in page.tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for", "form"):
            for name in element.get(attribute, "").split():
                if name not in ids:
                    yield f"{attribute}={name!r} points nowhere"
        target = element.get("href", "") if element.tag == "a" else ""
        if target.startswith("#") and len(target) > 1 and target[1:] not in ids:
            yield f"the link {target} points nowhere"


def _labels(page: HtmlPage) -> Iterator[str]:
    pointed = {label.get("for") for label in page.all("label") if text_of(label)}
    wrapped = {id(child) for label in page.all("label") for child in label.iter()}
    for control in page.all("input", "select", "textarea"):
        if control.get("type") in {"hidden", "submit", "button", "reset"}:
            continue
        named = control.get("id") in pointed or id(control) in wrapped
        if not named and not control.get("aria-label") and not control.get("aria-labelledby"):
            yield f"the field {control.get('name')!r} has no label"
    for image in page.all("img"):
        if "alt" not in image.attrib:
            yield f"the image {image.get('src')!r} has no alternative text"


def _own_files(page: HtmlPage) -> Iterator[str]:
    own = urlsplit(page.url).netloc
    for element in page.tree.iter():
        attribute = _LOADING.get(element.tag) if isinstance(element.tag, str) else None
        address = element.get(attribute, "") if attribute else ""
        # hreflang and canonical links name addresses, they load nothing; the configured base URL may differ in tests
        if element.tag == "link" and element.get("rel") in {"alternate", "canonical"}:
            continue
        if address and urlsplit(urljoin(page.url, address)).netloc != own:
            yield f"{element.tag} loads {address}"
        if element.tag == "form" and urlsplit(urljoin(page.url, element.get("action", ""))).netloc != own:
            yield f"a form is sent to {element.get('action')}"


def _inline_code(page: HtmlPage) -> Iterator[str]:
    for element in page.tree.iter():
        if element.tag == "style" or "style" in element.attrib:
            yield f"inline style on {element.tag}"
        if _is_inline_script(element):
            yield "an inline script"
        for name, value in element.attrib.items():
            if isinstance(name, str) and name.startswith("on"):
                yield f"inline handler {name} on {element.tag}"
            if str(value).strip().lower().startswith("javascript:"):
                yield f"{name} of {element.tag} is a script"


def _is_inline_script(element: Element) -> bool:
    # A JSON block is data, the browser does not run it.
    return element.tag == "script" and "src" not in element.attrib and element.get("type") != "application/json"
