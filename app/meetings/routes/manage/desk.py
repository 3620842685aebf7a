"""Are the tables well used, and is it fair?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ORGANISERS, Access, Policy, in_one_go
from app.events.models import Event
from app.events.queries import day_of, event_of_path
from app.events.shifts import is_closed
from app.meetings.enums import Answer
from app.meetings.fair import shares_of, short_of_minimum
from app.meetings.ground import ground_of
from app.meetings.in_hand import in_hand
from app.meetings.misfits import misfits_of
from app.meetings.queries import answer_counts, held_count
from app.meetings.unheld import unheld_of
from app.meetings.view import name_of, table_grid
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.page_cache import own_page
from app.platform.rendering import render
from app.solver_runs.panels import unanswered_panel

router = APIRouter()

READ = Policy("meetings.read", roles=ORGANISERS, loader=event_of_path)
FAIR = Policy("meetings.fair", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage/meetings")
@in_one_go
def desk(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    day: str = "",
    view: str = "grid",
    zone: str = "",
    hold: str = "",
    why: str = "",
) -> Response:
    """Tables × slots of a day, what waits, and what is not held; with something in hand, where it may be put."""
    event = access.found
    ground = ground_of(session, event)
    slots, tables = ground.slots.values(), ground.tables.values()
    days = [one for one in ground.days if any(day_of(event, slot.starts_at) == one.on for slot in slots)]
    shown = next((one for one in days if one.on.isoformat() == day), days[0] if days else None)
    of_day = [slot for slot in slots if shown and day_of(event, slot.starts_at) == shown.on]
    zones = sorted({table.zone for table in tables})
    in_zone = [table for table in tables if zone not in zones or table.zone == zone]
    meetings = ground.held_in(session, [slot.id for slot in of_day])
    taken_up = in_hand(session, event, hold)
    misfits = misfits_of(session, event.id, ground=ground)
    for_office = ground.for_office(session, now)
    panel = unanswered_panel(session, event_id=event.id, slug=event.slug, kind="meetings", now=now)
    context = {
        "event": event,
        "days": days,
        "shown": shown,
        "zones": zones if len(zones) > 1 else [],
        "zone": zone if zone in zones else "",
        "grid": table_grid(of_day, in_zone, meetings, legal=taken_up.places if taken_up else ()),
        "in_hand": taken_up,
        "counts": {answer.value: count for answer, count in answer_counts(session, event.id).items()},
        "held": held_count(session, event.id),
        "places": sum(not is_closed(table, slot) for slot in slots for table in tables),
        "unheld": unheld_of(session, ground, kind=why),
        "misfits": misfits,
        "misfit_ids": {one.meeting_id for one in misfits},
        "meetings": meetings,
        "view": "list" if view == "list" else "grid",
        "names": {meeting.id: name_of(meeting.wish) for meeting in meetings},
        "accepted": Answer.ACCEPTED.value,
        "panel": panel,
        "for_office": [(one, name_of(one)) for one in for_office],
    }
    page = render(request, "meetings/desk.html", context)
    if panel is not None and not panel.run.is_settled:
        return page  # a run goes on by itself
    moments = (one.expires_at for one in for_office)
    return own_page(request, session, page, event_id=event.id, people=None, now=now, moments=moments)


@router.get("/e/{slug}/manage/meetings/fair")
def fair(request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(FAIR)]) -> Response:
    """Shares by region, helix role and size of city, and who has fewer meetings than promised, with the cause."""
    event = access.found
    context = {
        "event": event,
        "shares": shares_of(session, event),
        "short": short_of_minimum(session, event, now=now),
    }
    return render(request, "meetings/fair.html", context)
