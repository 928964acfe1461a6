"""`docs/verify_ledger.py`: an export is proved from outside, with nothing of ours; every tampering is found and its row named."""

import ast
import json
import subprocess
import sys
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from registry_core.ledger import (
    checkpoints_after,
    export_ledger,
    make_checkpoint,
    public_keys,
    record_entry,
    seal_entries,
)
from registry_core.storage.engine import open_engine
from registry_core.values import LegalPurpose
from tests.conftest import Register
from tests.intruder import disarm
from tests.people.auditor import VERIFIER, Auditor
from tests.registry_core.people import CLERK, NOW, later


@dataclass
class Ledger:
    """A register's ledger, and an auditor who is sent its checkpoints."""

    register: Register
    auditor: Auditor

    def writes(self, *actions: str, seals: bool = True, signs: bool = True) -> None:
        with self.register.write() as session:
            for action in actions:
                record_entry(session, action=action, actor=CLERK, at=NOW, purpose=LegalPurpose.AUDIT)
                if seals:
                    session.flush()
                    seal_entries(session, at=NOW)
            if signs:
                made = make_checkpoint(session, at=later(minutes=len(actions)))
                self.auditor.checkpoints += [line for _, line in checkpoints_after(session, sequence=made - 1, limit=9)]

    def is_tampered_with(self, *statements: str) -> None:
        with self.register.write() as session:
            disarm(session)
            for statement in statements:
                session.execute(text(statement))

    def export(self) -> list[bytes]:
        with self.register.read() as session:
            return list(export_ledger(session, at=NOW))


def of_eight(register: Register) -> Ledger:
    with register.read() as session:
        made = Ledger(register, Auditor(keys=public_keys(session)))
    made.writes("a.1", "a.2", "a.3", "a.4")
    made.writes("a.5", "a.6", "a.7", "a.8")
    return made


@pytest.fixture
def ledger(register: Register) -> Ledger:
    """Eight entries, checkpoints at the 4th and the 8th; on both databases."""
    return of_eight(register)


@pytest.fixture(scope="module")
def exported(sqlite_template, keyring) -> tuple[Auditor, list[bytes]]:
    engine = open_engine(sqlite_template.fresh())
    kept = of_eight(Register(str(engine.url), engine, keyring))
    lines = kept.export()
    engine.dispose()
    return kept.auditor, lines


@pytest.fixture
def export(exported) -> list[bytes]:
    """The same ledger, exported: what the program does with it depends on no database."""
    return exported[1]


@pytest.fixture
def auditor(exported) -> Auditor:
    """Who was sent its checkpoints."""
    return replace(exported[0], checkpoints=list(exported[0].checkpoints))


# ---------------------------------------------------------------- what it is


def test_it_is_short_and_imports_nothing_of_ours():
    source = VERIFIER.read_text()
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
    assert source.count("\n") <= 200
    assert imported - sys.stdlib_module_names == {"cryptography"}


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    """As somebody outside runs it: no path of ours, none of our settings."""
    command = [sys.executable, "-I", str(VERIFIER), *words]
    return subprocess.run(command, cwd="/", env={}, capture_output=True, text=True, timeout=60, check=False)


def test_whole_ledger_ends_with_0_and_tells_what_is_unproved(ledger, tmp_path):
    ledger.writes("a.9", "a.10", signs=False)
    ledger.writes("a.11", seals=False, signs=False)
    result = run(ledger.auditor.types(tmp_path, ledger.export()))
    assert (result.returncode, result.stdout.splitlines(), result.stderr) == (
        0,
        [
            "10 rows, proved to row 8.",
            "Unproved: 2 rows after it, and 1 entries that are not sealed yet.",
            "No fault was found.",
        ],
        "",
    )


