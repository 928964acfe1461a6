"""The style sheets, read as a list of declarations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHEETS = sorted((ROOT / "static").glob("*.css"))


@dataclass(frozen=True)
class Declaration:
    """One `name: value` with the selector it stands under."""

    selector: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.selector} {{ {self.name}: {self.value} }}"


def declarations(css: str) -> Iterator[Declaration]:
    """Every declaration of a sheet; at-rules around a rule are left out, their own conditions are no declarations."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for selector, body in re.findall(r"([^{};]+)\{([^{}]*)\}", css):
        for line in body.split(";"):
            if line.strip():
                name, _, value = line.partition(":")
                yield Declaration(" ".join(selector.split()), name.strip(), value.strip())


def variables(css: str, selector: str = ":root") -> dict[str, str]:
    """Our own custom properties under a selector, without the dashes."""
    return {
        each.name.removeprefix("--"): each.value
        for each in declarations(css)
        if each.selector == selector and each.name.startswith("--")
    }
