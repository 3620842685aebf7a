"""The public agenda: releases only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.agenda.models import AgendaRelease, ReleasedSession
from app.agenda.queries import newest_release, people_named
from app.agenda.view import public_days
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.pairing.queries import public_partnerships_of
from app.platform.database.sessions import ReadSession
from app.platform.errors import NotFound
from app.platform.page_cache import shared_page
from app.platform.rendering import is_htmx, render

router = APIRouter()

AGENDA = Policy("agenda.public", roles=ANYONE, loader=event_of_path)


@dataclass(frozen=True)
class ReleasedIn:
    """A released session, its release and the edition."""

    event: Event
    release: AgendaRelease
    placed: ReleasedSession


def released_session_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> ReleasedIn:
    """Loader of a policy: a session of the newest release by its short name."""
    event = event_of_path(session, params, principal)
    release = newest_release(session, event.id)
    for placed in release.sessions if release else ():
        if release is not None and placed.frozen["slug"] == params["session_slug"]:
            return ReleasedIn(event, release, placed)
    raise NotFound


SESSION = Policy("agenda.public_session", roles=ANYONE, loader=released_session_of_path)


@router.get("/e/{slug}/agenda")
def agenda(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(AGENDA)],
    day: str = "",
    room: str = "",
    challenge: str = "",
    kind: str = "",
) -> Response:
    """What happens when and where."""
    event = access.found
    chosen = {"room": room, "challenge": challenge, "kind": kind}
    return shared_page(request, session, lambda: _agenda(request, session, event, day, chosen), event_id=event.id)


def _agenda(request: Request, session: Session, event: Event, day: str, chosen: dict[str, str]) -> Response:
    release = newest_release(session, event.id)
    days = public_days(event, release, **chosen) if release else ()
    shown = [one for one in days if one.on.isoformat() == day] or list(days)
    context = {
        "event": event,
        "release": release,
        "days": days,
        "shown": shown,
        "day": day,
        "chosen": chosen,
        "rooms": sorted({(one.frozen["room_slug"], one.frozen["room"]) for one in release.sessions}) if release else [],
        "kinds": sorted({str(one.frozen["kind"]) for one in release.sessions}) if release else [],
        "challenges": challenges_of(session, event.id),
    }
    return render(request, "agenda/programme.html", context, block="sessions" if is_htmx(request) else None)


@router.get("/e/{slug}/agenda/{session_slug}")
def agenda_session(
    request: Request, session: ReadSession, access: Annotated[Access[ReleasedIn], Depends(SESSION)]
) -> Response:
    """Is this for me, and how do I get there?"""
    found = access.found
    return shared_page(request, session, lambda: _session(request, session, found), event_id=found.event.id)


def _session(request: Request, session: Session, found: ReleasedIn) -> Response:
    same_time = [
        one
        for one in found.release.sessions
        if one.id != found.placed.id
        and one.starts_at < found.placed.ends_at + timedelta(minutes=1)
        and found.placed.starts_at < one.ends_at
    ]
    agreed = {one.id for one in public_partnerships_of(session, found.event.id)}
    behind = found.placed.frozen["partnership_id"]
    context = {
        "event": found.event,
        "release": found.release,
        "placed": found.placed,
        "same_time": same_time,
        "people": people_named(session, found.placed),
        "partnership_id": behind if behind in agreed else None,
    }
    return render(request, "agenda/session.html", context)
