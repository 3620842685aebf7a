"""A new wish: who joins, how much, in which language, and which time suits all of them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import Access, Policy, in_one_go
from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.events.queries import resources_of
from app.meetings import service
from app.meetings.enums import Answer, MeetingMode
from app.meetings.forms import WishForm
from app.meetings.loaders import SelfIn, self_of_path
from app.meetings.matches import joinable, needs_interpreter
from app.meetings.notices import tell_of_agreement, tell_of_wish
from app.meetings.places import Company, read_hall
from app.meetings.queries import meeting_of_wish, quota_used, wish_in_event
from app.meetings.rules import rules_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.idempotency import spend
from app.platform.rendering import render

router = APIRouter()

WISH = Policy("meetings.wish", roles=frozenset({Role.DELEGATE}), loader=self_of_path)


@router.get("/e/{slug}/my/meetings/new")
def new_wish(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(WISH)]
) -> Response:
    """Which time suits all?"""
    asked = number_of(request.query_params.get("with", ""))
    also = [int(one) for one in request.query_params.getlist("also") if one.isdecimal() and len(one) < 10]
    typed = {"also": also, "language": request.query_params.get("language", "")}
    fresh = not request.query_params.get("chosen")
    return _page(request, session, access.found, asked, Bound(None, {}, {} if fresh else typed), now=now)


@router.post("/e/{slug}/my/meetings/new")
@in_one_go
def send_wish(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[SelfIn], Depends(WISH)]
) -> Response:
    """Send the wish; a form that comes twice sends it once."""
    own = access.found
    bound = bind(WishForm, form)
    asked = number_of(form.get("with", ""))
    if bound.value is None:
        return _page(request, session, own, asked, bound, now=now, status=422)
    said = bound.value
    try:
        # Only what was accepted spends the form: a refusal takes the key back with the wish.
        with session.begin_nested():
            spend(session, sender=f"delegate {own.delegate.id}", key=str(form.get("form_key", "")) or None, now=now)
            wished = service.wish_meeting(
                session,
                event=own.event,
                from_id=own.delegate.id,
                to_id=asked,
                also_ids=tuple(one for one in said.also if one in _may_join(session, own.delegate, asked)),
                topic=said.topic,
                message=said.message,
                slot_id=said.slot_id,
                level=said.level,
                language=said.language,
                actor=access.principal.actor(),
                now=now,
            )
    except Refused as refused:
        return _page(request, session, own, asked, Bound(None, refused.errors, bound.typed), now=now, status=422)
    except Conflict as conflict:
        errors = {"slot_id" if conflict.alternatives else "": conflict.message}
        return _page(request, session, own, asked, Bound(None, errors, bound.typed), now=now, status=409)
    base_url = request.app.state.settings.base_url
    wish = wish_in_event(session, own.event.id, wished.wish.id)
    if wish.answer is Answer.ACCEPTED:
        meeting = meeting_of_wish(session, own.event.id, wish.id)
        tell_of_agreement(session, event=own.event, wish=wish, meeting=meeting, now=now)
    else:
        tell_of_wish(session, event=own.event, wish=wish, token=wished.token, base_url=base_url, now=now)
    return RedirectResponse(f"/e/{own.event.slug}/my/meetings", status_code=303)


def _may_join(session: Session, own: Delegate, asked: int) -> set[int]:
    them = delegate_in_event(session, own.event_id, asked)
    return {one.id for one in joinable(session, own, them)}


def _page(
    request: Request,
    session: Session,
    own: SelfIn,
    with_id: int,
    form: Bound[WishForm],
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    them = delegate_in_event(session, own.event.id, with_id)
    others = joinable(session, own.delegate, them)
    known = {one.id for one in others}
    also = [int(one) for one in form.typed.get("also", []) if str(one).isdecimal() and int(one) in known]
    teams = {one.language: one for one in resources_of(session, own.event.id) if one.language}
    suggested = needs_interpreter(own.delegate, them)
    asked_language = form.typed.get("language", suggested or "") or None
    team = teams.get(asked_language or "")
    people = tuple(sorted({own.delegate.id, them.id, *also}))
    hall = read_hall(session, own.event, people)
    company = Company(
        people=people,
        resource_id=team.id if team else None,
        hosts=(them.delegation_id, own.delegate.delegation_id),
    )
    rules = rules_of(session, own.event.id)
    context = {
        "event": own.event,
        "them": them,
        "form": form,
        "slots": hall.open_slots(company),
        "others": others,
        "also": also,
        "languages": sorted(one for one in teams if one),
        "language": asked_language if team else "",
        "suggested": suggested if suggested in teams else None,
        "used": quota_used(session, own.event.id, own.delegate.id, now),
        "most": rules.most(own.delegate),
        "mode": rules.mode_between(own.delegate.delegation.party_id, them.delegation.party_id),
        "modes": MeetingMode,
    }
    return render(request, "meetings/wish.html", context, status=status)
