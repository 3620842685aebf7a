"""Three doors: a case city, one person, a delegation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ANYONE, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.forms import FormData
from app.platform.rendering import render
from app.registration.enums import Door
from app.registration.routes.answering import Asked, show, take

router = APIRouter()

REGISTER = Policy("registration.register", roles=ANYONE, loader=event_of_path)

Entering = Annotated[Access[Event], Depends(REGISTER)]


@router.get("/e/{slug}/register")
def choose(request: Request, now: Now, access: Entering) -> Response:
    """How do you want to take part?"""
    event = access.found
    closes, opens = event.registration_closes_at, event.registration_opens_at
    context = {
        "event": event,
        "is_closed": closes is not None and now > closes,
        "is_early": opens is not None and now < opens,
    }
    return render(request, "registration/doors.html", context)


@router.get("/e/{slug}/nominate")
def nomination_page(request: Request, session: ReadSession, access: Entering) -> Response:
    """What does your city seek, offer and promise?"""
    return show(_asked(request, session, access, Door.CITY))


@router.post("/e/{slug}/nominate")
def nominate(request: Request, session: DbSession, form: FormData, now: Now, access: Entering) -> Response:
    """Nominate a case city; what cannot be accepted comes back as it was typed."""
    return take(_asked(request, session, access, Door.CITY), form, now)


@router.get("/e/{slug}/register/individual")
def individual_page(request: Request, session: ReadSession, access: Entering) -> Response:
    """Who are you, from where and why?"""
    return show(_asked(request, session, access, Door.INDIVIDUAL))


@router.post("/e/{slug}/register/individual")
def individual(request: Request, session: DbSession, form: FormData, now: Now, access: Entering) -> Response:
    """The first screen leads to the second; the second hands in."""
    return take(_asked(request, session, access, Door.INDIVIDUAL), form, now)


@router.get("/e/{slug}/register/delegation")
def delegation_page(request: Request, session: ReadSession, access: Entering) -> Response:
    """Who sends the delegation, and who comes?"""
    return show(_asked(request, session, access, Door.DELEGATION))


@router.post("/e/{slug}/register/delegation")
def delegation(request: Request, session: DbSession, form: FormData, now: Now, access: Entering) -> Response:
    """Hand a delegation in; what cannot be accepted comes back as it was typed."""
    return take(_asked(request, session, access, Door.DELEGATION), form, now)


def _asked(request: Request, session: ReadSession, access: Access[Event], door: Door) -> Asked:
    return Asked(request=request, session=session, event=access.found, door=door, principal=access.principal)
