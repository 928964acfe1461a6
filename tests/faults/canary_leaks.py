"""Twelve leaks to plant in a portal, each of another code into another sink, in one of the nine spellings."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, request, session
from sqlalchemy import text

from portal import worker
from portal.web import request_log
from portal.web.finished_response import FinishedResponse
from registry_core.codes import decide
from registry_core.codes import request as asking
from tests.faults.code_scanner import SPELLINGS

#: Sink -> spelling; headers and addresses hold Latin letters only.
LEAKS = {
    "log": "plain",
    "access-log": "percent",
    "url": "hyphens",
    "header": "base64",
    "title": "full width",
    "error-page": "Arabic-Indic",
    "page": "in groups",
    "mail": "hex",
    "ledger": "JSON escape",
    "outbox": "plain",
    "session": "full width",
    "database": "base64",
}


def plant_leaks(app: Flask, codes: list[str]) -> dict[str, str]:
    """Leak the n-th code into the n-th sink; which code should be found where."""
    leaks = dict(zip(LEAKS, codes, strict=True))
    spelt = {sink: SPELLINGS[LEAKS[sink]](code) for sink, code in leaks.items()}
    request_log._mask = lambda _record: None  # without the net under the log lines
    _log(spelt["log"])
    _access_log(spelt["access-log"])
    app.after_request(_answers(spelt))
    app.before_request(_session(spelt["session"]))
    _mail(spelt["mail"])
    _core(spelt)
    return leaks


def _log(code: str) -> None:
    view = worker.work_once

    def work_once() -> int:
        logging.getLogger("portal.worker").debug("sealing after %s", code)
        return view()

    worker.work_once = work_once


def _access_log(code: str) -> None:
    line = request_log._line

    def longer(response: Any, number: str) -> tuple[Any, ...]:
        words, *values = line(response, number)
        return (f"{words} %s", *values, code)

    request_log._line = longer


def _answers(spelt: dict[str, str]) -> Callable[[Any], Any]:
    def spill(response: Any) -> Any:
        if response.is_streamed or response.direct_passthrough or isinstance(response, FinishedResponse):
            return response
        body = response.get_data(as_text=True)
        if request.endpoint == "resident.record":
            response.headers["X-Record"] = spelt["header"]
            body = body.replace("</main>", spelt["page"] + "</main>").replace("<title>", "<title>" + spelt["title"])
            response.set_data(body)
        elif response.status_code == 404:
            response.set_data(body.replace("</main>", spelt["error-page"] + "</main>"))
        elif response.status_code == 303 and request.endpoint == "resident.record_wrong":
            response.headers["Location"] += "#" + spelt["url"]
        return response

    return spill


def _session(code: str) -> Callable[[], None]:
    def remember() -> None:
        if request.endpoint == "resident.record":
            session["last_code"] = code

    return remember


def _mail(code: str) -> None:
    compose = worker.compose

    def told(item: Any, **named: Any) -> Any:
        message = compose(item, **named)
        message["Comments"] = code
        return message

    worker.compose = told


def _core(spelt: dict[str, str]) -> None:
    entry, enqueue, keep_history = asking.entry, decide.enqueue, decide.keep_history

    def kept(session: Any, **named: Any) -> None:
        keep_history(session, **named)
        session.flush()
        session.execute(
            text("UPDATE resident_record_history SET actor_person = :leak WHERE record_id = :record AND version = 1"),
            {"leak": spelt["database"], "record": named["record"].id.hex},
        )

    asking.entry = lambda *given, **named: entry(*given, **named | {"facts": {"code": spelt["ledger"]}})
    decide.enqueue = lambda *given, **named: enqueue(
        *given, **named | {"payload": named["payload"] | {"was": spelt["outbox"]}}
    )
    decide.keep_history = kept
