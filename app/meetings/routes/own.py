"""A delegate's meetings: what waits, what is agreed, and what to do where one cannot come."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import Access, Policy, in_one_go
from app.delegations.queries import delegate_in_event
from app.meetings import service
from app.meetings.enums import Answer, MeetingMode
from app.meetings.forms import CannotComeForm
from app.meetings.ground import ground_of
from app.meetings.loaders import (
    OwnMeetingIn,
    SelfIn,
    WishIn,
    own_meeting_of_path,
    self_as_kept,
    wish_of_path,
)
from app.meetings.notices import tell_of_calling_off, tell_of_offer, tell_of_substitute
from app.meetings.queries import (
    meeting_in_event,
    quota_used,
)
from app.meetings.stand_ins import who_can_go
from app.meetings.view import partners_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Forbidden, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.page_cache import own_page
from app.platform.rendering import render

router = APIRouter()

DELEGATES = frozenset({Role.DELEGATE})
READ = Policy("meetings.own", roles=DELEGATES, loader=self_as_kept)
END = Policy("meetings.end_own_wish", roles=DELEGATES, loader=wish_of_path)
MEETING = Policy("meetings.own_meeting", roles=DELEGATES, loader=own_meeting_of_path)


@router.get("/e/{slug}/my/meetings")
@in_one_go
def my_meetings(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(READ)]
) -> Response:
    """What is agreed, what waits?"""
    own = access.found
    me = own.delegate.id
    ground = ground_of(session, own.event)
    wishes = ground.wishes_of(session, me)
    held = {meeting.wish_id: meeting for meeting in ground.held_of(session, me)}
    pending = [one for one in wishes if one.waits(now)]
    asked = [one for one in pending if one.waits_for(me, now)]
    offers = ground.offers_to(session, me, now)
    context = {
        "event": own.event,
        "me": own.delegate,
        "asked": asked,
        "offers": offers,
        "waiting": len(asked) + len(offers),
        "sent": [one for one in pending if one not in asked and me in (one.from_delegate_id, one.asker_id)],
        "by_office": MeetingMode.ORGANISER_SET,
        "agreed": sorted(
            ((held[one.id], one) for one in wishes if one.id in held), key=lambda pair: pair[0].slot.starts_at
        ),
        "unheld": [one for one in wishes if one.answer is Answer.ACCEPTED and one.id not in held],
        "declined": [one for one in wishes if one.answer is Answer.DECLINED],
        "names": {one.id: partners_of(one, own.delegate.delegation_id) for one in wishes},
        "used": quota_used(session, own.event.id, me, now),
        "most": ground.rules.most(own.delegate),
        "opens_at": own.event.wishes_open_at if own.event.wishes_open_at and own.event.wishes_open_at > now else None,
    }
    return own_page(
        request,
        session,
        render(request, "meetings/mine.html", context),
        event_id=own.event.id,
        people=frozenset({me}),
        now=now,
        moments=(own.event.wishes_open_at, *(one.expires_at for one in wishes), *(one.expires_at for one in offers)),
    )


@router.post("/e/{slug}/my/meetings/wishes/{wish_id}/withdraw")
@in_one_go
def withdraw(session: DbSession, now: Now, access: Annotated[Access[WishIn], Depends(END)]) -> Response:
    """Take back a wish of one's own."""
    found = access.found
    if found.wish.from_delegate_id != found.delegate_id:
        raise Forbidden("Only the one who wished takes it back.")
    service.withdraw_wish(session, wish=found.wish, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/my/meetings", status_code=303)


@router.post("/e/{slug}/my/meetings/wishes/{wish_id}/give-up")
@in_one_go
def give_up(session: DbSession, now: Now, access: Annotated[Access[WishIn], Depends(END)]) -> Response:
    """An agreed meeting without a time is no longer wanted."""
    found = access.found
    if found.delegate_id not in (found.wish.from_delegate_id, found.wish.to_delegate_id):
        raise Forbidden("Only the two who agreed end it.")
    service.give_up_wish(session, wish=found.wish, reason=None, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/my/meetings", status_code=303)


@router.get("/e/{slug}/my/meetings/{meeting_id}")
def own_meeting(
    request: Request, session: ReadSession, access: Annotated[Access[OwnMeetingIn], Depends(MEETING)]
) -> Response:
    """Who, when and where; and if I cannot come, who goes?"""
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/my/meetings/{meeting_id}")
@in_one_go
def cannot_come(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[OwnMeetingIn], Depends(MEETING)],
) -> Response:
    """A colleague goes, or the meeting is called off."""
    found = access.found
    bound = bind(CannotComeForm, form)
    if bound.value is None:
        return _page(request, session, found, bound, status=422)
    said, actor, event = bound.value, access.principal.actor(), found.event
    if said.instead_id is None:
        if not said.reason:
            errors = {"reason": _("Say why in a few words; the others read it.")}
            return _page(request, session, found, Bound(None, errors, bound.typed), status=422)
        offered = service.call_off(
            session,
            event=event,
            meeting=found.meeting,
            version=said.version,
            reason=said.reason,
            actor=actor,
            now=now,
        )
        tell_of_calling_off(
            session, event=event, meeting=found.meeting, by_id=found.delegate.id, reason=said.reason, now=now
        )
        tell_of_offer(session, event=event, offered=offered, base_url=request.app.state.settings.base_url, now=now)
        return RedirectResponse(f"/e/{event.slug}/my/meetings", status_code=303)
    try:
        with session.begin_nested():
            service.substitute(
                session,
                event=event,
                meeting=found.meeting,
                delegate_id=found.delegate.id,
                substitute_id=said.instead_id,
                reason=said.reason,
                version=said.version,
                actor=actor,
                now=now,
            )
    except Refused as refused:
        return _page(request, session, found, Bound(None, refused.errors, bound.typed), status=422)
    meeting = meeting_in_event(session, event.id, found.meeting.id)
    who = delegate_in_event(session, event.id, said.instead_id)
    tell_of_substitute(session, event=event, meeting=meeting, who=who, instead_of=found.delegate, now=now)
    return RedirectResponse(f"/e/{event.slug}/my/meetings", status_code=303)


def _page(
    request: Request, session: Session, found: OwnMeetingIn, form: Bound[CannotComeForm], *, status: int = 200
) -> Response:
    meeting = found.meeting
    context = {
        "event": found.event,
        "me": found.delegate,
        "meeting": meeting,
        "name": partners_of(meeting.wish, found.delegate.delegation_id),
        "colleagues": who_can_go(session, found.event, meeting, found.delegate),
        "form": form,
    }
    return render(request, "meetings/own_meeting.html", context, status=status)
