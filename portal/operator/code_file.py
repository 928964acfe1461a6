"""A file of designated codes (Act art. 30-2): one code a line, `code` as a heading allowed."""

from collections.abc import Iterable

from portal.operator.bad_rows import BadRow
from registry_core.values.errors import InvalidCode
from registry_core.values.resident_record_code import ResidentRecordCode


def read_codes(lines: Iterable[str]) -> tuple[dict[ResidentRecordCode, int], list[BadRow]]:
    """The codes with their lines, and the lines that hold none."""
    codes: dict[ResidentRecordCode, int] = {}
    bad: list[BadRow] = []
    for line, text in enumerate(lines, start=1):
        written = text.strip()
        if not written or (line == 1 and written.lower() == "code"):
            continue
        try:
            code = ResidentRecordCode.parse(written)
        except InvalidCode:
            bad.append(BadRow(line, "not eleven digits"))
            continue
        if code in codes:
            bad.append(BadRow(line, f"the code stands on line {codes[code]} too"))
        elif not code.check_digit_matches:
            bad.append(BadRow(line, "the check digit does not fit: a designated code comes with the right one"))
        codes.setdefault(code, line)
    return codes, bad
