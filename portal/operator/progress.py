"""How far a long command is, on the error output: a bar, rows a second, the time left. Where that is no terminal, one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

#: Told two numbers: what is done now, of the total, and how many rows that was; of `telling`: what is done, of how much.
Tell = Callable[[int, int], None]


@contextmanager
def progress(what: str, total: int) -> Iterator[Tell]:
    """A bar for the block; `total` in whatever the block counts in."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    begun = monotonic()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=max(total, 1), rate="")

        def tell(done: int, rows: int) -> None:
            seconds = monotonic() - begun
            bar.update(task, completed=done, rate=f"{rows / seconds:,.0f} rows/s" if rows and seconds else "")

        yield tell
        bar.update(task, completed=max(total, 1))


@contextmanager
def telling(what: str) -> Iterator[Tell]:
    """A bar for the block, whose function is told what was done, and of how much in all."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
