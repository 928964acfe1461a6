"""`stolen-files-sqlite`, `-postgresql`: nothing stolen yields a code to who knows all of our source and not the key.

Also: what is sealed for one row opens in no other, so that nobody with the database alone gives a person another's code.
"""

import base64
import hashlib
import hmac
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal.demo.register import DEMO_MUNICIPALITY
from portal.operator.synthesis import fill
from portal.resident.drafts import new_draft, save_draft
from portal.tables import metadata
from portal.web.kept_posts import SEND_AGAIN, keep_post
from portal.web.session_table import WebSession, add_session, new_row_id, new_token
from registry_core.codes.pool import DesignatedCode
from registry_core.register.code_assignment import CodeAssignment
from registry_core.storage.engine import read, write
from registry_core.storage.keys import Keyring, SealBroken
from registry_core.storage.rotation import sealed_columns
from tests.databases import Template, copy_of, with_demo
from tests.faults.canary_people import people_of
from tests.faults.loot import place_in_the_log, stolen
from tests.faults.thief import Thief
from tests.faults.town import fill_pool, opened
from tests.faults.verdict import Verdict, say
from tests.live_server import portal_serving

CODES, QUICK_CODES, CONTROL_CODES = 10_000, 1_000, 40
_APPROVALS = 10
_SWAPPED = 1_000


def stolen_files(backend: str, template: Template, keys_file: Path, folder: Path, *, quick: bool) -> Verdict:
    """The theft of a town of this size; then of small ones with a fault in each."""
    verdict = Verdict(f"stolen-files-{backend}")
    wanted = QUICK_CODES if quick else CODES
    with _town(template, keys_file, folder, wanted) as town:
        thief = town.robbed()
        swaps, accepted = town.swapped()
    verdict.attempts = len(thief.codes)
    verdict.faults = [f"{len(thief.found)} codes: {how}" for how in sorted(set(thief.found.values()))]
    if backend == "sqlite" and not any(thief.loot.files[name] for name in thief.loot.files if name.endswith("-wal")):
        verdict.faults.append("no write-ahead log was stolen: it was not looked into")
    verdict.faults += [f"opens in another row: {column}" for column in accepted]
    verdict.figures = {"bytes": thief.loot.size, "tried": thief.tried, "swaps_refused": swaps - len(accepted)}
    say(f"  {verdict.name}: {len(thief.codes)} codes, {verdict.figures}, {len(verdict.faults)} faults")
    small = template.derived(lambda url: _filled(url, keys_file, CONTROL_CODES))
    for name, plant in PLANTED.items():
        with _small_town(small, keys_file) as town:
            plant(town)
            found = town.robbed(until_found=True).found or dict.fromkeys(town.swapped()[1], "swapped")
        verdict.controls[name] = bool(found)
        say(f"  {verdict.name}: planted {name}: {next(iter(found.values()), 'NOT FOUND')}")
    return verdict


