"""``portal i18n``: extract the messages, merge, check, count, compile. Exit 1 when something is to be mended."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from portal.i18n.catalogs import po_path, source_path
from portal.i18n.compiling import compile_catalog, domains_of
from portal.i18n.extraction import extract_template
from portal.i18n.languages import Language, language_by_tag, languages
from portal.i18n.messages import STAFF, UI
from portal.i18n.po_files import read_po_file
from portal.i18n.preview_commands import preview, pseudo
from portal.i18n.sheet_commands import export_csv, import_csv, touch
from portal.i18n.states import MessageState, state_of
from portal.i18n.syncing import sync_catalog, write_template
from portal.i18n.verdict import all_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.group()
def i18n() -> None:
    """Languages: messages, catalogs, checks."""


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str], None]]:
    """Show on standard error what is being worked on."""
    console = Console(stderr=True)
    with Progress(SpinnerColumn(), TextColumn(what), TextColumn("{task.description}"), console=console) as progress:
        task = progress.add_task("", total=None)
        yield lambda name: progress.update(task, description=name, advance=1)


def _chosen(tag: str | None) -> tuple[Language, ...]:
    if tag is None:
        return languages()
    language = language_by_tag(tag)
    if language is None:
        raise click.BadParameter(f"{tag} is not in translations/languages.toml")
    return (language,)


@i18n.command()
def extract() -> None:
    """Take the messages out of templates and Python into translations/source/."""
    with _progress("extracting") as tell:
        templates = {domain: extract_template(domain, tell) for domain in (UI, STAFF)}
    for domain, template in templates.items():
        changed = write_template(source_path(domain), template)
        click.echo(f"{domain}: {len(template)} messages{'' if changed else ', unchanged'}")


@i18n.command()
@click.argument("lang", required=False)
def sync(lang: str | None) -> None:
    """Merge the sources into every catalog (or those of LANG)."""
    with _progress("merging") as tell:
        for language in _chosen(lang):
            for domain in domains_of(language):
                tell(f"{language.babel} {domain}")
                if po_path(language, domain) != source_path(domain) and sync_catalog(language, domain):
                    click.echo(f"{language.babel}/{domain}: changed")


@i18n.command()
@click.argument("lang", required=False)
@click.option(
    "--warnings", is_flag=True, help="Also what is often wrong and sometimes right: final stops, doubled words."
)
def check(lang: str | None, *, warnings: bool) -> None:
    """Check the sources and every catalog (or those of LANG); exit 1 when something is to be mended."""
    with _progress("checking") as tell:
        found = all_findings(_chosen(lang), tell)
    to_mend = [finding for finding in found if not finding.is_warning]
    for finding in found if warnings else to_mend:
        click.echo(f"{'look at' if finding.is_warning else 'mend'}: {finding}")
    if to_mend:
        click.echo(f"{len(to_mend)} to be mended", err=True)
        sys.exit(1)
    click.echo("nothing to be mended")


@i18n.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def stats(*, as_json: bool) -> None:
    """Count the messages by language, domain and state."""
    for language in languages():
        for domain in domains_of(language):
            path = po_path(language, domain)
            if path == source_path(domain) or not path.exists():
                continue
            states = Counter(state_of(entry) for entry in read_po_file(path) if not entry.obsolete)
            row = {"language": language.tag, "domain": domain, "messages": states.total()}
            row |= {state.value: states[state] for state in MessageState}
            click.echo(json.dumps(row) if as_json else "  ".join(f"{name} {value}" for name, value in row.items()))


@i18n.command("compile")
@click.argument("lang", required=False)
def compile_all(lang: str | None) -> None:
    """Check and compile every catalog (or those of LANG); what fails is left out and named."""
    refused = 0
    with _progress("compiling") as tell:
        for language in _chosen(lang):
            for domain in domains_of(language):
                tell(f"{language.babel} {domain}")
                done = compile_catalog(language, domain)
                if done is None:
                    click.echo(f"{language.babel}/{domain}: no catalog")
                    continue
                click.echo(f"{language.babel}/{domain}: {done.kept} messages, {done.missing} missing")
                for message, faults in done.refused:
                    refused += 1
                    words = ", ".join(f"{fault.code} {fault.detail}" for fault in faults)
                    click.echo(f"{language.babel}/{domain}: left out: {message.key}: {words}")
    if refused:
        sys.exit(1)


for command in (export_csv, import_csv, preview, pseudo, touch):
    i18n.add_command(command)
