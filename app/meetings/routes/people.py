"""Whom to meet, whom not, and why somebody cannot be met."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import Access, Policy, in_one_go
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.meetings import service
from app.meetings.cards import cards_of
from app.meetings.loaders import OtherIn, SelfIn, other_of_path, self_as_kept, self_of_path
from app.meetings.matches import Filters, matches_for
from app.meetings.pool import kept_pool_of
from app.meetings.queries import own_vetoes
from app.meetings.rules import GROUPS
from app.meetings.why_not import why_not
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound
from app.platform.page_cache import own_page
from app.platform.rendering import is_htmx, render

router = APIRouter()

DELEGATES = frozenset({Role.DELEGATE})
READ = Policy("meetings.people", roles=DELEGATES, loader=self_as_kept)
WHY = Policy("meetings.why_own", roles=DELEGATES, loader=self_of_path)
VETO = Policy("meetings.veto", roles=DELEGATES, loader=other_of_path)

MOST_SHOWN = 60


@router.get("/e/{slug}/my/people")
@in_one_go
def my_people(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[SelfIn], Depends(READ)],
    q: str = "",
    group: str = "",
    topic: str = "",
    language: str = "",
    fits: str = "",
) -> Response:
    """Whom should I meet?"""
    own = access.found
    pool = kept_pool_of(session, own.event)
    filters = Filters(
        query=q,
        group=group if group in GROUPS else "",
        challenge_id=int(topic) if topic.isdecimal() and len(topic) < 10 and int(topic) in pool.challenges else None,
        language=language if language in own.delegate.languages else "",
        fits_only=bool(fits),
    )
    found = matches_for(session, own.delegate, pool=pool, filters=filters, most=MOST_SHOWN)
    context = {
        "event": own.event,
        "me": own.delegate,
        "q": q,
        "filters": filters,
        "groups": found.groups,
        "cards": cards_of(
            found.best,
            my=f"/e/{own.event.slug}/my",
            challenges=pool.challenges,
            refused=own_vetoes(session, own.delegate.id),
        ),
        "count": found.count,
        "challenges": pool.challenges,
    }
    return own_page(
        request,
        session,
        render(request, "meetings/people.html", context, block="results" if is_htmx(request) else None),
        event_id=own.event.id,
        people=found.compared | {own.delegate.id},
        now=now,
    )


@router.get("/e/{slug}/my/people/why")
def why(request: Request, session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(WHY)]) -> Response:
    """Why can I not meet them, and what would change it?"""
    own = access.found
    them = delegate_in_event(session, own.event.id, number_of(request.query_params.get("with", "")))
    if not them.is_active or them.id == own.delegate.id:
        raise NotFound
    context = {
        "event": own.event,
        "them": them,
        "why": why_not(session, own.event, own.delegate, them, now=now),
        "is_refused_by_me": them.id in own_vetoes(session, own.delegate.id),
    }
    return render(request, "meetings/why_own.html", context)


@router.post("/e/{slug}/my/people/{delegate_id}/no")
def say_no(session: DbSession, now: Now, access: Annotated[Access[OtherIn], Depends(VETO)]) -> Response:
    """A private no: no plan places the two together, and nobody is told."""
    found = access.found
    service.veto(
        session,
        event=found.event,
        delegate_id=found.delegate.id,
        other_id=found.other.id,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/my/people/why?with={found.other.id}", status_code=303)


@router.post("/e/{slug}/my/people/{delegate_id}/no/take-back")
def take_back_no(session: DbSession, now: Now, access: Annotated[Access[OtherIn], Depends(VETO)]) -> Response:
    """The private no is no more."""
    found = access.found
    service.take_back_veto(
        session,
        event=found.event,
        delegate_id=found.delegate.id,
        other_id=found.other.id,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/my/people/why?with={found.other.id}", status_code=303)
