"""`canary-codes`: codes go through every journey and every route while every sink is read; none may be in any."""

import multiprocessing
import os
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from tests.databases import Template, with_demo
from tests.faults.verdict import Verdict, say

CODES, QUICK_CODES = 1000, 100
_PLANTED_CODES = 12
_JOURNEYS = (("resident-1", "vi"), ("resident-2", "ur"), ("resident-3", "ja"))
_LONGEST = 1500  # seconds


@dataclass
class Findings:
    """What one drive found: sink -> code -> where. The codes are invented, and told by their number."""

    found: dict[str, dict[str, str]] = field(default_factory=dict)
    leaked: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)
    broke: str = ""


def canary_codes(template: Template, keys_file: Path, folder: Path, *, quick: bool) -> Verdict:
    """The drive on our code, then with twelve leaks planted at once, each of another code into another sink."""
    verdict = Verdict("canary-codes")
    demo = template.derived(lambda url: with_demo(url, keys_file))
    ours = _driven(demo, keys_file, folder, codes=QUICK_CODES if quick else CODES, plant=False)
    verdict.faults = _faults(ours)
    verdict.attempts = QUICK_CODES if quick else CODES
    verdict.figures = ours.figures
    say(f"  {verdict.name}: {ours.figures}, {len(verdict.faults)} faults")
    planted = _driven(demo, keys_file, folder, codes=_PLANTED_CODES, plant=True)
    if planted.broke:
        say(planted.broke)
    for sink, code in planted.leaked.items():
        verdict.controls[f"leak into {sink}"] = code in planted.found.get(sink, {})
    verdict.controls |= {} if planted.leaked else {"leaks": False}
    say(f"  {verdict.name}: {sum(verdict.controls.values())} of {len(verdict.controls)} planted leaks found")
    return verdict


def _faults(findings: Findings) -> list[str]:
    faults = [f"the drive broke: {findings.broke}"] if findings.broke else []
    for sink, codes in findings.found.items():
        places = sorted(set(codes.values()))
        faults.append(f"{len(codes)} codes in {sink}: {', '.join(places[:6])}")
    faults += [f"{failure} as {who}" for failure, who in findings.failures.items()]
    for page in ("letters.slip", "resident.whole_code"):
        if not findings.broke and not findings.figures["shown"].get(page):
            faults.append(f"no code on {page}, where it belongs: the drive shows nothing")
    return faults


