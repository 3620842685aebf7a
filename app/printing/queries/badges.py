"""Codes on badges, and who carries a badge that says something else than the rows do now."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.platform.errors import NotFound
from app.printing.badges import badge_of
from app.printing.models import BadgeCode, PrintedSheet, SheetKind
from app.printing.queries.sheets import last_digests, sheets_by_id
from app.printing.sheets import digest_of

CODE_BYTES = 8


@dataclass(frozen=True, kw_only=True)
class DueBadge:
    """Somebody who needs a badge: their first, or one that says what changed; ``held`` is the one they carry."""

    delegate: Delegate
    content: dict[str, Any]
    held: PrintedSheet | None


def codes_of(session: Session, people: Iterable[Delegate], *, now: datetime) -> dict[int, str]:
    """The code of each of these people; who has none gets one, in a session that writes."""
    wanted = {one.id: one for one in people}
    rows = session.scalars(select(BadgeCode).where(BadgeCode.delegate_id.in_(list(wanted))))
    codes = {row.delegate_id: row.code for row in rows}
    for person_id, person in wanted.items():
        if person_id not in codes:
            codes[person_id] = secrets.token_hex(CODE_BYTES)
            session.add(BadgeCode(delegate_id=person_id, event_id=person.event_id, code=codes[person_id], made_at=now))
    session.flush()
    return codes


def kept_codes(session: Session, event_id: int) -> dict[int, str]:
    """The codes that an edition has given, by ID of the delegate."""
    rows = session.scalars(select(BadgeCode).where(BadgeCode.event_id == event_id))
    return {row.delegate_id: row.code for row in rows}


def delegate_of_code(session: Session, event_id: int, code: str) -> Delegate:
    """Whose badge it is.

    Raises:
        NotFound: nobody's of this edition, or of somebody who comes no more.
    """
    found = session.scalar(
        select(Delegate)
        .join(BadgeCode, BadgeCode.delegate_id == Delegate.id)
        .where(BadgeCode.event_id == event_id, BadgeCode.code == code, Delegate.is_active.is_(True))
    )
    if found is None:
        raise NotFound
    return found


def due_badges(session: Session, event: Event) -> list[DueBadge]:
    """Who needs a badge, by delegation and rank: whoever is approved and comes, and carries none that is right."""
    people = session.scalars(
        select(Delegate)
        .where(Delegate.event_id == event.id, Delegate.is_active.is_(True), Delegate.approved_at.is_not(None))
        .options(selectinload(Delegate.delegation).selectinload(Delegation.party))
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .order_by(Delegation.name, Delegation.id, Delegate.rank, Delegate.id)
    ).all()
    digests = last_digests(session, event.id)
    due: list[tuple[Delegate, dict[str, Any], int | None]] = []
    for person in people:
        content = content_of_badge(event, person)
        found = digests.get((SheetKind.BADGE, person.delegation_id, person.id))
        if found is None or found[1] != digest_of(content):
            due.append((person, content, found[0] if found else None))
    held = sheets_by_id(session, [number for _person, _content, number in due if number is not None])
    return [
        DueBadge(delegate=person, content=content, held=held[number] if number is not None else None)
        for person, content, number in due
    ]


def content_of_badge(event: Event, person: Delegate) -> dict[str, Any]:
    """All that a badge says but for its code, which stays: what a later one is compared with."""
    return {"head": badge_of(event, person), "rows": {}}
