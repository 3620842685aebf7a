"""When is each room open, and what stands in it while it is not?"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.forms import RowId
from app.agenda.preview import preview_of
from app.agenda.service.closing import closed_times
from app.events.forms import HoursForm
from app.events.models import Event
from app.events.queries import days_of, event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()

READ = Policy("agenda.rooms", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.close_room", roles=ORGANISERS, loader=event_of_path)

RULE = "inside_a_day_and_open_hours"


class RoomForm(HoursForm):
    """Hours of a day in which a room is closed, or open again."""

    room_id: RowId


@router.get("/e/{slug}/manage/agenda/rooms")
def rooms(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """The rooms with the hours in which they are closed."""
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/agenda/rooms")
def close_room(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Close a room for some hours or open it again; what stands in it stays and is named."""
    event, bound = access.found, bind(RoomForm, form)
    if bound.value is None:
        return _page(request, session, event, bound, status=422)
    said = bound.value
    try:
        service.close_room(
            session,
            event=event,
            room_id=said.room_id,
            starts_at=said.starts_at(event),
            ends_at=said.ends_at(event),
            is_open=said.is_open,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, event, Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/rooms", status_code=303)


def _page(request: Request, session: Session, event: Event, form: Bound[Any], *, status: int = 200) -> Response:
    found, days = preview_of(session, event), days_of(session, event.id)
    broken = [rule for rule in found.rules if rule.rule == RULE and len(rule.subjects) > 1]
    context = {
        "event": event,
        "form": form,
        "days": days,
        "rows": [
            (
                room,
                closed_times(event, days, room),
                [rule for rule in broken if room.slug in rule.subjects],
            )
            for room in found.facts.rooms
        ],
        "broken": broken,
    }
    return render(request, "agenda/rooms.html", context, status=status)
