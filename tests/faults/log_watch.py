"""What is written into logs while things break, by our processes and by PostgreSQL: nobody's code may stand there.

A run of the faults has a folder for it, named in the environment, which child processes inherit. Every process of ours writes all
that any logger says, with every exception that it meets, into one file there; of PostgreSQL its own log is read.
"""

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from tests.faults.code_scanner import CodeScanner

_FOLDER = "FAULTS_LOG_FOLDER"
_BROKE = logging.getLogger("portal.faults")
#: Every code that this process has given to a register.
CODES: set[str] = set()
_told: set[str] = set()


def keep_logs(folder: Path) -> None:
    """Keep what is written from now on, here and in children."""
    folder.mkdir()
    os.environ[_FOLDER] = str(folder)
    listen()


def listen() -> None:
    """Write what any logger of this process says into the file, where a run keeps one."""
    file = _file()
    if file is None or any(isinstance(handler, logging.FileHandler) for handler in logging.root.handlers):
        return
    logging.root.addHandler(logging.FileHandler(file, encoding="utf-8"))
    logging.root.setLevel(logging.DEBUG)


def log_broke(error: BaseException) -> None:
    """As the web logs an error that it answers with a page: with the whole way to it. Each once a process: clients try again."""
    words = f"{type(error).__name__}: {error}"
    if _file() is not None and words not in _told:
        _told.add(words)
        _BROKE.error("a step broke", exc_info=error)


def keep_words(words: str) -> None:
    """What a command has said, on its output or its error output."""
    file = _file()
    if file is not None:
        with file.open("a", encoding="utf-8") as kept:
            kept.write(words)


def codes_in_logs(servers: Iterable[Path] = ()) -> tuple[int, list[str]]:
    """(lines read, a sentence for each code that stands in one); our file is emptied, and a server's read to its end."""
    file, scanner = _file(), CodeScanner(CODES)
    texts = {str(path): path.read_text(errors="replace") for path in servers if path.exists()}
    if file is not None and file.exists():
        texts["our log"] = file.read_text(encoding="utf-8", errors="replace")
        os.truncate(file, 0)
    faults = [f"a code stands in {where}" for where, text in texts.items() for _code in scanner.find(text)]
    return sum(text.count("\n") for text in texts.values()), faults


def _file() -> Path | None:
    folder = os.environ.get(_FOLDER)
    return Path(folder) / "log" if folder else None
