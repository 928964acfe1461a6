"""What is wrong with a file, by line and reason; read as text without ever showing what stands in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import click

_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: its line in the file and why. `why` never repeats a value: rows hold codes."""

    line: int
    why: str


def say_bad_rows(file: Path, bad: Sequence[BadRow]) -> None:
    """Print them in the order of the file, the first 200."""
    in_order = sorted(bad, key=lambda each: each.line)
    say_rows(file, lambda most: in_order[:most], len(bad))


def say_rows(file: Path, first: Callable[[int], Sequence[BadRow]], number: int, *, note: str = "") -> None:
    """Print the first 200 of so many, in the order of the file; `note` stands before each reason."""
    for row in first(_MOST_SHOWN):
        click.echo(f"{file.name} line {row.line}: {note}{row.why}", err=True)
    if number > _MOST_SHOWN:
        click.echo(f"... and {number - _MOST_SHOWN} more.", err=True)


def lines_of(file: Path) -> Iterator[str]:
    """The lines of a UTF-8 file, a byte order mark taken off. Not UTF-8: told, and the command ends with 1.

    A line ends where an editor shows its end: U+2028 or a form feed inside a field does not count, so that line numbers agree.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = broken.object[: broken.start].count(b"\n") + 1
        click.echo(f"{file.name} is not UTF-8 text (line {line}). Save it as CSV UTF-8 and try again.", err=True)
        raise SystemExit(1) from broken
    return iter(StringIO(text, newline=""))
