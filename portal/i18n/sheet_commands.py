"""`portal i18n export-csv`, `import-csv`, `touch`: for translators who work in a spreadsheet, and for whoever mends a comma."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.i18n.catalogs import is_identity
from portal.i18n.languages import language_by_tag, languages
from portal.i18n.touching import NoSuchKey, touch_key
from portal.i18n.translation_sheet import Fate, SheetError, read_sheet, write_sheet
from portal.registry import today

if TYPE_CHECKING:
    from portal.i18n.languages import Language


@click.command("export-csv")
@click.argument("lang")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export_csv(lang: str, file: Path) -> None:
    """Write every message of LANG into FILE, for a spreadsheet. Fill in its column "new", and send it back."""
    language = _language(lang)
    with file.open("w", encoding="utf-8-sig", newline="") as sheet:
        number = write_sheet(language, sheet)
    click.echo(f"{number} messages in {file}. Fill in the column new (and reviewed_by, for what you reviewed).")


@click.command("import-csv")
@click.argument("lang")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Who translated: a name or an e-mail address.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
def import_csv(lang: str, file: Path, *, by: str, dry_run: bool) -> None:
    """Take translations and reviews for LANG out of FILE. Nothing that is newer in the catalog is written over."""
    language = _language(lang)
    if any(sign in by for sign in ";=\n"):
        raise click.BadParameter("a name without ; and =", param_hint="--by")
    try:
        with file.open(encoding="utf-8-sig", newline="") as sheet:
            outcomes = read_sheet(language, sheet, by=by, on=today(), keep=not dry_run)
    except (SheetError, UnicodeDecodeError) as refused:
        click.echo(f'{file}: {refused}. Save it as "CSV UTF-8".', err=True)
        raise SystemExit(2) from refused
    for outcome in outcomes:
        click.echo(f"{outcome.fate}: {outcome.key}{': ' if outcome.detail else ''}{outcome.detail}")
    counts = Counter(outcome.fate for outcome in outcomes)
    words = (
        ", ".join(f"{counts[fate]} {fate}" for fate in Fate if counts[fate])
        or "no row has anything in new or reviewed_by"
    )
    click.echo(
        f"{words}. {'Nothing was written (dry run).' if dry_run else 'Now: portal i18n compile ' + lang}", err=True
    )
    if set(counts) - {Fate.TAKEN, Fate.REVIEWED}:
        sys.exit(1)


@click.command()
@click.argument("key")
@click.option("--meaning-same", "reason", required=True, help='Why no translation has to change: "a comma".')
def touch(key: str, reason: str) -> None:
    """Say that the Japanese of an official text changed and its meaning did not: its translations stay as they are."""
    try:
        touched = [language for language in languages() if touch_key(language, key, reason=reason, on=today())]
    except NoSuchKey as unknown:
        raise click.BadParameter(f"there is no official text {key}") from unknown
    click.echo(f"{key}: kept in {', '.join(language.tag for language in touched) or 'no language: nothing was stale'}")


def _language(tag: str) -> Language:
    language = language_by_tag(tag)
    if language is None:
        raise click.BadParameter(f"{tag} is not in translations/languages.toml")
    if all(is_identity(language, domain) for domain in ("ui", "official")):
        raise click.BadParameter(f"{tag} is a source, not a translation")
    return language
