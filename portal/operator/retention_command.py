"""`portal registry retention`: what is kept how long, and what may go by a day. It deletes nothing."""

import json
from datetime import date, datetime

import click
from rich.console import Console
from rich.table import Table

from portal.letters.slip import kept_slips
from portal.operator.opening import opened_registry
from registry_core.codes import KeptSummary, retention
from registry_core.values.actor import system_actor

_NO_RULE = "none: no article names it; your own rules for documents say"
_KINDS = {
    "erased-record": "Erased records",
    "change-notice": "Change notices, each from the next notice of the same person",
    "erasure-notice": "Notices of erasures, each from its own day",
    "code-change-request": "Requests for another code",
    "correction-request": "Requests for a correction",
    "slip": "Slips, sealed pages with a code",
    "mail": "Mail that has left, sealed",
}


@click.command("retention")
@click.option("--by", type=click.DateTime(["%Y-%m-%d"]), help="List what may go on this day; today unless told.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Things listed a kind.")
@click.option("--json", "as_json", is_flag=True, help="The figures as one JSON object.")
def list_retention(by: datetime | None, limit: int, *, as_json: bool) -> None:
    """List what may go when (Cabinet Order art. 34): erased records and notices after 150 years, filed forms after one.

    What is kept without any such rule is listed too: slips, and mail that has left.

    Nothing is deleted, by this command or by itself.
    """
    opened = opened_registry()
    day = by.date() if by else opened.today()
    with opened.read() as session:
        kinds = retention(session, by=day, limit=limit, actor=system_actor(opened.config.municipality.code))
        kinds.append(kept_slips(session))
    if as_json:
        click.echo(json.dumps({"by": day.isoformat(), "kinds": [_as_json(each) for each in kinds]}))
    else:
        _say(day, kinds)


def _say(day: date, kinds: list[KeptSummary]) -> None:
    table = Table(
        "kind", "rule", "kept", f"may go on {day}", "the first is kept until", title="Nothing is deleted by itself"
    )
    for each in kinds:
        rule = f"{each.kind.years} years, {each.kind.article}" if each.kind.years else _NO_RULE
        first = str(each.first[0].until or "") if each.first else ""
        table.add_row(_KINDS[each.kind], rule, str(each.kept), str(each.ended) if each.kind.years else "", first)
    Console().print(table)
    for each in kinds:
        for thing in each.first if each.ended else ():
            click.echo(f"{each.kind}\t{thing.name}\tsince {thing.since}\tkept until {thing.until}")
        if each.ended > len(each.first):
            click.echo(f"{each.kind}\t{each.ended - len(each.first)} more: give a higher --limit")


def _as_json(each: KeptSummary) -> dict[str, object]:
    return {
        "kind": each.kind.value,
        "article": each.kind.article,
        "years": each.kind.years,
        "kept": each.kept,
        "ended": each.ended,
        "first": [
            {
                "name": thing.name,
                "since": thing.since.isoformat(),
                "until": thing.until.isoformat() if thing.until else None,
            }
            for thing in each.first
        ],
    }
