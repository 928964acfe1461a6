"""Proves the ledger of a resident portal from outside, to whoever trusts neither its database nor its program.

    python3 verify_ledger.py ledger.jsonl --keys keys.jsonl --checkpoints holder-a.jsonl holder-b.jsonl

ledger.jsonl   what `portal ledger export` wrote
keys.jsonl     what `portal ledger public-keys` printed; keep your own copy, do not take it from those you verify
--checkpoints  what holders outside were sent, as it was before the export; one file is enough, more are better

Needs Python 3.9 and the package `cryptography`. A row's seal is SHA-256(seal before || row as JSON); a checkpoint is a seal
signed with Ed25519. Ends with 0: intact; 1: a fault was found, its row is named; 2: these files prove nothing.
"""

import argparse
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ROW = re.compile(rb'\{"number":(\d+),"seal":"([0-9a-f]{64})",(.*)\n', re.DOTALL)
RESTORED = re.compile(
    rb'"action":"register\.restored",.*"as_of":"([^"]*)","burned":(\d+),"burned_up_to":(\d+),.*"known_sequence":(\d+|null),'
    rb'.*"lost_entries":(\d+|null)'
)
RESTORE = rb"the register was put back to \1; \5 rows to row \4 and all after are lost; \2 codes burned, to position \3"
SIGNED = "checkpoint:{checkpoint:d}:{digest}:{pool_position:d}:{made_at}"
TRAIL = 4  # bytes of each seal in a checkpoint's trail, unsigned: it names the row at which a rebuilt chain leaves the old one
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


class Unusable(Exception):
    """These files prove nothing."""


class Verification:
    """One walk. `faults`, `restored`: (row, words); `proved`: the last row that a checkpoint from outside vouches for."""

    def __init__(self, keys, outside):
        if not outside:
            raise Unusable("There is no checkpoint from outside: without one nothing is proved.")
        self.keys, self.outside = keys, sorted(outside, key=lambda each: each[1]["checkpoint"])
        self.rows, self.seal, self.waiting, self.proved, self.end = 0, bytes(32), 0, 0, None
        self.seals = {checkpoint["checkpoint"]: None for _, checkpoint in self.outside}
        self.trail, self.inside, self.known, self.faults, self.restored = bytearray(), set(), {}, [], []

    def fault(self, row, words):
        self.faults.append((row, words))

    def walk(self, ledger):
        """All lines of an export, then what holders know of it. Raises Unusable."""
        for line in ledger:
            if (row := ROW.fullmatch(line)) is None:
                self.other_line(line)
                continue
            number, seal = int(row[1]), bytes.fromhex(row[2].decode())
            if number != self.rows + 1:
                self.fault(self.rows + 1, f"rows are missing: after row {self.rows} comes row {number}")
                self.trail += bytes(TRAIL * max(0, number - self.rows - 1))
            elif hashlib.sha256(self.seal + b"{" + row[3]).digest() != seal:
                self.fault(number, "the entry is not the one that was sealed here")
            self.rows, self.seal = number, seal
            self.trail += seal[:TRAIL]
            if said := RESTORED.search(row[3]):
                self.restored.append((number, said.expand(RESTORE).decode(errors="replace")))
            if number in self.seals:
                self.seals[number] = seal.hex()
            if number % 100_000 == 0:
                print(f"{number:,} rows", end="\r", file=sys.stderr, flush=True)
        if self.end is None:
            raise Unusable("The export has no end: the file was cut short. Export the ledger again.")
        if self.end != self.rows:
            self.fault(self.rows + 1, f"rows are missing, to row {self.end}")
        self.against_outside()
        self.faults.sort()
        self.proved = min([self.proved, *(row - 1 for row, _ in self.faults if row)])

    def other_line(self, line):
        """A checkpoint the ledger itself has, an entry without a seal, or the first or last line of the export."""
        try:
            content = json.loads(line)
            if "checkpoint" in content:
                self.inside.add((content["checkpoint"], content["digest"]))
                if not self.is_signed(content):
                    self.fault(content["checkpoint"], "its checkpoint is not signed with the key")
                if (content["checkpoint"], content["digest"]) != (self.rows, self.seal.hex()):
                    self.fault(content["checkpoint"], "its checkpoint is of another seal than the row has")
            elif "outside_the_chain" in content:
                self.fault(0, f"entry {content['outside_the_chain']['id']} was kept out of the chain")
            elif "waiting" in content:
                self.waiting += 1
            elif "end" in content:
                self.end = content["end"]
            elif "ledger_export" not in content:
                raise ValueError
        except MALFORMED:
            self.fault(self.rows + 1, "a line here is not of the form of an export")

    def against_outside(self):
        """What the ledger says now, against what it said when holders were told."""
        genuine, differing = [each for each in self.outside if self.is_signed(each[1])], None
        for where, checkpoint in (each for each in self.outside if not self.is_signed(each[1])):
            self.fault(checkpoint["checkpoint"], f"the checkpoint in {where} is not signed with the key")
        for where, checkpoint in genuine:
            if (number := checkpoint["checkpoint"]) > self.rows:
                self.fault(self.rows + 1, f"the ledger ends here, and {where} has a checkpoint of row {number}")
                break
            if self.seals.get(number) != checkpoint["digest"]:
                differing = number
                break
            if (number, checkpoint["digest"]) not in self.inside:
                self.fault(number, f"its checkpoint was taken out of the ledger; {where} has it")
            self.proved = number
        if (differing or self.faults) and (parted := min(self.partings(genuine), default=None)):
            self.faults.append(parted)
        elif differing:
            self.fault(self.proved + 1, f"one of the rows from here to {differing} is not the one that was sealed")

    def is_signed(self, checkpoint):
        """With the key that is the one for checkpoints of its row."""
        signed = (SIGNED.format(**checkpoint).encode(), str(checkpoint.get("signature")))
        if signed not in self.known:
            try:
                key = [key for first, key in self.keys if first <= checkpoint["checkpoint"]][-1]
                key.verify(bytes.fromhex(signed[1]), signed[0])
                self.known[signed] = True
            except (InvalidSignature, *MALFORMED):
                self.known[signed] = False
        return self.known[signed]

    def partings(self, genuine):
        """The first row whose seal is not the one in a checkpoint's trail, with the words for it; of each checkpoint."""
        for where, checkpoint in genuine:
            known = bytes.fromhex(checkpoint.get("trail", ""))
            first = checkpoint["checkpoint"] - len(known) // TRAIL + 1
            ours = self.trail[(first - 1) * TRAIL : checkpoint["checkpoint"] * TRAIL]
            for start in range(0, min(len(ours), len(known)), TRAIL):
                if ours[start : start + TRAIL] != known[start : start + TRAIL]:
                    yield first + start // TRAIL, f"its seal is not the one in {where}"
                    break