def _driven(template: Template, keys_file: Path, folder: Path, *, codes: int, plant: bool) -> Findings:
    """In a process of its own: it listens to every logger, and may be broken on purpose."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    url = template.fresh()
    with TemporaryDirectory(dir=folder) as room:
        child = context.Process(
            target=_drive_in_child, args=(url, keys_file, Path(room), codes, plant, theirs), daemon=True
        )
        child.start()
        theirs.close()
        try:
            return ours.recv() if ours.poll(_LONGEST) else Findings(broke="it did not end in time")
        except EOFError:
            return Findings(broke="the process ended by itself")
        finally:
            child.kill()
            child.join()
            template.dispose(url)


def _drive_in_child(url: str, keys_file: Path, room: Path, codes: int, plant: bool, answer: Connection) -> None:
    output = os.open(room / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    try:
        answer.send(drive(url, keys_file, room, codes=codes, plant=plant))
    except BaseException:
        answer.send(Findings(broke=traceback.format_exc()))


def drive(url: str, keys_file: Path, room: Path, *, codes: int, plant: bool) -> Findings:
    """Set the portal up, go through it with the codes, read the sinks."""
    from portal.demo.register import DEMO_MUNICIPALITY
    from registry_core.storage.engine import write
    from tests.faults.canary_leaks import plant_leaks
    from tests.faults.canary_people import people_of
    from tests.faults.canary_sinks import Sinks
    from tests.faults.code_scanner import CodeScanner
    from tests.faults.town import enter_residents, opened
    from tests.live_server import portal_serving

    with opened(url, keys_file) as (engine, ring), write(engine, ring) as session:
        enter_residents(session, codes, town=DEMO_MUNICIPALITY)
    findings = Findings()
    with portal_serving(room, url, keys_file) as server:
        server.app.testing = False
        typed, all_codes = _codes_of(server.registry, codes)
        sinks = Sinks(CodeScanner(all_codes))
        sinks.listen()
        if plant:
            findings.leaked = plant_leaks(server.app, typed)
        with people_of(server) as people:
            for login, lang in _JOURNEYS[: 1 if codes < CODES else None]:
                people.whole_journey(login, lang, typed[0])
            approved = people.approvals_by_the_core(max(2, codes // 10))
            sinks.scanner = CodeScanner(_codes_of(server.registry, codes)[1])
            _answers_so_far(people, server, sinks)
            findings.failures = _all_routes(server, sinks, people, typed, approved)
            people.work()
            sinks.mails(server.mailbox)
        sinks.stores(server.app, url)
    sinks.note("output", (room / "output").read_bytes() if (room / "output").exists() else b"", "output")
    findings.found = {sink: found for sink, found in sinks.found.items() if found}
    findings.figures = {"answers": sinks.answers, "log_lines": sinks.lines, "shown": dict(sinks.shown)}
    return findings


def _codes_of(registry, number: int) -> tuple[list[str], set[str]]:
    """The codes to type, those of the last entered residents; and all there are, the pool's too."""
    from sqlalchemy import select

    from registry_core.codes.pool import DesignatedCode
    from registry_core.register.code_assignment import CodeAssignment

    with registry.read() as session:
        ring = registry.keyring
        held = [
            each.code(ring).reveal() for each in session.scalars(select(CodeAssignment).order_by(CodeAssignment.since))
        ]
        pool = [
            ring.open(each.code_sealed, bound_to=each.id.bytes).decode()
            for each in session.scalars(select(DesignatedCode))
        ]
    return held[-number:], {*held, *pool}


def _answers_so_far(people, server, sinks) -> None:
    """What the visitors of the journeys were answered."""
    adapter = server.app.url_map.bind("")
    for client in people.clients:
        for each in client.answers:
            path = each.request.path_url.partition("?")[0]
            endpoint = adapter.match(path, method=each.request.method)[0]
            headers = list(each.headers.items())
            sinks.answer(endpoint, each.url, each.request.body or "", each.status_code, headers, each.content)


def _all_routes(server, sinks, people, typed: list[str], approved: list[UUID]) -> dict[str, str]:
    from tests.faults.canary_routes import Drive

    visitors = {
        "nobody": None,
        "resident": people.residents[0].visitor,
        "clerk": people.clerk.visitor,
        "supervisor": people.supervisor.visitor,
        "administrator": people.administrator.visitor,
    }
    server.app.extensions["faults-languages"] = _languages(server.app)
    drive = Drive(server.app, server.url, sinks, visitors)
    references = _references(server.registry, approved)
    ids = [*approved, *_record_ids(server.registry, len(approved))]
    drive.learn_fields(ids[:1] + ids[-1:], references)
    everybody = list(visitors)
    for number, code in enumerate(typed):
        who = everybody[number % len(everybody)]
        in_address = number // len(everybody) % 2 == 0
        drive.all_routes(who, code, ids[number % len(ids)], references[number % len(references)], in_address=in_address)
    return drive.failures


def _languages(app) -> list:
    with app.test_request_context("/"):
        from portal.i18n.availability import current_availability

        return list(current_availability().languages)


def _references(registry, request_ids: list[UUID]) -> list[str]:
    from sqlalchemy import select

    from registry_core.codes.change_request import CodeChangeRequest

    with registry.read() as session:
        return list(session.scalars(select(CodeChangeRequest.reference).where(CodeChangeRequest.id.in_(request_ids))))


def _record_ids(registry, number: int) -> list[UUID]:
    from sqlalchemy import select

    from registry_core.register.resident_record import ResidentRecord

    with registry.read() as session:
        return list(session.scalars(select(ResidentRecord.id).limit(number)))
