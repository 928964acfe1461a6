"""What twenty-seven languages cost: the first word of a language, the memory of all, and a page of a hundred messages."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from jinja2 import Environment

from portal.i18n import voices
from portal.i18n.gettext import _, official, speaking
from portal.i18n.languages import language_by_tag, languages
from portal.i18n.messages import UI
from tests.benchmarks.measurement import QUICK_ROUNDS, ROUNDS, Figure

FIRST_LOAD_MS, MEMORY_MB, PAGE_MS = 5.0, 12.0, 1.2
_MESSAGES = 100
_TIMES = 40

#: Run by itself: memory that a process has had is not given back. Counts the pages it holds, before and after.
_ALL_LANGUAGES = """
import gc, pathlib
from portal.i18n.languages import languages
from portal.i18n.voices import voice_of
import portal.i18n.checker, portal.i18n.glossary
page = 4096
def held():
    gc.collect()
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * page
voice_of(languages()[0]).official("term.address", {})
before = held()
for language in languages():
    voice_of(language)
print(held() - before)
"""


def first_load(_folder: Path, *, quick: bool) -> Figure:
    """Milliseconds until a language says its first word, from its compiled catalogs; the slowest language's median."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    slowest = ("", 0.0)
    for language in languages():
        spent = []
        for _round in range(rounds):
            voices.loaded_voice.cache_clear()
            began = perf_counter()
            voices.loaded_voice(language).say(UI, "Your request is sent", None, {})
            spent.append((perf_counter() - began) * 1000)
        slowest = max(slowest, (language.tag, median(spent)), key=lambda pair: pair[1])
    tag, value = slowest
    return Figure("i18n-first-load", value, "ms", FIRST_LOAD_MS, FIRST_LOAD_MS / value, rounds, {"slowest": tag})


def memory(_folder: Path, *, quick: bool) -> Figure:
    """Megabytes that all languages together take in a process."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    command = [sys.executable, "-c", _ALL_LANGUAGES]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True) for _round in range(rounds)]
    value = median(int(run.stdout) for run in runs) / 1e6
    further = {"languages": len(languages())}
    return Figure("i18n-memory", value, "MB", MEMORY_MB, MEMORY_MB / value, rounds, further)


def page_of_100(_folder: Path, *, quick: bool) -> Figure:
    """Milliseconds that a page of a hundred messages takes over the same page as literal text."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    environment = Environment(autoescape=True)
    environment.globals.update(_=_, official=official)
    language = language_by_tag("ur")
    sources = [message.source for message in _plain_messages(language)][:_MESSAGES]
    spoken = environment.from_string("\n".join("<p>{{ _(" + repr(source) + ") }}</p>" for source in sources))
    with speaking(language):
        literal = environment.from_string(str(spoken.render()))
        extra = []
        for _round in range(rounds):
            ours, bare = _milliseconds(spoken), _milliseconds(literal)
            extra.append(ours - bare)
    value = median(extra)
    return Figure("i18n-page-of-100", value, "ms", PAGE_MS, PAGE_MS / value, rounds, {"messages": len(sources)})


def _plain_messages(language):
    catalog = voices.voice_of(language).catalogs[UI]
    plain = (message for message in catalog.messages.values() if not message.plural and not message.context)
    return [message for message in plain if "%" not in message.source]


def _milliseconds(template) -> float:
    spent = []
    for _time in range(_TIMES):
        began = perf_counter()
        template.render()
        spent.append((perf_counter() - began) * 1000)
    return median(spent)
