"""Calendars behind a secret address, and the pages on which it is made and revoked."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, STAFF, Access, Policy
from app.delegations.loaders import DelegateIn, DelegationIn, delegation_of_path
from app.delegations.models import Delegate, Delegation
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession
from app.platform.errors import Gone, NotFound
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.printing.calendars import end_of_links, make_link, revoke_links, told_items
from app.printing.feeds import calendar_of
from app.printing.forms import LinkForm
from app.printing.loaders import FeedIn, feed_of_token, own_person_of_path, person_of_path
from app.printing.queries import itinerary_of_delegation, itinerary_of_person, link_in_force

router = APIRouter()

MAKERS = STAFF | {Role.FOCAL_POINT}

FEED = Policy("calendar.feed", roles=ANYONE, loader=feed_of_token)
OWN = Policy("calendar.own", roles=frozenset({Role.DELEGATE}), loader=own_person_of_path)
DELEGATION = Policy("calendar.delegation", roles=MAKERS, loader=delegation_of_path)
PERSON = Policy("calendar.person", roles=MAKERS, loader=person_of_path)


@router.get("/e/{slug}/calendar/{token}.ics")
def feed(
    session: ReadSession, log: ReadLogSession, now: Now, access: Annotated[Access[FeedIn], Depends(FEED)]
) -> Response:
    """What a calendar reads again and again; the address is the key."""
    event, link = access.found.event, access.found.link
    if link.revoked_at is not None or link.expires_at <= now:
        raise Gone(_("This calendar link has ended. Make a new one on your page."))
    if link.delegate_id is None:
        itinerary = itinerary_of_delegation(session, event, link.delegation_id)
    else:
        itinerary = itinerary_of_person(session, event, delegate_in_event(session, event.id, link.delegate_id))
    items = told_items(session, log, event=event, itinerary=itinerary, now=now)
    # The name of the calendar would tell whose appointments they are.
    is_named = link.shows_titles or not itinerary.is_protected or link.delegate_id is None
    content = calendar_of(
        event,
        name=itinerary.name if is_named else "",
        locale=itinerary.locale,
        items=items,
        shows_guarded=link.shows_titles,
    )
    headers = {"Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/e/{slug}/my/calendar")
def own_calendar(
    request: Request, session: ReadSession, access: Annotated[Access[DelegateIn], Depends(OWN)]
) -> Response:
    """How do I get my days into my calendar?"""
    found = access.found
    return _page(request, session, found.event, found.delegate.delegation, found.delegate, frame="own")


@router.post("/e/{slug}/my/calendar")
def make_own_calendar(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[DelegateIn], Depends(OWN)]
) -> Response:
    """A fresh address for my calendar, shown once; or none any more."""
    found = access.found
    return _answer(
        request, session, form, found.event, found.delegate.delegation, found.delegate, access, now=now, frame="own"
    )


@router.get("/e/{slug}/people/{delegate_id}/calendar")
def person_calendar(
    request: Request, session: ReadSession, access: Annotated[Access[DelegateIn], Depends(PERSON)]
) -> Response:
    """The link of one member, for whoever looks after them."""
    found = access.found
    return _page(request, session, found.event, found.delegate.delegation, found.delegate, frame="other")


@router.post("/e/{slug}/people/{delegate_id}/calendar")
def make_person_calendar(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(PERSON)],
) -> Response:
    """A fresh address for a member's calendar, or none any more."""
    found = access.found
    return _answer(
        request, session, form, found.event, found.delegate.delegation, found.delegate, access, now=now, frame="other"
    )


@router.get("/e/{slug}/delegations/{delegation_id}/calendar")
def delegation_calendar(
    request: Request, session: ReadSession, access: Annotated[Access[DelegationIn], Depends(DELEGATION)]
) -> Response:
    """How do we get the days of our delegation into a calendar?"""
    return _page(request, session, access.found.event, access.found.delegation, None, frame="other")


@router.post("/e/{slug}/delegations/{delegation_id}/calendar")
def make_delegation_calendar(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(DELEGATION)],
) -> Response:
    """A fresh address for the delegation's calendar, or none any more."""
    found = access.found
    return _answer(request, session, form, found.event, found.delegation, None, access, now=now, frame="other")


def _answer(
    request: Request,
    session: Session,
    form: FormData,
    event: Event,
    delegation: Delegation,
    delegate: Delegate | None,
    access: Access[Any],
    *,
    now: Now,
    frame: str,
) -> Response:
    bound = bind(LinkForm, form)
    if bound.value is None:
        return _page(request, session, event, delegation, delegate, frame=frame, status=422, form=bound)
    actor = access.principal.actor()
    if bound.value.do == "revoke":
        revoke_links(session, event=event, delegation=delegation, delegate=delegate, actor=actor, now=now)
        return RedirectResponse(request.url.path, status_code=303)
    token, _link = make_link(
        session,
        event=event,
        delegation=delegation,
        delegate=delegate,
        shows_titles=bound.value.shows_titles,
        actor=actor,
        now=now,
    )
    address = f"{request.app.state.settings.base_url}/e/{event.slug}/calendar/{token}.ics"
    # Not a redirect: the address is shown here and nowhere else again.
    return _page(request, session, event, delegation, delegate, frame=frame, address=address)


def _page(
    request: Request,
    session: Session,
    event: Event,
    delegation: Delegation,
    delegate: Delegate | None,
    *,
    frame: str,
    status: int = 200,
    **more: Any,
) -> Response:
    if delegation.event_id != event.id:
        raise NotFound
    context = {
        "event": event,
        "delegation": delegation,
        "delegate": delegate,
        "link": link_in_force(session, delegation.id, delegate.id if delegate else None),
        "until": end_of_links(event),
        "frame": frame,
        "address": None,
        "form": None,
    }
    response = render(request, "printing/calendar.html", context | more, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
