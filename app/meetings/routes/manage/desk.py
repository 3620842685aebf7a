"""Are the tables well used, and is it fair?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.events.queries import day_of, days_of, event_of_path, slots_of, tables_of
from app.meetings.enums import Answer
from app.meetings.fair import shares_of, short_of_minimum
from app.meetings.in_hand import in_hand
from app.meetings.models import MeetingWish
from app.meetings.queries import (
    answer_counts,
    held_count,
    meetings_of,
    unheld_wish_ids,
    wishes_by_id,
    wishes_for_office,
)
from app.meetings.reasons import people_in, reason_words
from app.meetings.view import name_of, table_grid
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.rendering import render
from app.solver_runs.panels import latest_panel

router = APIRouter()

READ = Policy("meetings.read", roles=ORGANISERS, loader=event_of_path)
FAIR = Policy("meetings.fair", roles=ORGANISERS, loader=event_of_path)

MOST_UNHELD = 50


@router.get("/e/{slug}/manage/meetings")
def desk(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    day: str = "",
    view: str = "grid",
    zone: str = "",
    hold: str = "",
) -> Response:
    """Tables × slots of a day, what waits, and what is not held; with something in hand, where it may be put."""
    event = access.found
    slots = slots_of(session, event.id)
    days = [one for one in days_of(session, event.id) if any(day_of(event, slot.starts_at) == one.on for slot in slots)]
    shown = next((one for one in days if one.on.isoformat() == day), days[0] if days else None)
    of_day = [slot for slot in slots if shown and day_of(event, slot.starts_at) == shown.on]
    tables = tables_of(session, event.id)
    zones = sorted({table.zone for table in tables})
    in_zone = [table for table in tables if zone not in zones or table.zone == zone]
    meetings = meetings_of(session, event.id, slot_ids=[slot.id for slot in of_day])
    taken_up = in_hand(session, event, hold)
    unheld = unheld_wish_ids(session, event.id)
    whole = wishes_by_id(session, event.id, unheld[:MOST_UNHELD])
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
        "places": len(slots) * len(tables),
        "unheld": _with_reasons(session, [whole[wish_id] for wish_id in unheld[:MOST_UNHELD]]),
        "unheld_count": len(unheld),
        "meetings": meetings,
        "view": "list" if view == "list" else "grid",
        "names": {meeting.id: name_of(meeting.wish) for meeting in meetings},
        "accepted": Answer.ACCEPTED.value,
        "panel": latest_panel(session, event_id=event.id, slug=event.slug, kind="meetings", now=now),
        "for_office": [(one, name_of(one)) for one in wishes_for_office(session, event.id, now)],
    }
    return render(request, "meetings/desk.html", context)


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


def _with_reasons(session: Session, wishes: list[MeetingWish]) -> list[tuple[int, str, str]]:
    """ID and sides of each wish and why it has no meeting."""
    people = delegates_by_id(session, {one for wish in wishes for one in people_in(wish.unheld_reason)})
    names = {one.id: latin_name_of(one) for one in people.values()}
    return [(wish.id, name_of(wish), reason_words(wish.unheld_reason, names)) for wish in wishes]
