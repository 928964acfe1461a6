"""A sealed file: read as it was written, or refused with what is wrong."""

import io

import pytest

from registry_core.storage.keys import Keyring, new_keyring_file, read_keyring
from registry_core.storage.sealed_file import LARGEST_CHUNK, FileFault, SealedFileFaulty, SealedWriter, read_sealed

MAGIC = b"a file of the tests\n"
CHUNKS = [b"one", b"", b"three" * 1000, b"four"]


def written(keyring: Keyring, chunks: list[bytes] = CHUNKS, *, ended: bool = True) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, keyring, magic=MAGIC)
    for place, chunk in enumerate(chunks, start=1):
        writer.write(chunk, last=ended and place == len(chunks))
    assert writer.size == len(file.getvalue())
    return file.getvalue()


def read(content: bytes, keyring: Keyring) -> list[bytes]:
    return list(read_sealed(io.BytesIO(content), keyring, magic=MAGIC))


def fault_of(content: bytes, keyring: Keyring) -> tuple[FileFault, int]:
    with pytest.raises(SealedFileFaulty) as faulty:
        read(content, keyring)
    return faulty.value.fault, faulty.value.chunk


def parts(content: bytes, number: int = len(CHUNKS)) -> list[bytes]:
    """The head, and each chunk with its length."""
    place = len(MAGIC) + 2 + int.from_bytes(content[len(MAGIC) : len(MAGIC) + 2])
    found = [content[:place]]
    for _ in range(number):
        end = place + 4 + int.from_bytes(content[place : place + 4])
        found.append(content[place:end])
        place = end
    assert place == len(content)
    return found


def test_what_was_written_is_read(keyring):
    content = written(keyring)
    assert read(content, keyring) == CHUNKS
    assert b"three" not in content


def test_two_files_of_the_same_content_share_nothing_but_the_head(keyring):
    one, other = (parts(written(keyring)) for _ in range(2))
    assert [a == b for a, b in zip(one, other, strict=True)] == [False] * len(one)


def test_every_altered_byte_is_found(keyring):
    content = written(keyring, [b"one", b"two"])
    for place in range(len(content)):
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(SealedFileFaulty):
            read(altered, keyring)


def test_every_cut_is_found(keyring):
    content = written(keyring, [b"one", b"two"])
    for length in range(len(content)):
        with pytest.raises(SealedFileFaulty):
            read(content[:length], keyring)


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ([0, 2, 1, 3, 4], (FileFault.DAMAGED, 1)),  # moved
        ([0, 1, 1, 2, 3, 4], (FileFault.DAMAGED, 2)),  # put twice
        ([0, 1, 3, 4], (FileFault.DAMAGED, 2)),  # left out
        ([0, 1, 2, 3], (FileFault.CUT_OFF, 4)),  # the end left out
        ([0, 1, 2, 3, 4, 4], (FileFault.DAMAGED, 5)),  # more after the end
        ([0], (FileFault.CUT_OFF, 1)),
    ],
)
def test_chunks_stay_where_they_were_written(keyring, order, fault):
    pieces = parts(written(keyring))
    assert fault_of(b"".join(pieces[place] for place in order), keyring) == fault


def test_a_file_that_was_never_ended_is_cut_off(keyring):
    assert fault_of(written(keyring, ended=False), keyring) == (FileFault.CUT_OFF, len(CHUNKS) + 1)


def test_chunks_of_another_file_are_refused(keyring):
    one, other = (parts(written(keyring)) for _ in range(2))
    assert fault_of(b"".join([*one[:2], other[2], *one[3:]]), keyring) == (FileFault.DAMAGED, 2)


def test_other_keys_and_other_files_are_told_apart(keyring, tmp_path):
    new_keyring_file(tmp_path / "other.json")
    assert fault_of(written(keyring), read_keyring(tmp_path / "other.json")) == (FileFault.OTHER_KEYS, 0)
    assert fault_of(b"id,name\n1,x\n" * 10, keyring) == (FileFault.NOT_ONE, 0)
    assert fault_of(b"", keyring) == (FileFault.NOT_ONE, 0)


def test_a_length_that_cannot_be_is_not_believed(keyring):
    content = parts(written(keyring))[0] + (LARGEST_CHUNK + 17).to_bytes(4)
    assert fault_of(content, keyring) == (FileFault.DAMAGED, 1)