class _Town:
    """A register and the folder it lies in."""

    def __init__(self, engine: Engine, ring: Keyring, keys_file: Path) -> None:
        self.engine, self.ring, self.keys_file = engine, ring, keys_file
        self.left_behind: Path | None = None
        self.since = place_in_the_log(engine)

    def robbed(self, *, until_found: bool = False) -> Thief:
        """Everything is taken, and the thief does what can be done with it."""
        owners: dict[UUID, list[str]] = {}
        with read(self.engine, self.ring) as session:
            for row in [*session.scalars(select(CodeAssignment)), *session.scalars(select(DesignatedCode))]:
                digits = row.code(self.ring).reveal()
                for owner in (row.id, getattr(row, "record_id", None)):
                    if owner is not None:
                        owners.setdefault(owner, []).append(digits)
        codes = sorted({code for each in owners.values() for code in each})
        loot = stolen(self.engine, self.ring, municipality=DEMO_MUNICIPALITY, at=datetime.now(UTC), since=self.since)
        thief = Thief(loot, codes, owners)
        thief.tries_everything(until_found=until_found)
        return thief

    def swapped(self) -> tuple[int, list[str]]:
        """Sealed values put into other rows, of the same table and of others: how many, and the columns that accept it."""
        tried, accepted = 0, []
        with read(self.engine, self.ring) as session:
            values = {column: _some_of(session, column) for column in sealed_columns(metadata)}
        for column, rows in values.items():
            strangers = [row for other, theirs in values.items() if other is not column for row in theirs[:3]]
            for (row_id, _), (_, foreign) in zip(rows, [*rows[1:], *rows[:1], *strangers], strict=False):
                tried += 1
                if len(rows) > 1 and _opens(self.ring, foreign, column.type.bound_to(row_id)):
                    accepted.append(str(column))
        return tried, sorted(set(accepted))

    def execute(self, statement: str, **values: Any) -> None:
        with write(self.engine, self.ring) as session:
            session.execute(text(statement), values)

    def each_code(self, change: Callable[[CodeAssignment, str], bytes]) -> None:
        """Another index for every code."""
        with write(self.engine, self.ring) as session:
            for row in session.scalars(select(CodeAssignment)).all():
                index = change(row, row.code(self.ring).reveal())
                session.execute(update(CodeAssignment).where(CodeAssignment.id == row.id).values(code_index=index))

    def a_code(self) -> str:
        with read(self.engine, self.ring) as session:
            return session.scalars(select(CodeAssignment)).first().code(self.ring).reveal()


def _some_of(session: Session, column: Any) -> list[tuple[UUID, bytes]]:
    (key,) = column.table.primary_key.columns
    return [tuple(row) for row in session.execute(select(key, column).where(column.is_not(None)).limit(_SWAPPED))]


def _opens(ring: Any, sealed: bytes, bound_to: bytes) -> bool:
    try:
        ring.open(sealed, bound_to=bound_to)
    except SealBroken:
        return False
    return True


# ---------------------------------------------------------------- the towns


@contextmanager
def _town(template: Template, keys_file: Path, folder: Path, codes: int) -> Iterator[_Town]:
    """People who sign in, ask, are approved, tell their code in forms: slips, mails, drafts, sessions; then it is filled up."""
    demo = template.derived(lambda url: with_demo(url, keys_file))
    url = demo.fresh()
    try:
        with (
            TemporaryDirectory(dir=folder) as room,
            portal_serving(Path(room), url, keys_file) as server,
            people_of(server) as people,
            opened(url, keys_file) as (engine, ring),
        ):
            town = _Town(engine, ring, keys_file)
            people.whole_journey("resident-1", "vi", town.a_code())
            people.approvals_by_the_core(_APPROVALS)
            people.resident("resident-4", "en").begins_the_request()
            with server.app.test_request_context("/en/x", method="POST", data={"words": f"It is {town.a_code()}."}):
                keep_post(owner=secrets.token_bytes(32), path="/en/x", reason=SEND_AGAIN)
            _fill_up(engine, ring, codes)
            yield town
    finally:
        demo.dispose(url)


def _filled(url: str, keys_file: Path, codes: int) -> None:
    with opened(url, keys_file) as (engine, ring):
        _fill_up(engine, ring, codes)