def test_tampered_ledger_ends_with_1_and_names_the_row(ledger, tmp_path):
    ledger.is_tampered_with("UPDATE ledger_entry SET action = 'other' WHERE action = 'a.3'")
    words = ledger.auditor.types(tmp_path, ledger.export())
    result = run(words)
    assert (result.returncode, result.stdout.splitlines()[2:]) == (
        1,
        ["FAULT row 3: the entry is not the one that was sealed here", "The ledger is NOT intact: 1 faults."],
    )
    told = json.loads(run([*words, "--json"]).stdout)
    assert told == {
        "rows": 8,
        "proved": 2,
        "waiting": 0,
        "restored": [],
        "unproved": 6,
        "intact": False,
        "faults": [[3, "the entry is not the one that was sealed here"]],
    }


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("holder.jsonl", b"", "no checkpoint from outside"),
        ("holder.jsonl", b"no checkpoint\n[1]\n{}\n", "no checkpoint from outside"),
        ("keys.jsonl", b"{}\n", "file of keys"),
        ("keys.jsonl", b'{"from": 1, "public_key": "00"}\n', "file of keys"),
        ("ledger.jsonl", b"", "cut short"),
    ],
)
def test_files_that_prove_nothing_end_with_2(auditor, export, tmp_path, name, content, why):
    words = auditor.types(tmp_path, export)
    (tmp_path / name).write_bytes(content)
    result = run(words)
    assert (result.returncode, result.stdout) == (2, "")
    assert why in result.stderr


def test_export_that_was_cut_short_is_no_fault_of_the_ledger(auditor, export):
    with pytest.raises(auditor.program.Unusable):
        auditor.verifies(export[:-1])


def test_absent_file_ends_with_2(tmp_path):
    assert run([str(tmp_path / "none"), "--keys", "none", "--checkpoints", "none"]).returncode == 2
    assert run([]).returncode == 2


# ---------------------------------------------------------------- what it finds


def rows(found) -> list[int]:
    return sorted({row for row, _ in found.faults})


