"""Telling calendars: what is kept of what they were told, and the links under which they ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.tokens import digest, new_token
from app.printing.feeds import Told, told_now
from app.printing.itinerary import Itinerary
from app.printing.models import CalendarEntry, CalendarLink
from app.printing.queries import entries_told, itinerary_of_delegation, itinerary_of_person

DAYS_AFTER = 7
"""How long a link lives on after the last day, so that the last cancellations still reach the calendars."""


def told_items(
    session: Session, log: Session, *, event: Event, itinerary: Itinerary, now: datetime
) -> tuple[Told, ...]:
    """The items of an itinerary as calendars are told now; what is told anew is kept through ``log``.

    ``session`` only reads. Where nothing differs from what was told before, ``log`` stays idle.
    """
    kept = entries_told(session, itinerary.delegation_id, itinerary.delegate_id)
    told = told_now(event, itinerary, kept, now=now)
    if _new_of(told, kept):
        return _tell(
            log, event_id=event.id, delegation_id=itinerary.delegation_id, person=itinerary.delegate_id, now=now
        )
    return told


def _tell(log: Session, *, event_id: int, delegation_id: int, person: int | None, now: datetime) -> tuple[Told, ...]:
    """Read again behind a lock and keep what is told, so that two who ask at once are told the same."""
    log.execute(select(Delegation.id).where(Delegation.id == delegation_id).with_for_update()).all()
    event = log.get_one(Event, event_id)
    itinerary = (
        itinerary_of_delegation(log, event, delegation_id)
        if person is None
        else itinerary_of_person(log, event, delegate_in_event(log, event.id, person))
    )
    kept = entries_told(log, delegation_id, person)
    told = told_now(event, itinerary, kept, now=now)
    for one in _new_of(told, kept):
        log.merge(
            CalendarEntry(
                event_id=event_id,
                delegation_id=delegation_id,
                delegate_id=person or 0,
                uid=one.uid,
                sequence=one.sequence,
                said=one.said,
                is_cancelled=one.is_cancelled,
                told_at=one.told_at,
            )
        )
    log.flush()
    return told


def _new_of(told: Sequence[Told], kept: dict[str, Told]) -> list[Told]:
    return [one for one in told if kept.get(one.uid) != one]


def make_link(
    session: Session,
    *,
    event: Event,
    delegation: Delegation,
    delegate: Delegate | None,
    shows_titles: bool,
    actor: Actor,
    now: datetime,
) -> tuple[str, CalendarLink]:
    """A fresh secret for a calendar's address, shown this once; the link before it ends.

    Without a delegate it is the calendar of the delegation. It ends a week after the last day of the event.
    """
    revoke_links(session, event=event, delegation=delegation, delegate=delegate, actor=actor, now=now)
    token = new_token()
    link = CalendarLink(
        event_id=event.id,
        delegation_id=delegation.id,
        delegate_id=delegate.id if delegate else None,
        token_digest=digest(token),
        shows_titles=shows_titles,
        made_at=now,
        made_by_id=actor.account_id,
        expires_at=end_of_links(event),
    )
    session.add(link)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="calendar.link_made",
        entity="delegate" if delegate else "delegation",
        entity_id=delegate.id if delegate else delegation.id,
        changes={"calendar_link": (None, link.id), "shows_titles": (None, shows_titles)},
    )
    return token, link


def revoke_links(
    session: Session, *, event: Event, delegation: Delegation, delegate: Delegate | None, actor: Actor, now: datetime
) -> int:
    """End the links of a person or a delegation; returns how many were in force."""
    person = delegate.id if delegate else None
    links = session.scalars(
        select(CalendarLink).where(
            CalendarLink.delegation_id == delegation.id,
            CalendarLink.delegate_id == person if person else CalendarLink.delegate_id.is_(None),
            CalendarLink.revoked_at.is_(None),
        )
    ).all()
    for link in links:
        link.revoked_at = now
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="calendar.link_revoked",
            entity="delegate" if delegate else "delegation",
            entity_id=person or delegation.id,
            changes={"calendar_link": (link.id, None)},
        )
    session.flush()
    return len(links)


def end_of_links(event: Event) -> datetime:
    """The midnight at the venue after which no calendar is served any more."""
    last = event.ends_on + timedelta(days=DAYS_AFTER + 1)
    return datetime.combine(last, time(), tzinfo=ZoneInfo(event.timezone)).astimezone(UTC)