def _fill_up(engine: Engine, ring: Keyring, codes: int) -> None:
    """Most of the codes are people's, the others wait in the pool; what is written last stays in the write-ahead log."""
    at = datetime.now(UTC)
    fill(engine, ring, codes * 7 // 10, 77, municipality_code=DEMO_MUNICIPALITY, at=at)
    with write(engine, ring) as session:
        fill_pool(session, codes - codes * 7 // 10, town=DEMO_MUNICIPALITY)
    with write(engine, ring) as session:
        for record_id in session.scalars(select(CodeAssignment.record_id).limit(3)).all():
            save_draft(session, record_id=record_id, draft=new_draft(), at=at)
            data = {"typed": "a form"}
            add_session(
                session, row_id=new_row_id(), token=new_token(), audience="resident", subject=None, data=data, at=at
            )


@contextmanager
def _small_town(template: Template, keys_file: Path) -> Iterator[_Town]:
    with copy_of(template) as url, opened(url, keys_file) as (engine, ring):
        town = _Town(engine, ring, keys_file)
        yield town
        if town.left_behind:
            town.left_behind.unlink()


# ---------------------------------------------------------------- faults to plant


class _Unbound(Keyring):
    """Seals for no row in particular."""

    @classmethod
    def of(cls, ring: Keyring) -> "_Unbound":
        return cls(**{field.name: getattr(ring, field.name) for field in fields(Keyring)} | {"source": None})

    def seal(self, plain: bytes, *, bound_to: bytes) -> bytes:
        return Keyring.seal(self, plain, bound_to=b"")

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        return Keyring.open(self, sealed, bound_to=b"")


def _unsalted_hash(town: _Town) -> None:
    town.each_code(lambda _row, code: hashlib.sha256(code.encode()).digest())


def _hash_salted_with_the_row(town: _Town) -> None:
    town.each_code(lambda row, code: hashlib.sha512(row.id.bytes + code.encode()).digest()[:32])


def _hash_salted_for_all(town: _Town) -> None:
    salt = _setting(town, secrets.token_bytes(9).hex())
    town.each_code(lambda _row, code: hashlib.blake2b(code.encode() + salt.encode()).digest()[:32])


def _hash_stretched(town: _Town) -> None:
    town.each_code(lambda row, code: hashlib.pbkdf2_hmac("sha256", code.encode(), row.id.bytes, 1000))


def _index_key_in_the_database(town: _Town) -> None:
    key = _setting(town, secrets.token_hex(32))
    town.each_code(lambda _row, code: hmac.digest(bytes.fromhex(key), code.encode(), hashlib.sha256))


def _key_beside_the_data(town: _Town) -> None:
    if town.engine.dialect.name == "sqlite":
        beside = Path(make_url(town.engine.url).database).with_name("data-keys.json")
        town.left_behind = Path(shutil.copy(town.keys_file, beside))
    else:
        _setting(town, town.keys_file.read_text())


def _code_in_a_column(town: _Town) -> None:
    town.execute("ALTER TABLE code_assignment ADD COLUMN digits VARCHAR(11)")
    town.execute("UPDATE code_assignment SET digits = :code", code=town.a_code())


def _code_as_a_number(town: _Town) -> None:
    town.execute("ALTER TABLE designated_code ADD COLUMN digits BIGINT")
    town.execute("UPDATE designated_code SET digits = :code", code=int(town.a_code()))


def _code_in_a_session(town: _Town) -> None:
    typed = base64.b64encode(f'{{"code": "{town.a_code()}"}}'.encode())
    with write(town.engine, town.ring) as session:
        session.execute(update(WebSession).values(data=typed))


def _code_deleted_and_still_there(town: _Town) -> None:
    town.execute("CREATE TABLE note (id CHAR(32), words VARCHAR(100))")
    town.execute("INSERT INTO note VALUES (:id, :words)", id=uuid4().hex, words=f"It was {town.a_code()}.")
    town.execute("DELETE FROM note")


def _sealed_for_no_row(town: _Town) -> None:
    bound, town.ring = town.ring, _Unbound.of(town.ring)
    with write(town.engine, bound) as session:
        for entity in (CodeAssignment, DesignatedCode):
            for row in session.scalars(select(entity)).all():
                row.code_sealed = town.ring.seal(row.code(bound).reveal().encode(), bound_to=row.id.bytes)


def _setting(town: _Town, value: str) -> str:
    town.execute("CREATE TABLE setting (name VARCHAR(20), content TEXT)")
    town.execute("INSERT INTO setting VALUES ('x', :value)", value=value)
    return value


PLANTED: dict[str, Callable[[_Town], None]] = {
    "unsalted-hash": _unsalted_hash,
    "hash-salted-with-the-row": _hash_salted_with_the_row,
    "hash-salted-for-all": _hash_salted_for_all,
    "hash-stretched": _hash_stretched,
    "index-key-in-the-database": _index_key_in_the_database,
    "key-beside-the-data": _key_beside_the_data,
    "code-in-a-column": _code_in_a_column,
    "code-as-a-number": _code_as_a_number,
    "code-in-a-session": _code_in_a_session,
    "code-deleted-and-still-there": _code_deleted_and_still_there,
    "sealed-for-no-row": _sealed_for_no_row,
}
