"""A freed time that is offered to who waits: taken or left with one button, from the mail or signed in."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, Access, Policy, in_one_go
from app.meetings import service
from app.meetings.forms import OfferForm
from app.meetings.loaders import OfferIn, offer_of_path, offer_of_token
from app.meetings.notices import tell_of_agreement, tell_of_offer
from app.meetings.queries import meeting_in_event
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render

router = APIRouter()

OFFER = Policy("offer.answer", roles=ANYONE, loader=offer_of_token)
OWN_OFFER = Policy("meetings.answer_offer", roles=frozenset({Role.DELEGATE}), loader=offer_of_path)


@router.get("/m/offers/{token}")
def offer_page(request: Request, now: Now, access: Annotated[Access[OfferIn], Depends(OFFER)]) -> Response:
    """Take it or leave it? Looking changes nothing."""
    return _page(request, access.found, now=now)


@router.post("/m/offers/{token}")
@in_one_go
def answer_offer(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[OfferIn], Depends(OFFER)]
) -> Response:
    """Store the answer."""
    found = access.found
    actor = Actor(
        account_id=access.principal.account_id, label=f"{found.offer.wish.from_delegate.badge_name}, by the link"
    )
    try:
        _answer(request, session, found, form, actor=actor, now=now)
    except Conflict as conflict:
        return _page(request, found, now=now, said=conflict.message, status=409)
    return RedirectResponse(f"/m/offers/{request.path_params['token']}", status_code=303)


@router.post("/e/{slug}/my/meetings/offers/{offer_id}")
@in_one_go
def answer_own_offer(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[OfferIn], Depends(OWN_OFFER)],
) -> Response:
    """Store the answer of whoever is signed in."""
    _answer(request, session, access.found, form, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{access.found.event.slug}/my/meetings", status_code=303)


def _answer(request: Request, session: Session, found: OfferIn, form: Any, *, actor: Actor, now: datetime) -> None:
    bound = bind(OfferForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    event, offer = found.event, found.offer
    if bound.value.answer == "taken":
        with session.begin_nested():
            meeting = service.take_offer(session, event=event, offer=offer, actor=actor, now=now)
        if meeting is not None:
            placed = meeting_in_event(session, event.id, meeting.id)
            tell_of_agreement(session, event=event, wish=offer.wish, meeting=placed, now=now)
        return
    following = service.decline_offer(session, event=event, offer=offer, actor=actor, now=now)
    tell_of_offer(session, event=event, offered=following, base_url=request.app.state.settings.base_url, now=now)


def _page(request: Request, found: OfferIn, *, now: datetime, said: str = "", status: int = 200) -> Response:
    offer = found.offer
    context = {
        "event": found.event,
        "offer": offer,
        "said": said,
        "is_open": offer.is_open(now),
    }
    return render(request, "meetings/offer.html", context, status=status)
