"""The bigram table: what it finds is what holds the pairs, however the runs came in and were joined."""

import threading
from collections.abc import Iterable
from random import Random

import pytest
from sqlalchemy import event, func, select

from registry_core.storage.gram_posting import (
    SPAN,
    GramPosting,
    add_runs,
    grams_of,
    join_runs,
    numbers_holding,
    runs_of,
    scattered,
)
from tests.conftest import Register

LETTERS = "abcdeあい\U00020bb7"


def some_texts(number: int, seed: int = 1) -> list[str]:
    rng = Random(seed)
    return ["".join(rng.choices(LETTERS, k=rng.randint(0, 9))) for _ in range(number)]


def put(register: Register, texts: Iterable[str], first: int, *, at_once: bool) -> None:
    grams = [grams_of(text, field=0) for text in texts]
    with register.write() as session:
        if at_once:
            add_runs(session, runs=[(gram, first + low, numbers) for gram, low, numbers in runs_of(grams)])
            return
        for number, each in enumerate(grams, start=first):
            add_runs(session, runs=[(gram, number + low, numbers) for gram, low, numbers in runs_of([each])])


def found(register: Register, part: str) -> list[int]:
    sets = [frozenset({gram}) for gram in grams_of(part, field=0)]
    with register.read() as session:
        return list(numbers_holding(session, fields=[sets]))


def runs(register: Register) -> int:
    with register.read() as session:
        return session.scalar(select(func.count()).select_from(GramPosting))


def join_all(register: Register, limit: int = 1000) -> None:
    while True:
        with register.read() as session:
            places = scattered(session, limit=limit)
        if not places:
            return
        with register.write() as session:
            join_runs(session, places=places)


def test_a_pair_is_two_neighbours_of_one_field() -> None:
    assert grams_of("王芳", field=0) == {(0x738B << 21) | 0x82B3}
    assert len(grams_of("abab", field=0)) == 2
    assert grams_of("a", field=0) == grams_of("", field=0) == set()
    assert not grams_of("ab", field=0) & grams_of("ab", field=1)
    assert max(grams_of("\U0010ffff\U0010ffff", field=1)) < 2**63


@pytest.mark.parametrize("at_once", [True, False])
def test_finds_the_numbers_of_all_that_holds_the_pairs_in_order(register: Register, at_once: bool) -> None:
    texts = some_texts(300)
    put(register, texts, 7, at_once=at_once)
    for part in ("ab", "ea", "あい", "い\U00020bb7", "abc", "dea", "xy"):
        holding = [
            number for number, text in enumerate(texts, start=7) if grams_of(part, field=0) <= grams_of(text, field=0)
        ]
        assert found(register, part) == holding


def test_joined_runs_find_the_same_and_are_fewer(register: Register) -> None:
    """Runs of one number, runs of many, over the borders of spans."""
    texts = some_texts(120)
    for first, at_once in ((0, False), (SPAN - 60, False), (SPAN * 2, True), (SPAN * 5 + 11, False)):
        put(register, texts, first, at_once=at_once)
    parts = ("ab", "ba", "あい", "abc")
    before = {part: found(register, part) for part in parts}
    many = runs(register)
    join_all(register, limit=50)
    assert {part: found(register, part) for part in parts} == before
    assert len(before["ab"]) > 4
    assert runs(register) < many * 0.7
    with register.read() as session:
        assert scattered(session, limit=1) == []


def test_of_alternatives_one_is_enough_and_every_field_counts(register: Register) -> None:
    with register.write() as session:
        for number, (name, address) in enumerate([("ab", "xy"), ("cb", "xy"), ("ab", "zz"), ("bb", "xy")]):
            grams = grams_of(name, field=0) | grams_of(address, field=1)
            add_runs(session, runs=[(gram, number + low, bits) for gram, low, bits in runs_of([grams])])
    either = frozenset(grams_of("ab", field=0) | grams_of("cb", field=0))
    there = frozenset(grams_of("xy", field=1))
    with register.read() as session:
        assert list(numbers_holding(session, fields=[[either], [there]])) == [0, 1]


def test_dense_and_thin_runs_are_read_as_they_were_written(register: Register) -> None:
    """Bitmaps that are compressed, and those that are shorter as they are."""
    rng = Random(3)
    for share in (0.0005, 0.05, 0.5, 1.0):
        numbers = [number for number in range(SPAN) if rng.random() < share] or [5]
        held = set(numbers)
        grams = [{1} if number in held else set() for number in range(SPAN)]
        with register.write() as session:
            session.query(GramPosting).delete()
            add_runs(session, runs=runs_of(grams))
        with register.read() as session:
            assert list(numbers_holding(session, fields=[[frozenset({1})]])) == numbers


def test_two_who_join_the_same_places_in_different_orders_never_wait_for_one_another(register: Register) -> None:
    """Each has joined its first span before the other begins with its second one."""
    grams, failed = {1, 2, 3}, []
    with register.write() as session:
        for number in (*range(4), *range(SPAN, SPAN + 4)):
            add_runs(session, runs=[(gram, number + low, bits) for gram, low, bits in runs_of([grams])])
    both_hold_one = threading.Barrier(2, timeout=2)

    def wait_once(_connection, _cursor, text: str, *_rest: object) -> None:
        if "FOR UPDATE" in text and not getattr(waited, "already", False):  # SQLite lets one after the other begin
            waited.already = True
            both_hold_one.wait()

    def joining(places: list[tuple[int, int]]) -> None:
        try:
            with register.write() as session:
                join_runs(session, places=places)
        except BaseException as error:
            failed.append(error)

    waited = threading.local()
    event.listen(register.engine, "after_cursor_execute", wait_once)
    places = [[(1, 0), (1, 1), (2, 0), (2, 1), (3, 0)], [(2, 1), (3, 0), (3, 1)]]
    threads = [threading.Thread(target=joining, args=(some,)) for some in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(register.engine, "after_cursor_execute", wait_once)
    assert failed == []
    join_all(register)
    assert runs(register) == len(grams) * 2
    with register.read() as session:
        everybody = [*range(4), *range(SPAN, SPAN + 4)]
        assert list(numbers_holding(session, fields=[[frozenset({gram}) for gram in grams]])) == everybody


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one who writes
def test_run_that_somebody_else_is_joining_is_left_to_them(register: Register) -> None:
    """And one run is not written anew."""
    with register.write() as session:
        for number in range(3):
            add_runs(session, runs=[(gram, number, b"\1") for gram in (1, 2)])
        add_runs(session, runs=[(3, 0, b"\1")])
    with register.write() as session, register.write() as other:
        join_runs(session, places=[(1, 0)])
        join_runs(other, places=[(1, 0), (3, 0)])
    with register.read() as session:
        assert scattered(session, limit=9) == [(2, 0)]
        assert scattered(session, limit=9, after=(2, 0)) == []
        assert runs(register) == 1 + 3 + 1


def test_many_write_and_join_at_once_and_nothing_is_lost(register: Register) -> None:
    texts = some_texts(40, seed=9)
    failed: list[BaseException] = []

    def writing(worker: int) -> None:
        try:
            put(register, texts, worker * len(texts), at_once=False)
        except BaseException as error:
            failed.append(error)

    def joining() -> None:
        try:
            for _ in range(5):
                join_all(register, limit=20)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=writing, args=(worker,)) for worker in range(3)]
    threads += [threading.Thread(target=joining) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    holding = [number for number, text in enumerate(texts * 3) if "ab" in text]
    assert found(register, "ab") == holding
