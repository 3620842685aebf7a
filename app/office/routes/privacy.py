"""Personal data: who asks to be erased, which field goes when, own data as a file."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from app.accounts.enums import Role
from app.accounts.policies import ADMINISTRATORS, ANYONE, Access, Policy
from app.accounts.words import role_name
from app.events.models import Event
from app.events.queries import day_of, events_by_date
from app.meetings.loaders import SelfIn, self_of_path
from app.office.own_data import data_of
from app.office.privacy import FIELDS, purpose_of, word_of
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.errors import Refused
from app.platform.rendering import render
from app.registration.loaders import OwnPerson, person_of_link
from app.registration.queries import open_erasures

router = APIRouter()

DATES = Policy[None]("privacy.dates", roles=ADMINISTRATORS)
OWN_BY_LINK = Policy("privacy.own_by_link", roles=ANYONE, loader=person_of_link)
OWN = Policy("privacy.own", roles=frozenset({Role.DELEGATE}), loader=self_of_path)

DOWNLOAD = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "private, no-store"}


@dataclass(frozen=True)
class Line:
    """A kind of data: its word, purpose, readers, and by edition the day on which it goes and whether that is past."""

    word: str
    purpose: str
    readers: str
    days: tuple[tuple[str, bool], ...]


@router.get("/admin/privacy", dependencies=[Depends(DATES)])
def privacy(request: Request, session: ReadSession, now: Now) -> Response:
    """Who asks to be erased, and which field goes when?"""
    events = events_by_date(session)
    lines = []
    for field in FIELDS:
        days = [(event, field.goes_on(event)) for event in events]
        lines.append(
            Line(
                word=word_of(field.code),
                purpose=purpose_of(field.code),
                readers=", ".join(role_name(role) for role in Role if role in field.readers),
                days=tuple((on.isoformat() if on else "", bool(on and on <= day_of(event, now))) for event, on in days),
            )
        )
    by_id = {event.id: event for event in events}
    asked = [(by_id[one.event_id], one) for one in open_erasures(session)]
    return render(request, "office/privacy.html", {"events": events, "lines": lines, "asked": asked})


@router.get("/r/{token}/people/{person_id}/data.json")
def own_data_by_link(
    session: ReadSession, now: Now, access: Annotated[Access[OwnPerson], Depends(OWN_BY_LINK)]
) -> Response:
    """All that is kept of a person who registered alone; of members the focal point gets what they handed in alone."""
    own = access.found
    registered = own.own.registration
    if registered.delegate_id == own.delegate.id:
        return _file(session, own.own.event.id, own.delegate.id, now)
    members = registered.answers.get("members", [])
    said = [one for one in members if one.get("email") and one.get("email") == own.delegate.email]
    return JSONResponse({"format": "bridge-own-data/1", "handed_in": said}, headers=DOWNLOAD)


@router.get("/e/{slug}/my/data.json")
def own_data(session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(OWN)]) -> Response:
    """All that is kept of a delegate who is signed in; whoever acts for somebody does not get it."""
    if access.principal.acting_for is not None:
        raise Refused("Only the person in person takes their data.")
    return _file(session, access.found.event.id, access.found.delegate.id, now)


def _file(session: Session, event_id: int, delegate_id: int, now: Now) -> Response:
    event = session.get_one(Event, event_id)
    return JSONResponse(data_of(session, event=event, delegate_id=delegate_id, now=now), headers=DOWNLOAD)
