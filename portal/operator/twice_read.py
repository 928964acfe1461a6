"""A file that is read twice and has to be the same both times: in blocks, each checked before anything of it is used again."""

import codecs
import hashlib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

_BLOCK = 1 << 20
_DIGEST_BYTES = 16
LONGEST_LINE = 1 << 20  # characters; a person takes a few hundred


class FileFault(Exception):
    """What is wrong with a file as a whole, in words for the operator."""


class FileChanged(FileFault):
    """It is not what was read the first time."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("The file changed while it was read. What it holds now was not entered; try again.")

    def __reduce__(self) -> tuple[type["FileChanged"], tuple[()]]:
        """As another process tells it."""
        return FileChanged, ()


class TwiceReadFile:
    """Reads a UTF-8 file in bounded memory: sixteen bytes of each mebibyte are remembered, and where it stands."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self.size = path.stat().st_size
        self.position = 0
        self._marks: list[bytes] = []
        self._whole = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of everything the first reading met, as hexadecimal digits."""
        return self._whole.hexdigest()

    def sha256_now(self) -> str:
        """Of what the file holds at this moment, read for this alone."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def lines(self) -> Iterator[str]:
        """The lines, the first time. Raises FileFault."""
        return self._lines(self._blocks())

    def lines_again(self) -> Iterator[str]:
        """The same lines. Raises FileChanged before a line that was not there the first time is given out."""
        return self._lines(self._same_blocks())

    def _blocks(self) -> Iterator[bytes]:
        for block in self._read():
            self._whole.update(block)
            self._marks.append(_mark(block))
            yield block

    def _same_blocks(self) -> Iterator[bytes]:
        expected = iter(self._marks)
        for block in self._read():
            if next(expected, None) != _mark(block):
                raise FileChanged
            yield block
        if next(expected, None) is not None:
            raise FileChanged

    def _read(self) -> Iterator[bytes]:
        self.position = 0
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                self.position += len(block)
                yield block

    def _lines(self, blocks: Iterator[bytes]) -> Iterator[str]:
        """A line ends where an editor shows its end: U+2028 or a form feed inside a field does not count."""
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        number, rest = 0, ""
        for block in blocks:
            pieces = StringIO(rest + self._text(decoder, block, number), newline="").readlines()
            # A line feed may follow a carriage return that ends the block.
            rest = "" if not pieces or pieces[-1].endswith("\n") else pieces.pop()
            number += len(pieces)
            yield from pieces
            if len(rest) > LONGEST_LINE:
                raise FileFault(f"Line {number + 1} of {self.path.name} is longer than {LONGEST_LINE:,} characters.")
        rest += self._text(decoder, b"", number, final=True)
        yield from StringIO(rest, newline="")

    def _text(self, decoder: codecs.IncrementalDecoder, block: bytes, before: int, *, final: bool = False) -> str:
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as broken:
            line = before + broken.object[: broken.start].count(b"\n") + 1
            raise FileFault(
                f"{self.path.name} is not UTF-8 text (line {line}). Save it as UTF-8 and try again."
            ) from broken


def _mark(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=_DIGEST_BYTES).digest()
