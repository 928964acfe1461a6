"""Which record a sign-in speaks for: linked by its four attributes, or by a one-time PIN from the counter.

A sign-in links by itself only where the configuration trusts the provider's attributes and all four match exactly one
record that no other sign-in speaks for. Everything else needs a clerk who has checked a document.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.auth.attributes import attributes_of
from portal.auth.link_tables import LinkedBy, SubjectLink
from registry_core.ledger import record_entry
from registry_core.register import matching_records
from registry_core.values.actor import Actor
from registry_core.values.legal_purpose import LegalPurpose


def linked_record(session: Session, *, issuer: str, subject: str) -> UUID | None:
    """Return the record this sign-in speaks for, or None."""
    link = live_link_of_subject(session, issuer=issuer, subject=subject)
    return link.record_id if link else None


def link_by_attributes(
    session: Session, *, issuer: str, subject: str, claims: Mapping[str, Any], actor: Actor, at: datetime
) -> UUID | None:
    """Link by the four attributes and return the record; None when they do not name exactly one free record.

    Only for providers whose attributes the configuration trusts. Two first sign-ins at the same moment make one link.
    """
    attributes = attributes_of(claims)
    if attributes is None:
        return None
    matches = matching_records(
        session,
        name=attributes.name,
        birth_date=str(attributes.birth_date),
        sex=attributes.sex.value,
        address=attributes.address,
        actor=actor,
        at=at,
    )
    if len(matches) != 1 or live_link_of_record(session, record_id=matches[0]) is not None:
        return None
    try:
        with session.begin_nested():
            add_link(
                session,
                issuer=issuer,
                subject=subject,
                record_id=matches[0],
                how=LinkedBy.ATTRIBUTES,
                actor=actor,
                at=at,
            )
    except IntegrityError:
        return linked_record(session, issuer=issuer, subject=subject)
    return matches[0]


def add_link(
    session: Session, *, issuer: str, subject: str, record_id: UUID, how: LinkedBy, actor: Actor, at: datetime
) -> None:
    """Write a live link and its ledger entry. Raises IntegrityError when the record or the sign-in has one."""
    session.add(
        SubjectLink(id=uuid4(), issuer=issuer, subject=subject, record_id=record_id, linked_at=at, linked_by=how)
    )
    session.flush()
    record_entry(
        session,
        action="sign-in.linked",
        actor=actor,
        at=at,
        purpose=LegalPurpose.SIGN_IN_LINK,
        record_id=record_id,
        facts={"how": how.value},
    )


def live_link_of_subject(session: Session, *, issuer: str, subject: str) -> SubjectLink | None:
    """Return the live link of this sign-in."""
    query = select(SubjectLink).where(
        SubjectLink.issuer == issuer, SubjectLink.subject == subject, SubjectLink.ended_at.is_(None)
    )
    return session.scalar(query)


def live_link_of_record(session: Session, *, record_id: UUID) -> SubjectLink | None:
    """Return the live link of this record."""
    query = select(SubjectLink).where(SubjectLink.record_id == record_id, SubjectLink.ended_at.is_(None))
    return session.scalar(query)
