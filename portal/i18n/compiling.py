"""Makes the .mo files: checks every message, leaves out what fails, and stamps the file with what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.i18n.catalogs import (
    MISSING_HEADER,
    REVIEWED_HEADER,
    count_missing,
    is_identity,
    mo_path,
    po_path,
    read_po,
)
from portal.i18n.checker import VERSION, Fault, check_message
from portal.i18n.messages import DOMAINS, OFFICIAL, STAFF, packed
from portal.i18n.mo_files import digest_of_file, pack_mo

if TYPE_CHECKING:
    from portal.i18n.languages import Language
    from portal.i18n.messages import Message


@dataclass(frozen=True, slots=True)
class Compiled:
    """What one catalog came to: messages kept, left untranslated, and those refused with their faults."""

    language: Language
    domain: str
    kept: int
    missing: int
    refused: tuple[tuple[Message, tuple[Fault, ...]], ...]


def domains_of(language: Language) -> tuple[str, ...]:
    """The domains a language has a catalog of."""
    return tuple(
        domain
        for domain in DOMAINS
        if (domain != STAFF or language.staff) and not (is_identity(language, domain) and domain != OFFICIAL)
    )


def compile_catalog(language: Language, domain: str) -> Compiled | None:
    """Compile one catalog; None when there is no .po file."""
    source = po_path(language, domain)
    if not source.exists():
        return None
    messages, reviewed = read_po(language, domain, source)
    kept: list[Message] = []
    refused: list[tuple[Message, tuple[Fault, ...]]] = []
    for message in messages:
        faults = check_message(message, language, domain)
        if faults:
            refused.append((message, tuple(faults)))
        else:
            kept.append(message)
    missing = count_missing(language, domain, {message.key for message in kept})
    header = [
        ("Language", language.babel),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Plural-Forms", language.plural),
        (MISSING_HEADER, str(missing)),
        (REVIEWED_HEADER, " ".join(sorted(reviewed))),
    ]
    target = mo_path(language, domain)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".mo.new")
    draft.write_bytes(pack_mo(dict(map(packed, kept)), header, po_digest=digest_of_file(source), checker=VERSION))
    draft.replace(target)
    return Compiled(language, domain, len(kept), missing, tuple(refused))