def read_keys(lines):
    """(row from which it signs, key), in that order: each signs until the next one does. Raises Unusable."""
    try:
        keys = sorted((each["from"], bytes.fromhex(each["public_key"])) for each in map(json.loads, lines))
        return [(first, Ed25519PublicKey.from_public_bytes(key)) for first, key in keys]
    except MALFORMED as broken:
        raise Unusable("The file of keys is not what `portal ledger public-keys` prints.") from broken


def read_outside(name, lines):
    """The checkpoints of one holder by their lines, each with where it stands; a line that is none is told and left out."""
    found = {}
    for position, line in enumerate(lines, start=1):
        try:
            checkpoint = json.loads(line)
            SIGNED.format(**checkpoint), bytes.fromhex(checkpoint.get("trail", ""))
            found.setdefault(line.strip(), (f"{name} line {position}", checkpoint))
        except MALFORMED:
            print(f"{name} line {position} is no checkpoint and is left out.", file=sys.stderr)
    return found


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger")
    parser.add_argument("--keys", required=True)
    parser.add_argument("--checkpoints", required=True, nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    try:
        outside = {}
        for name in options.checkpoints:
            with open(name, "rb") as lines:
                outside |= read_outside(name, lines)
        with open(options.keys, "rb") as keys, open(options.ledger, "rb") as ledger:
            found = Verification(read_keys(keys), outside.values())
            found.walk(ledger)
    except (Unusable, OSError) as unusable:
        print(unusable, file=sys.stderr)
        return 2
    unproved = found.rows - found.proved
    if options.json:
        figures = {name: getattr(found, name) for name in ("rows", "proved", "waiting", "restored", "faults")}
        print(json.dumps(figures | {"unproved": unproved, "intact": not found.faults}))
    else:
        print(f"{found.rows} rows, proved to row {found.proved}.")
        print(f"Unproved: {unproved} rows after it, and {found.waiting} entries that are not sealed yet.")
        for row, words in found.restored:
            print(f"Row {row} says: {words}")
        for row, words in found.faults[:100]:
            print(f"FAULT row {row}: {words}" if row else f"FAULT: {words}")
        print(f"The ledger is NOT intact: {len(found.faults)} faults." if found.faults else "No fault was found.")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
