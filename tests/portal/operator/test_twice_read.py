"""Lines of a file, read twice in little memory: the same both times, or nothing of what changed."""

import tracemalloc
from pathlib import Path

import pytest

from portal.operator.twice_read import LONGEST_LINE, FileChanged, FileFault, TwiceReadFile

MEBIBYTE = 1 << 20


def written(tmp_path: Path, content: bytes) -> TwiceReadFile:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    return TwiceReadFile(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a",
        b"a\nb",
        b"a\r\nb\r\n",
        b"a\rb\r\r\nc\n\n",
        "é\u2028\x0cあ\n".encode(),
        b"x" * (MEBIBYTE - 1) + b"\r\nb\r\n",
        ("あ" * 400_000 + "\n").encode() * 3,
        b"\xef\xbb\xbfa\nb",
    ],
    ids=range(9),
)
def test_lines_are_those_of_an_editor_both_times(tmp_path: Path, content: bytes) -> None:
    file = written(tmp_path, content)
    with file.path.open(encoding="utf-8-sig", newline="") as plain:
        wanted = list(plain)
    assert list(file.lines()) == wanted
    assert list(file.lines_again()) == wanted
    assert file.position == file.size == len(content)
    assert file.sha256 == file.sha256_now()


@pytest.mark.parametrize("changed", [b"a\n" * MEBIBYTE + b"c\n", b"a\n" * MEBIBYTE, b"a\n" * MEBIBYTE + b"b\nb\n"])
def test_file_that_changed_is_noticed_before_a_changed_line_is_given_out(tmp_path: Path, changed: bytes) -> None:
    file = written(tmp_path, b"a\n" * MEBIBYTE + b"b\n")
    assert sum(1 for _ in file.lines()) == MEBIBYTE + 1
    file.path.write_bytes(changed)
    seen = []
    with pytest.raises(FileChanged):
        seen.extend(file.lines_again())
    assert set(seen) == {"a\n"}


@pytest.mark.parametrize("where", [3, MEBIBYTE])
def test_bytes_that_are_no_utf8_are_told_with_their_line(tmp_path: Path, where: int) -> None:
    file = written(tmp_path, b"a\n" * where + b"\x83\x41\nb\n")
    with pytest.raises(FileFault, match=rf"people.csv is not UTF-8 text \(line {where + 1}\)"):
        list(file.lines())


def test_half_a_character_at_the_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileFault, match="line 2"):
        list(written(tmp_path, "a\nあ".encode()[:-1]).lines())


def test_line_without_end_is_told_before_it_fills_the_memory(tmp_path: Path) -> None:
    file = written(tmp_path, b"a\n" + b"x" * (4 * LONGEST_LINE))
    with pytest.raises(FileFault, match=r"Line 2 of people\.csv is longer than 1,048,576 characters"):
        list(file.lines())
    assert file.position <= 3 * MEBIBYTE


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, b"NGUYEN VAN DUC,1990-02-28\n" * 1_000_000)
    tracemalloc.start()
    try:
        for reading in (file.lines, file.lines_again):
            assert sum(1 for _ in reading()) == 1_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.size > 20 * MEBIBYTE
    assert peak < 12 * MEBIBYTE
