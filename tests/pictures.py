"""`python -m tests.pictures`: the pictures of the README, anew, from a demo municipality in a real Chromium.

A resident asks for another code, the counter works on it, and each picture is taken where it happens.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser import SCREENS, BrowserVisitor, chromium
from tests.databases import SqliteTemplate, migrated, with_demo
from tests.live_server import PortalServer, portal_serving
from tests.people.resident import Resident
from tests.people.staff import Clerk, Supervisor
from tests.people.visitor import Person

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOST_BYTES = 150_000
# Sharp enough at the width the README shows, and half as large as a phone's own.
PHONE = "phone in the README"
SCREENS[PHONE] = SCREENS["phone"] | {"device_scale_factor": 1.5}


@contextmanager
def demo_portal() -> Iterator[PortalServer]:
    """A served portal of the demo municipality, with the worker that seals and delivers."""
    from portal.worker import worker_thread
    from registry_core.storage.keys import new_keyring_file

    with tempfile.TemporaryDirectory(prefix="pictures-") as name:
        folder = Path(name)
        keys = folder / "data-keys.json"
        new_keyring_file(keys)
        empty = SqliteTemplate(folder / "database", migrated)
        url = empty.derived(lambda url: with_demo(url, keys)).fresh()
        with portal_serving(folder, url, keys) as server:
            thread, stopped = worker_thread(server.app)
            try:
                yield server
            finally:
                stopped.set()
                thread.join(timeout=30)


def take_all(server: PortalServer, browser) -> None:
    """Every picture, in the order of the story."""

    def visitor(screen: str) -> BrowserVisitor:
        return BrowserVisitor(browser, server.url, screen, locale="ja-JP", timezone_id="Asia/Tokyo")

    reader = Resident(visitor(PHONE), "", "vi")
    reader.opens("faq")
    take(reader, "faq-vi", "#q6")

    reader = Resident(visitor(PHONE), "resident-2", "ur")
    reader.signs_in()
    reader.opens_the_record()
    take(reader, "record-ur")

    resident = Resident(visitor(PHONE), "resident-1", "vi")
    resident.signs_in()
    resident.asks_for_another_code()
    reference = resident.reference
    take(resident, "sent-vi")

    clerk = Clerk(visitor("desktop"), "clerk-1", "ja")
    clerk.signs_in()
    clerk.scans(reference)
    clerk.takes()
    clerk.checks_identity("residence-card")
    supervisor = Supervisor(visitor("desktop"), "supervisor-1", "ja")
    supervisor.signs_in()
    supervisor.scans(reference)
    take(supervisor, "case-ja")
    supervisor.approves()

    resident.lang = "en"
    resident.sees_who_looked()
    take(resident, "who-looked-en", ".looks li:nth-child(2)")


def take(person: Person, name: str, begin: str = "body") -> None:
    """The screen from an element on; a picture too large for a README is a fault."""
    person.visitor.tab.locator(begin).first.evaluate("element => element.scrollIntoView()")
    path = FOLDER / f"{name}.png"
    person.visitor.tab.wait_for_timeout(200)  # fonts of a script seen for the first time
    person.visitor.picture(path, full_page=False)
    size = path.stat().st_size
    print(f"{path.name}: {size} bytes", file=sys.stderr)
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes, at most {MOST_BYTES} are wanted")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo_portal() as server, chromium() as browser:
        take_all(server, browser)


if __name__ == "__main__":
    main()
