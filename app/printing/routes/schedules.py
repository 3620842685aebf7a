"""A delegation's schedule as a page and as a PDF, and a person's."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import STAFF, Access, Policy
from app.delegations.loaders import DelegateIn, DelegationIn, delegation_of_path
from app.events.loaders import number_of
from app.events.models import Event
from app.pairing.queries import together
from app.platform.clock import Now
from app.platform.database.sessions import ReadLogSession, ReadSession
from app.platform.errors import NotFound
from app.platform.rendering import render
from app.printing import words
from app.printing.calendars import told_items
from app.printing.feeds import calendar_of
from app.printing.itinerary import Itinerary
from app.printing.loaders import person_of_path
from app.printing.queries import itinerary_of_delegation, itinerary_of_person
from app.printing.seats import seats_of
from app.printing.service import is_outdated, live_address, preview
from app.printing.sheets import rows_of
from app.printing.tracks import tracks_of
from app.printing.watching import note_movements

router = APIRouter()

READERS = STAFF | {Role.FOCAL_POINT, Role.DELEGATE}


SCHEDULE = Policy("schedule.delegation", roles=READERS, loader=delegation_of_path)
PERSONAL = Policy("schedule.person", roles=READERS, loader=person_of_path)


@router.get("/e/{slug}/delegations/{delegation_id}/schedule")
def schedule(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(SCHEDULE)],
    member: str = "",
) -> Response:
    """Who is where, and who is free? ``member``: where that one goes."""
    found = access.found
    note_movements(log, found.delegation.delegates, principal=access.principal, way="page", now=now)
    itinerary = itinerary_of_delegation(session, found.event, found.delegation.id)
    chosen = number_of(member) if member else None
    if chosen is not None and all(one.delegate_id != chosen for one in itinerary.travellers):
        raise NotFound
    return _page(request, session, found.event, itinerary, role=access.principal.role, now=now, member=chosen)


@router.get("/e/{slug}/delegations/{delegation_id}/schedule.pdf")
def schedule_pdf(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(SCHEDULE)],
) -> Response:
    """The same rows on paper."""
    found = access.found
    note_movements(log, found.delegation.delegates, principal=access.principal, way="pdf", now=now)
    itinerary = itinerary_of_delegation(session, found.event, found.delegation.id)
    return _pdf(request, session, found.event, itinerary, now=now, name=found.delegation.code)


@router.get("/e/{slug}/delegations/{delegation_id}/schedule.ics")
def schedule_calendar(
    session: ReadSession, log: ReadLogSession, now: Now, access: Annotated[Access[DelegationIn], Depends(SCHEDULE)]
) -> Response:
    """The same rows for a calendar."""
    found = access.found
    note_movements(log, found.delegation.delegates, principal=access.principal, way="calendar", now=now)
    itinerary = itinerary_of_delegation(session, found.event, found.delegation.id)
    return _calendar(session, log, found.event, itinerary, now=now, name=found.delegation.code)


@router.get("/e/{slug}/people/{delegate_id}/schedule")
def personal_schedule(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(PERSONAL)],
) -> Response:
    """Where must I be, and with whom? The code on the paper opens this page."""
    found = access.found
    note_movements(log, [found.delegate], principal=access.principal, way="page", now=now)
    itinerary = itinerary_of_person(session, found.event, found.delegate)
    return _page(request, session, found.event, itinerary, role=access.principal.role, now=now)


def _page(
    request: Request,
    session: Session,
    event: Event,
    itinerary: Itinerary,
    *,
    role: Role,
    now: datetime,
    member: int | None = None,
) -> Response:
    """The rows as the paper says them, in the language of whoever reads the page; days that are over are folded."""
    days = itinerary.days_of(member)
    today = words.day_at(now, event.timezone)
    context = {
        "days": days,
        "together": together,
        "unfolded": {day.on for day in days if day.on >= today} or {day.on for day in days},
        "member": member,
        "tracks": tracks_of(event, itinerary) if member is None else None,
        "event": event,
        "itinerary": itinerary,
        "said": rows_of(event, itinerary),
        "seats": seats_of(session, event, itinerary, now),
        "words": words,
        "pdf": f"{live_address('', event, itinerary)}.pdf",
        "may_link": role in STAFF | {Role.FOCAL_POINT},
        "outdated": role in STAFF and is_outdated(session, event, itinerary),
    }
    return render(request, "printing/schedule.html", context)


@router.get("/e/{slug}/people/{delegate_id}/schedule.pdf")
def personal_pdf(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(PERSONAL)],
) -> Response:
    """A personal schedule on paper."""
    found = access.found
    note_movements(log, [found.delegate], principal=access.principal, way="pdf", now=now)
    itinerary = itinerary_of_person(session, found.event, found.delegate)
    return _pdf(request, session, found.event, itinerary, now=now, name=f"schedule-{found.delegate.id}")


@router.get("/e/{slug}/people/{delegate_id}/schedule.ics")
def personal_calendar(
    session: ReadSession, log: ReadLogSession, now: Now, access: Annotated[Access[DelegateIn], Depends(PERSONAL)]
) -> Response:
    """A personal schedule for a calendar."""
    found = access.found
    note_movements(log, [found.delegate], principal=access.principal, way="calendar", now=now)
    itinerary = itinerary_of_person(session, found.event, found.delegate)
    return _calendar(session, log, found.event, itinerary, now=now, name=f"schedule-{found.delegate.id}")


def _calendar(session: Session, log: Session, event: Event, itinerary: Itinerary, *, now: Now, name: str) -> Response:
    """The file that is read once: the same numbers as the feed, so that both can stand in one calendar."""
    items = told_items(session, log, event=event, itinerary=itinerary, now=now)
    content = calendar_of(event, name=itinerary.name, locale=itinerary.locale, items=items, shows_guarded=True)
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)


def _pdf(request: Request, session: Session, event: Event, itinerary: Itinerary, *, now: Now, name: str) -> Response:
    address = live_address(request.app.state.settings.base_url, event, itinerary)
    pdf = preview(session, event=event, itinerary=itinerary, live_address=address, now=now)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
