"""`portal registry export FILE --as PERSON`: the records in the columns of an import, taken out by an auditor.

Page by page, so that memory does not grow with the register. The ledger entries of a page are committed before a line of it is
written. The file is its owner's alone, and bears its name only once it is whole.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TextIO

import click

from portal.operator.opening import opened_registry
from portal.operator.progress import progress
from portal.operator.resident_file import COLUMNS, is_json_lines
from portal.pace import pace_for
from portal.registry import Registry
from portal.spreadsheet import defused
from registry_core.register import ExportedRecord, begin_export, export_page
from registry_core.storage.keys import KeysReplaced
from registry_core.values.actor import Actor, Role
from registry_core.values.errors import InvalidText, TooLong
from registry_core.values.plain_text import plain_text

_LONGEST_PERSON = 255
#: Writes one record.
_Writer = Callable[[dict[str, str]], object]


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "person", required=True, help="The auditor: the person claim of the staff sign-in.")
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def export(file: Path, *, person: str, as_json: bool) -> None:
    """Take the records out into a CSV or JSON Lines (.jsonl) FILE, for an audit; columns: docs/register-files.md.

    Every record leaves an entry in the ledger that its resident sees. Codes are masked, addresses of protected persons and
    previous addresses left out.
    """
    auditor_name = _person(person)
    opened = opened_registry()
    auditor = Actor(
        person=auditor_name,
        account=f"shell:{os.getuid()}",
        role=Role.AUDITOR,
        municipality=opened.config.municipality.code,
    )
    try:
        with _new_private_file(file) as text:
            number = _write(opened, auditor, text, json_lines=is_json_lines(file))
    except FileExistsError as there:
        click.echo(f"{there.filename} is there already. Choose another name, or remove it.", err=True)
        raise SystemExit(2) from there
    except OSError as unwritable:
        click.echo(f"{file} cannot be written: {unwritable.strerror}.", err=True)
        raise SystemExit(2) from unwritable
    click.echo(json.dumps({"exported": number}) if as_json else f"{number} records exported to {file.name}.")


def _person(text: str) -> str:
    try:
        person = plain_text(text, item="person", limit=_LONGEST_PERSON)
    except (InvalidText, TooLong) as refused:
        raise click.BadParameter(f"--as: plain text of {_LONGEST_PERSON} characters at most") from refused
    if not person:
        raise click.BadParameter("--as: who takes the records out?")
    return person


@contextmanager
def _new_private_file(file: Path) -> Iterator[TextIO]:
    """A file that is not there yet, made beside it and moved when the block ends well. Raises OSError."""
    if file.exists():
        raise FileExistsError(0, "", str(file))
    part = file.with_name(f".{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as text:
            yield text
            text.flush()
            os.fsync(descriptor)
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(opened: Registry, auditor: Actor, text: TextIO, *, json_lines: bool) -> int:
    with opened.write() as session:
        total = begin_export(session, actor=auditor, at=opened.now())
    write = _json_writer(text) if json_lines else _csv_writer(text)
    written = 0
    with progress(f"Exporting {total} records", total) as tell:
        for page in _pages(opened, auditor):
            for record in page:
                write(_fields(record))
            written += len(page)
            tell(written, written)
    return written


def _pages(opened: Registry, auditor: Actor) -> Iterator[list[ExportedRecord]]:
    """All records, page by page; a page writes its ledger entries, so others wait for it on SQLite as for an import's batch."""
    pace, after = pace_for(opened.engine), None
    while True:
        pace.wait_for_others()
        try:
            with opened.write() as session:
                session.connection()
                begun = monotonic()
                page = export_page(session, after=after, limit=pace.rows, actor=auditor, at=opened.now())
        except KeysReplaced:
            continue  # nothing of the page was written; the next try has the new keys
        if not page:
            return
        pace.took(len(page), monotonic() - begun)
        yield page
        after = page[-1].id


def _fields(record: ExportedRecord) -> dict[str, str]:
    items = record.items.as_text()
    known = items | {"code": record.code.masked, "reason": record.reason.value, "on": str(record.on)}
    return {name: known[name] or "" for name in COLUMNS}


def _csv_writer(text: TextIO) -> _Writer:
    """Quoted throughout, nothing a formula; the mark by which spreadsheets know UTF-8 comes first."""
    text.write("\ufeff")
    writer = csv.DictWriter(text, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    return lambda fields: writer.writerow({name: defused(value) for name, value in fields.items()})


def _json_writer(text: TextIO) -> _Writer:
    return lambda fields: text.write(json.dumps(fields, ensure_ascii=False) + "\n")
