"""The first page, and the page of an edition."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.agenda.queries import newest_release
from app.agenda.shown import shown_sessions
from app.events.models import Event
from app.events.queries import event_of_path, events_by_date
from app.pairing.pictures import map_of
from app.pairing.queries import modality_counts, public_partnerships_of, title_of
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.page_cache import shared_page
from app.platform.rendering import render

router = APIRouter()

FIRST = Policy[None]("office.first", roles=ANYONE)
EVENT = Policy("event.public", roles=ANYONE, loader=event_of_path)

NEXT_SESSIONS = 3


@router.get("/", dependencies=[Depends(FIRST)])
def first_page(request: Request, session: ReadSession) -> Response:
    """All editions."""
    return render(request, "office/first.html", {"events": events_by_date(session)})


@router.get("/e/{slug}")
def event_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(EVENT)]
) -> Response:
    """What is it, when, how do I take part?"""
    event = access.found
    return shared_page(request, session, lambda: _event_page(request, session, event, now), event_id=event.id, now=now)


@router.get("/e/{slug}/")
def event_page_with_slash(access: Annotated[Access[Event], Depends(EVENT)]) -> Response:
    """The same page under the address that people type with a stroke at its end."""
    return RedirectResponse(f"/e/{access.found.slug}", status_code=308)


def _event_page(request: Request, session: Session, event: Event, now: datetime) -> Response:
    release = newest_release(session, event.id)
    coming = [one for one in shown_sessions(session, event, release) if one.ends_at > now]
    partnerships = public_partnerships_of(session, event.id)
    closes, opens = event.registration_closes_at, event.registration_opens_at
    context = {
        "event": event,
        "release": release,
        "coming": coming[:NEXT_SESSIONS],
        "partnerships": partnerships,
        "titles": {one.id: title_of(one) for one in partnerships},
        "counts": modality_counts(partnerships),
        "map": map_of(partnerships),
        "is_open": (opens is None or opens <= now) and (closes is None or now <= closes),
    }
    return render(request, "office/event.html", context)