TAMPERING = {
    "edit": (["UPDATE ledger_entry SET actor_person = 'nobody' WHERE action = 'a.3'"], [3]),
    "entry deleted": (["DELETE FROM ledger_entry WHERE action = 'a.3'"], [3]),
    "row deleted": (
        ["DELETE FROM ledger_entry WHERE action = 'a.3'", "DELETE FROM ledger_seal WHERE sequence = 3"],
        [3],
    ),
    "swap": (
        ["UPDATE ledger_entry SET action = trim(replace('a.2 a.5', action, '')) WHERE action IN ('a.2', 'a.5')"],
        [2, 5],
    ),
    "tail cut behind a checkpoint": (
        [
            "DELETE FROM ledger_checkpoint WHERE sequence = 8",
            "DELETE FROM ledger_entry WHERE id IN (SELECT entry_id FROM ledger_seal WHERE sequence > 6)",
            "DELETE FROM ledger_seal WHERE sequence > 6",
        ],
        [7],
    ),
    "checkpoint altered": (["UPDATE ledger_checkpoint SET pool_position = 99 WHERE sequence = 4"], [4]),
    "checkpoint taken out": (["DELETE FROM ledger_checkpoint WHERE sequence = 4"], [4]),
    "entry hidden from the worker": (["DELETE FROM ledger_tail"], [0]),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found_and_its_row_named(ledger, how):
    ledger.writes("a.9", seals=False, signs=False)
    statements, at_fault = TAMPERING[how]
    ledger.is_tampered_with(*statements)
    assert rows(ledger.auditor.verifies(ledger.export())) == at_fault


def rebuilt(export: list[bytes], number: int, *, key: Ed25519PrivateKey | None = None) -> list[bytes]:
    """The export of somebody who changed a row, and then every seal after it, as the program that has no key can."""
    import hashlib

    digest, lines = bytes(32), []
    for line in export:
        content = json.loads(line)
        if "checkpoint" in content:
            content["digest"] = digest.hex()
            if key is not None:
                signed = "checkpoint:{checkpoint}:{digest}:{pool_position}:{made_at}".format(**content)
                content["signature"] = key.sign(signed.encode()).hex()
            lines.append(json.dumps(content, separators=(",", ":")).encode() + b"\n")
        elif "number" in content:
            entry = b"{" + line.split(b",", 2)[2].rstrip(b"\n")
            if content["number"] == number:
                entry = entry.replace(b'"person":"sato"', b'"person":"nobody"')
            digest = hashlib.sha256(digest + entry).digest()
            head = f'{{"number":{content["number"]},"seal":"{digest.hex()}",'.encode()
            lines.append(head + entry[1:] + b"\n")
        else:
            lines.append(line)
    return lines


@pytest.mark.parametrize("number", [1, 4, 5, 8])
def test_rebuilt_chain_is_found_and_the_row_at_which_it_begins_is_named(auditor, export, number):
    found = auditor.verifies(rebuilt(export, number))
    assert number == next(row for row, words in found.faults if "seal is not the one in holder.jsonl" in words)
    assert found.proved == min(number - 1, 4 if number > 4 else 0)


def test_chain_signed_with_another_key_is_found(auditor, export):
    found = auditor.verifies(rebuilt(export, 5, key=Ed25519PrivateKey.generate()))
    assert rows(found) == [4, 5, 8]


def test_rebuilt_chain_is_found_without_a_trail_too_though_only_between_which_checkpoints(auditor, export):
    for number, line in enumerate(auditor.checkpoints):
        without = {name: value for name, value in json.loads(line).items() if name != "trail"}
        auditor.checkpoints[number] = json.dumps(without).encode()
    found = auditor.verifies(rebuilt(export, 7))
    assert (5, "one of the rows from here to 8 is not the one that was sealed") in found.faults


def test_lying_trail_raises_no_alarm_over_a_ledger_that_the_signatures_prove(auditor, export):
    content = json.loads(auditor.checkpoints[0])
    auditor.checkpoints[0] = json.dumps(content | {"trail": "00" * 16}).encode()
    assert auditor.verifies(export).faults == []


def test_checkpoint_forged_at_a_holder_is_named_with_its_line(auditor, export):
    forged = json.loads(auditor.checkpoints[1]) | {"pool_position": 77}
    auditor.checkpoints.append(json.dumps(forged).encode())
    assert auditor.verifies(export).faults == [(8, "the checkpoint in holder.jsonl line 3 is not signed with the key")]


def test_one_holder_that_knows_more_is_enough(ledger):
    export = ledger.export()
    ledger.writes("a.9")
    held, ledger.auditor.checkpoints = ledger.auditor.checkpoints, ledger.auditor.checkpoints[:2]
    assert ledger.auditor.verifies(export).faults == [], "the first two do not know"
    ledger.auditor.checkpoints = held
    assert rows(ledger.auditor.verifies(export)) == [9]


def test_each_key_signs_from_its_row_on_and_no_longer_than_to_the_next(auditor, export):
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()

    def told(first: int, key: Ed25519PrivateKey) -> bytes:
        return json.dumps({"from": first, "public_key": key.public_key().public_bytes_raw().hex()}).encode()

    def signed(content: dict, key: Ed25519PrivateKey) -> dict:
        message = "checkpoint:{checkpoint}:{digest}:{pool_position}:{made_at}".format(**content)
        return content | {"signature": key.sign(message.encode()).hex()}

    def faults(first: Ed25519PrivateKey, second: Ed25519PrivateKey) -> list:
        def anew(line: bytes) -> bytes:
            content = json.loads(line)
            number = content.get("checkpoint")
            return json.dumps(signed(content, {4: first, 8: second}[number])).encode() if number else line

        checkpoints = [anew(line) for line in auditor.checkpoints]
        return rows(Auditor([told(5, new), told(1, old)], checkpoints).verifies([anew(line) for line in export]))

    assert faults(old, new) == []
    assert faults(old, old) == [8]
    assert faults(new, new) == [4]


HOSTILE = [
    b"\n",
    b"[]\n",
    b"null\n",
    b'{"checkpoint":"8","digest":"x","pool_position":1,"made_at":"x","signature":"00"}\n',
    b'{"checkpoint":8,"digest":["x"],"pool_position":1,"made_at":"x","signature":[]}\n',
    b'{"number":1,"seal":"00"}\n',
    b'{"number":2,"seal":"' + b"0" * 64 + b'","x":1}\n',
    b'{"outside_the_chain":1}\n',
    b"\xff\xfe\n",
    b"[" * 100_000 + b"\n",
]


def test_lines_of_no_form_are_faults_and_never_a_traceback(auditor, export):
    for line in HOSTILE:
        assert auditor.verifies([*export[:3], line, *export[3:]]).faults != []
    auditor.checkpoints += HOSTILE
    auditor.verifies(export)
