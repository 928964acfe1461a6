"""What a fault test found, as the line it prints."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from rich.console import Console
from rich.progress import track

_Step = TypeVar("_Step")


@dataclass
class Verdict:
    """`faults` found in our code; `controls` maps each planted fault to whether it was found."""

    name: str
    attempts: int = 0
    faults: list[str] = field(default_factory=list)
    controls: dict[str, bool] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)
    log_lines: int = 0

    @property
    def is_good(self) -> bool:
        return not self.faults and all(self.controls.values())

    def look_into(self, logs: tuple[int, list[str]]) -> None:
        """Lines of logs, and what stands in them that must not."""
        lines, found = logs
        self.faults += found
        self.log_lines += lines

    def line(self) -> str:
        """One JSON object; what was found and what was missed by name, so that a red build tells why."""
        content: dict[str, object] = {
            "name": self.name,
            "value": len(self.faults),
            "attempts": self.attempts,
            "controls": len(self.controls),
            "controls_found": sum(self.controls.values()),
        }
        missed = [name for name, found in self.controls.items() if not found]
        content |= {"controls_missed": missed} if missed else {}
        content |= {"faults": self.faults[:20]} if self.faults else {}
        content |= {"log_lines": self.log_lines} if self.log_lines else {}
        return json.dumps(content | self.figures, ensure_ascii=False)


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(words, file=sys.stderr, flush=True)


def along(steps: Iterable[_Step], *, of: int, what: str) -> Iterator[_Step]:
    """The steps, with a bar beside the figures where somebody watches."""
    return iter(
        track(steps, what, total=of, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    )


def plant_each(verdict: Verdict, names: list[str], find: Callable[[str], list[str]], *, where: str = "") -> None:
    """Run the test on a build with each fault in it; it must find something. `where`: which part of the test has to."""
    for name in names:
        found = find(name)
        verdict.controls[where + name] = bool(found)
        say(f"  {verdict.name}: planted {where}{name}: {found[0] if found else 'NOT FOUND'}")
