"""The page everybody reads: how fast it is served, and how many bytes it is."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import requests

from tests.benchmarks.applications import ANSWER
from tests.benchmarks.load import Load, requests_per_second
from tests.benchmarks.measurement import Figure, measured_pairs, say
from tests.benchmarks.served import Served, gunicorn_serving
from tests.databases import migrated
from tests.live_server import demo_environment

PATH = "/vi/faq"
#: What a server may send before the first acknowledgement: ten segments (RFC 6928) of 1,460 bytes, less some for the headers.
FIRST_WINDOW_BYTES = 14_336
#: The server's own, which gunicorn writes for both.
_HOP_HEADERS = frozenset({"date", "server", "connection", "transfer-encoding"})
_SLICE_SECONDS, _QUICK_SLICE_SECONDS = 0.6, 0.4
_STYLE = re.compile(r'<link\b[^>]*\brel="stylesheet"[^>]*>')
_HREF = re.compile(r'\bhref="([^"]+)"')


def faq_page(folder: Path, *, quick: bool, name: str = "faq-page", path: str = PATH) -> Figure:
    """Requests a second of the FAQ against a bare Flask view that sends the same bytes and headers, both under gunicorn."""
    folder.mkdir()
    environment = portal_environment(folder)
    module = "tests.benchmarks.applications"
    with gunicorn_serving(f"{module}:portal()", environment, folder / "portal.log", path) as portal:
        answer = requests.get(portal.url + path, headers={"Accept-Encoding": "identity"}, timeout=30)
        extra = {ANSWER: str(_stored_answer(folder, answer, path))}
        with gunicorn_serving(f"{module}:bare()", environment | extra, folder / "bare.log", path) as bare:
            _refuse_if_different(answer, requests.get(bare.url + path, timeout=30))
            return _compared(name, path, portal, bare, len(answer.content), quick=quick)


def faq_bytes(folder: Path, *, quick: bool) -> Figure:
    """Bytes of the page and its style sheets at `gzip -9`; the worst of all languages beside the one everybody measures."""
    folder.mkdir()
    sizes = _compressed_sizes(folder)
    worst = max(sizes, key=sizes.get)
    size = sizes[PATH.split("/")[1]]
    return Figure(
        "faq-bytes",
        size,
        "bytes",
        FIRST_WINDOW_BYTES,
        FIRST_WINDOW_BYTES / size,
        1,
        {"worst": sizes[worst], "worst_language": worst, "languages": len(sizes)},
    )


def portal_environment(folder: Path) -> dict[str, str]:
    """The environment of a portal with an empty, migrated register in `folder`."""
    from registry_core.storage.keys import new_keyring_file

    url, keys_file = f"sqlite:///{folder / 'register.sqlite3'}", folder / "data-keys.json"
    new_keyring_file(keys_file)
    migrated(url)
    return demo_environment(folder, "http://127.0.0.1:8000", url, keys_file)


def faq_bytes_of(tag: str, folder: Path) -> Figure:
    """The same of one language."""
    folder.mkdir()
    size = _compressed_sizes(folder, only=tag)[tag]
    return Figure(f"faq-bytes-{tag}", size, "bytes", FIRST_WINDOW_BYTES, FIRST_WINDOW_BYTES / size, 1)


def _compared(name: str, path: str, portal: Served, bare: Served, length: int, *, quick: bool) -> Figure:
    seconds = _QUICK_SLICE_SECONDS if quick else _SLICE_SECONDS
    processor: dict[str, list[float]] = {"portal": [], "bare": []}

    def load(who: str, served: Served) -> tuple[float, float]:
        before = served.cpu_seconds()
        rate = requests_per_second(Load(served.port, path, length, seconds))
        after = served.cpu_seconds()
        if before is not None and after is not None:
            processor[who].append((after - before) / (rate * seconds) * 1e6)
        return rate * seconds, seconds

    for who, served in (("portal", portal), ("bare", bare)):
        load(who, served)
        say(f"  {name}: {who} is warm")
    pairs = measured_pairs(
        name,
        lambda _round, _slice: load("portal", portal),
        lambda _round, _slice: load("bare", bare),
        quick=quick,
    )
    further: dict[str, Any] = {"ratio_between": pairs.ratio_between, "bytes": length}
    for who, spent in processor.items():
        if spent:
            further[f"{who}_cpu_us_per_request"] = round(sorted(spent)[len(spent) // 2])
    return Figure(name, pairs.value, "requests/s", pairs.limit, pairs.ratio, len(pairs.ours), further)


def _stored_answer(folder: Path, answer: requests.Response, path: str) -> Path:
    """What the bare view has to send."""
    (folder / "body").write_bytes(answer.content)
    headers = [pair for pair in answer.headers.items() if pair[0].lower() not in _HOP_HEADERS]
    file = folder / "answer.json"
    file.write_text(json.dumps({"path": path, "headers": headers, "body": "body"}))
    return file


def _refuse_if_different(ours: requests.Response, bare: requests.Response) -> None:
    """A comparison of two different things is none."""
    said = [sorted((name, value) for name, value in each.headers.items() if name != "Date") for each in (ours, bare)]
    if ours.content != bare.content or said[0] != said[1]:
        raise AssertionError(f"the bare view sends something else: {said}")


def _compressed_sizes(folder: Path, *, only: str | None = None) -> dict[str, int]:
    """For each language served (or the one): page and style sheets together, each compressed by itself."""
    from portal.app import create_app
    from portal.config import Config
    from portal.i18n.negotiation import served_languages

    app = create_app(Config.from_environment(portal_environment(folder)), incomplete_languages_too=True)
    with app.app_context():
        tags = [language.tag for language in served_languages() if only in {None, language.tag}]
    client = app.test_client()
    base = {"base_url": "http://127.0.0.1:8000"}
    sizes = {}
    for tag in tags:
        page = client.get(f"/{tag}/faq", **base).get_data()
        links = [_HREF.search(link).group(1) for link in _STYLE.findall(page.decode())]
        sheets = [client.get(link.replace("&amp;", "&"), **base).get_data() for link in links]
        if not sheets or not all(sheets):
            raise AssertionError(f"the page in {tag} has no style sheet: what is measured is not what is read")
        sizes[tag] = sum(len(gzip.compress(each, 9, mtime=0)) for each in (page, *sheets))
    app.extensions["registry"].engine.dispose()
    return sizes
