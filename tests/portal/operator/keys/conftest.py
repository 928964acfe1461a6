"""A register with a key file of its own, and somebody who keeps both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.config import Config
from portal.operator import key_rotation
from portal.operator.key_rotation import Rotation
from portal.registry import Registry, open_registry
from portal.tables import metadata
from portal.web.session_table import add_session, new_row_id, new_token
from registry_core.codes import approve_code_change
from registry_core.ledger import make_checkpoint, seal_entries
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.key_set import KeyGroup, KeySet, key_number, new_keyring_file
from registry_core.storage.keys import keyring
from registry_core.storage.rotation import sealed_columns
from registry_core.values import ResidentRecordCode
from tests.conftest import Register
from tests.portal.operator.conftest import Operator, environment
from tests.registry_core.people import NOW, SECOND, ask, check, designate, enter


class Quiet:
    """Nobody watches."""

    def begin(self, what: str, total: int) -> None:
        pass

    def advance(self, rows: int) -> None:
        pass


def numbers(group: KeyGroup) -> list[int]:
    """The keys by their numbers; what else is in a name is chance."""
    return [key_number(name) for name in group.keys]


@dataclass
class Keeper:
    """Somebody who keeps a register and its own key file."""

    opened: Registry
    environment: dict[str, str | None]

    @property
    def path(self) -> Path:
        return self.opened.config.data_keys_file

    def rotates(self, while_: Callable[[KeySet], bool] = lambda _keys: True) -> bool:
        """To the end, or until its file is one that is asked about in vain."""
        return Rotation(self.opened, Quiet(), while_).run()

    def sealed(self, ring) -> dict[str, int]:
        """How many values of each column open with a ring; what does not is told by raising."""
        found = {}
        with self.opened.read() as session:
            for column in sealed_columns(metadata):
                (key,) = column.table.primary_key.columns
                rows = session.execute(select(key, column).where(column.is_not(None))).all()
                for row_id, sealed in rows:
                    ring.open(sealed, bound_to=column.type.bound_to(row_id))
                found[str(column)] = len(rows)
        return found

    def codes(self) -> list[ResidentRecordCode]:
        with self.opened.read() as session:
            return [row.code(keyring(session)) for row in session.scalars(select(CodeAssignment))]


@pytest.fixture
def keeper(register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keeper]:
    """A register with something sealed in most columns, a ledger with a checkpoint, a key file of its own."""
    monkeypatch.setattr(key_rotation, "_A_MOMENT", 0)
    path = tmp_path / "keys" / "data-keys.json"
    new_keyring_file(path)
    settings = environment(tmp_path, register.url, path)
    opened = open_registry(Config.from_environment(settings))
    fill(opened)
    yield Keeper(opened, settings)
    opened.engine.dispose()


def fill(opened: Registry) -> None:
    with opened.write() as session:
        record = enter(session)
        enter(session)
        designate(session, 4)
        request = ask(session, record, email="a@example.org")
        check(session, request.id)
        approve_code_change(session, request_id=request.id, actor=SECOND, at=NOW)
        token, row_id = new_token(), new_row_id()
        add_session(session, row_id=row_id, token=token, audience="staff", subject=None, data={"a": 1}, at=NOW)
    with opened.write() as session:
        seal_entries(session, at=NOW)
        make_checkpoint(session, at=NOW)


@pytest.fixture
def operator(keeper: Keeper, register: Register, tmp_path: Path) -> Operator:
    return Operator(keeper.environment, tmp_path, register)
