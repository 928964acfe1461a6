"""`portal registry designate`: a batch of codes, all or nothing."""

import pytest
from sqlalchemy import select

from registry_core.codes.pool import DesignatedCode
from registry_core.storage.keys import keyring
from tests.portal.operator.conftest import Operator, said
from tests.registry_core.people import code, enter


def lines(number: int) -> list[str]:
    return [code().reveal() for _ in range(number)]


def pool(operator: Operator) -> list[str]:
    """The codes of the pool in the order they will be taken."""
    with operator.register.read() as session:
        rows = session.scalars(select(DesignatedCode).order_by(DesignatedCode.position)).all()
        return [keyring(session).open(row.code_sealed, bound_to=row.id.bytes).decode() for row in rows]


def test_batch_is_loaded_in_an_order_of_its_own(operator: Operator) -> None:
    codes = lines(60)
    result = operator.designates("\ufeffcode\n" + "\r\n".join(codes) + "\n\n", "--batch", "令和8年度 第1回")
    assert (result.exit_code, result.stdout) == (0, "60 codes loaded.\n")
    assert sorted(pool(operator)) == sorted(codes)
    assert pool(operator) != codes


def test_second_batch_follows_the_first(operator: Operator) -> None:
    first, second = lines(5), lines(5)
    operator.designates("\n".join(first))
    operator.designates("\n".join(second))
    assert set(pool(operator)[:5]) == set(first)
    assert set(pool(operator)[5:]) == set(second)


def test_every_bad_line_is_told_and_nothing_is_loaded(operator: Operator) -> None:
    good = lines(3)
    wrong_digit = good[2][:-1] + str((int(good[2][-1]) + 1) % 10)
    held = code()
    with operator.register.write() as session:
        enter(session, its_code=held)
    result = operator.designates("\n".join([good[0], "123", good[1], wrong_digit, good[0], held.reveal(), "あいう"]))
    assert (result.exit_code, pool(operator)) == (1, [])
    assert said(result) == [
        "codes.txt line 2: not eleven digits",
        "codes.txt line 4: the check digit does not fit: a designated code comes with the right one",
        "codes.txt line 5: the code stands on line 1 too",
        "codes.txt line 6: the code is or was in use, or stands in the pool",
        "codes.txt line 7: not eleven digits",
        "Nothing was loaded. Ask the designating body about these 5 lines.",
    ]
    for each in (*good, held.reveal()):
        assert each not in result.output


def test_same_file_twice_is_refused_line_by_line(operator: Operator) -> None:
    content = "\n".join(lines(3))
    operator.designates(content)
    result = operator.designates(content)
    assert result.exit_code == 1
    assert len(said(result)) == 4
    assert len(pool(operator)) == 3


@pytest.mark.parametrize("content", ["", "code\n", "\n\n\n"])
def test_file_without_codes_is_told(operator: Operator, content: str) -> None:
    result = operator.designates(content)
    assert (result.exit_code, said(result)) == (1, ["codes.txt holds no code. Nothing was loaded."])


@pytest.mark.parametrize("name", ["x" * 61, "a\x00b", "a\u202eb"])
def test_name_of_a_batch_is_short_plain_text(operator: Operator, name: str) -> None:
    assert operator.designates("\n".join(lines(1)), "--batch", name).exit_code == 2
    assert pool(operator) == []
