"""Personal data: which field goes when, own data as a file, erasing a person."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from app.accounts.enums import Role
from app.accounts.policies import ADMINISTRATORS, ANYONE, Access, Policy
from app.accounts.words import role_name
from app.delegations.loaders import DelegateIn, delegate_of_path
from app.events.models import Event
from app.events.queries import day_of, events_by_date
from app.meetings.loaders import SelfIn, self_of_path
from app.office.own_data import data_of
from app.office.privacy import FIELDS, purpose_of, word_of
from app.office.service.erasing import Erased, erase_person
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.platform.web.preceded import Preceded
from app.registration.loaders import OwnPerson, person_of_link

router = APIRouter()

DATES = Policy[None]("privacy.dates", roles=ADMINISTRATORS)
ERASE = Policy("privacy.erase", roles=ADMINISTRATORS, loader=delegate_of_path)
OWN_BY_LINK = Policy("privacy.own_by_link", roles=ANYONE, loader=person_of_link)
OWN = Policy("privacy.own", roles=frozenset({Role.DELEGATE}), loader=self_of_path)

DOWNLOAD = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "private, no-store"}


class EraseForm(BaseModel):
    """The number of the person, typed."""

    number: str


@dataclass(frozen=True)
class Line:
    """A kind of data: its word, purpose, readers, and by edition the day on which it goes and whether that is past."""

    word: str
    purpose: str
    readers: str
    days: tuple[tuple[str, bool], ...]


@router.get("/admin/privacy", dependencies=[Depends(DATES)])
def privacy(request: Request, session: ReadSession, now: Now) -> Response:
    """Which field goes when?"""
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
    return render(request, "office/privacy.html", {"events": events, "lines": lines})


@router.get("/e/{slug}/manage/people/{delegate_id}/erase")
def erase_page(request: Request, access: Annotated[Access[DelegateIn], Depends(ERASE)]) -> Response:
    """What goes when this person is erased?"""
    return _erase_page(request, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/people/{delegate_id}/erase")
def erase(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(ERASE)],
) -> Response:
    """Erase, and show where it was looked afterwards; an SQLite file is rewritten before the answer goes."""
    found = access.found
    bound = bind(EraseForm, form)
    if bound.value is None:
        return _erase_page(request, found, bound, status=422)
    try:
        erased = erase_person(
            session,
            event=found.event,
            delegate=found.delegate,
            number=bound.value.number,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _erase_page(request, found, Bound(None, refused.errors, bound.typed), status=422)
    page = _erase_page(request, found, Bound(None, {}, {}), erased=erased)
    # Who reads that nothing is left may look into the file at once.
    return Preceded(page, request.app.state.database.leave_no_trace)


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


def _erase_page(
    request: Request, found: DelegateIn, bound: Bound[EraseForm], *, erased: Erased | None = None, status: int = 200
) -> Response:
    context = {"event": found.event, "person": found.delegate, "form": bound, "erased": erased}
    return render(request, "office/erase.html", context, status=status)
