"""The print room: what was printed, what is out of date, and printing it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.queries import delegations_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.forms import FormData, bind
from app.platform.rendering import render
from app.printing.forms import PrintForm
from app.printing.itinerary import Itinerary
from app.printing.queries import (
    itineraries_of_event,
    last_sheets_of_delegations,
    personal_itineraries_of_event,
    protected_people,
)
from app.printing.queries.badges import due_badges
from app.printing.queries.jobs import latest_jobs
from app.printing.reprints import reprint_queue
from app.printing.service import print_sheets

router = APIRouter()

MOST_AT_ONCE = 60
"""So many sheets are set while the browser waits; more are a job."""

READ = Policy("print.read", roles=STAFF, loader=event_of_path)
PRINT = Policy("print.print", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/print")
def print_room(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """What must be printed now?"""
    return room_page(request, session, access.found)


def room_page(request: Request, session: Session, event: Event, *, status: int = 200, **more: Any) -> Response:
    """The print room, also where something asked for there was refused."""
    return render(request, "printing/room.html", _room(session, event) | more, status=status)


def _room(session: Session, event: Event) -> dict[str, Any]:
    sheets = last_sheets_of_delegations(session, event.id)
    queue = reprint_queue(session, event)
    outdated = {one.itinerary.delegation_id for one in queue.delegations}
    rows = [
        {"delegation": one, "sheet": sheets.get(one.id), "outdated": one.id in outdated}
        for one in delegations_of(session, event.id)
    ]
    return {
        "event": event,
        "rows": rows,
        "queue": queue,
        "protected": protected_people(session, event.id),
        "badges": due_badges(session, event),
        "jobs": latest_jobs(session, event.id),
    }


@router.post("/e/{slug}/manage/print")
def print_now(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(PRINT)]
) -> Response:
    """One PDF of what was asked for; each sheet is noted as handed out, which takes it out of the queue."""
    event, bound = access.found, bind(PrintForm, form)
    if bound.value is None:
        return room_page(request, session, event, status=422, form=bound)
    itineraries = _wanted(session, event, bound.value)
    if not itineraries:
        return room_page(request, session, event, status=422, nothing=True)
    if len(itineraries) > MOST_AT_ONCE:
        return room_page(request, session, event, status=422, many=len(itineraries))
    printed = print_sheets(
        session,
        event=event,
        itineraries=itineraries,
        base_url=request.app.state.settings.base_url,
        copies=bound.value.copies,
        actor=access.principal.actor(),
        now=now,
    )
    headers = {"Content-Disposition": f'inline; filename="{event.slug}-{bound.value.what}.pdf"'}
    return Response(printed.pdf, media_type="application/pdf", headers=headers)


def _wanted(session: Session, event: Event, form: PrintForm) -> list[Itinerary]:
    """What to print, in the order of delegations, their packs before the sheets of their people."""
    if form.what == "outdated":
        queue = reprint_queue(session, event)
        return [one.itinerary for one in (*queue.delegations, *queue.persons)]
    if form.what == "persons":
        return personal_itineraries_of_event(session, event)
    if not form.delegation and form.person:
        return personal_itineraries_of_event(session, event, delegate_ids=form.person)
    packs = itineraries_of_event(session, event)
    if form.what == "packs" and not form.delegation:
        return packs
    chosen = [one for one in packs if one.delegation_id in form.delegation]
    return [*chosen, *personal_itineraries_of_event(session, event, delegate_ids=form.person)]
