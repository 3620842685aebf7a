"""When is each room open, what does it have, and what stands in it while it is closed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.agenda import service
from app.agenda.forms import RowId
from app.agenda.furnishing import FurnishingForm, as_typed, field_names
from app.agenda.preview import preview_of
from app.agenda.routes.versions import both_versions, chosen
from app.agenda.service.closing import closed_times
from app.events.forms import HoursForm
from app.events.loaders import one_of
from app.events.models import Event, Room
from app.events.queries import days_of, event_of_path, session_rooms_of
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()


@dataclass(frozen=True)
class RoomIn:
    """A room for sessions and the edition that it is of."""

    event: Event
    room: Room


def room_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> RoomIn:
    """Loader of a policy: a room of the edition by its number."""
    event = event_of_path(session, params, principal)
    return RoomIn(event, one_of(session_rooms_of(session, event.id), params["room_id"]))


READ = Policy("agenda.rooms", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.close_room", roles=ORGANISERS, loader=event_of_path)
FURNISH = Policy("agenda.change_room", roles=ORGANISERS, loader=room_of_path)

UNTYPED: Bound[Any] = Bound(None, {}, {})

RULE = "inside_a_day_and_open_hours"


class RoomForm(HoursForm):
    """Hours of a day in which a room is closed, or open again."""

    room_id: RowId


@router.get("/e/{slug}/manage/agenda/rooms")
def rooms(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """The rooms with the hours in which they are closed."""
    return _page(request, session, access.found, UNTYPED)


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


@router.post("/e/{slug}/manage/agenda/rooms/{room_id}")
def change_room(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[RoomIn], Depends(FURNISH)]
) -> Response:
    """Say what a room has: seats, booths, layouts, equipment, the time to set it up again."""
    event, room, bound = access.found.event, access.found.room, bind(FurnishingForm, chosen(form))
    if bound.value is None:
        return _page(request, session, event, UNTYPED, status=422, furnished=(room.id, bound))
    said = bound.value
    try:
        service.furnish(session, room=room, **said.model_dump(), actor=access.principal.actor(), now=now)
    except Conflict:
        return both_versions(
            request,
            event=event,
            about="rooms",
            action=f"/e/{event.slug}/manage/agenda/rooms/{room.id}",
            theirs=as_typed(room),
            mine={name: str(text).strip() for name, text in bound.typed.items()},
            by=last_change_of(session, entity="room", entity_id=room.id),
            seen={"version": str(room.version)},
            names=field_names(),
            back=f"/e/{event.slug}/manage/agenda/rooms",
        )
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/rooms#room-{room.id}", status_code=303)


def _page(
    request: Request,
    session: Session,
    event: Event,
    form: Bound[Any],
    *,
    status: int = 200,
    furnished: tuple[int, Bound[Any]] | None = None,
) -> Response:
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
        "names": field_names(),
        "typed_of": {room.id: as_typed(room) for room in found.facts.rooms},
        "furnished": dict([furnished] if furnished else []),
        "untyped": UNTYPED,
    }
    return render(request, "agenda/rooms.html", context, status=status)
