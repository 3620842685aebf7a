"""One meeting or one wish, as the office changes it: moved, given a place, called off; legal places only."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy, in_one_go
from app.delegations.names import latin_name_of
from app.delegations.queries import delegate_in_event, delegates_by_id
from app.events.models import Event
from app.events.queries import day_of
from app.meetings import service
from app.meetings.enums import Answer, MeetingMode
from app.meetings.forms import AnswerForm, CancelForm, PlaceForm, SubstituteForm
from app.meetings.loaders import MeetingIn, WishOfOffice, meeting_of_path, wish_of_office
from app.meetings.models import Meeting, MeetingWish
from app.meetings.notices import (
    tell_of_agreement,
    tell_of_answer,
    tell_of_calling_off,
    tell_of_offer,
    tell_of_place,
    tell_of_substitute,
)
from app.meetings.places import company_of, elsewhere, read_hall
from app.meetings.queries import meeting_in_event, meeting_of_wish, wish_in_event
from app.meetings.reasons import people_in, reason_words
from app.meetings.stand_ins import who_can_go
from app.meetings.view import name_of
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

STAFF = ORGANISERS | {Role.DESK}
LOOK = Policy("meetings.look", roles=STAFF, loader=meeting_of_path)
CANCEL = Policy("meetings.cancel", roles=STAFF, loader=meeting_of_path)
MOVE = Policy("meetings.move", roles=STAFF, loader=meeting_of_path)
WISH = Policy("meetings.office_wish", roles=STAFF, loader=wish_of_office)


@router.get("/e/{slug}/manage/meetings/{meeting_id}")
def meeting_page(
    request: Request, session: ReadSession, access: Annotated[Access[MeetingIn], Depends(LOOK)]
) -> Response:
    """Who, where, and where else it could be."""
    return _page(request, session, access.found.event, access.found.meeting.wish, access.found.meeting)


@router.post("/e/{slug}/manage/meetings/{meeting_id}/move")
@in_one_go
def move(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[MeetingIn], Depends(MOVE)]
) -> Response:
    """Put a meeting elsewhere; the place that it leaves is offered to who waits."""
    event, meeting = access.found.event, access.found.meeting
    bound = bind(PlaceForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    if bound.value.version != meeting.version:
        return _page(
            request, session, event, meeting.wish, meeting, said=_("This meeting changed meanwhile."), status=409
        )
    return _place(request, session, event, meeting.wish, bound.value, access.principal.actor(), now)


@router.post("/e/{slug}/manage/meetings/{meeting_id}/cancel")
@in_one_go
def cancel(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[MeetingIn], Depends(CANCEL)],
) -> Response:
    """Call a meeting off for a delegate, with a reason; its place is offered to who waits."""
    event, meeting = access.found.event, access.found.meeting
    bound = bind(CancelForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    offered = service.call_off(
        session,
        event=event,
        meeting=meeting,
        version=bound.value.version,
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    tell_of_calling_off(session, event=event, meeting=meeting, by_id=None, reason=bound.value.reason, now=now)
    tell_of_offer(session, event=event, offered=offered, base_url=request.app.state.settings.base_url, now=now)
    return _to(event, meeting, "desk")


@router.post("/e/{slug}/manage/meetings/{meeting_id}/substitute")
@in_one_go
def substitute(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[MeetingIn], Depends(MOVE)]
) -> Response:
    """A colleague goes in somebody's place."""
    event, meeting = access.found.event, access.found.meeting
    bound = bind(SubstituteForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    said = bound.value
    before = delegate_in_event(session, event.id, said.delegate_id)
    service.substitute(
        session,
        event=event,
        meeting=meeting,
        delegate_id=said.delegate_id,
        substitute_id=said.substitute_id,
        reason=said.reason,
        version=said.version,
        actor=access.principal.actor(),
        now=now,
    )
    who = delegate_in_event(session, event.id, said.substitute_id)
    whole = meeting_in_event(session, event.id, meeting.id)
    tell_of_substitute(session, event=event, meeting=whole, who=who, instead_of=before, now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/meetings/{meeting.id}", status_code=303)


@router.get("/e/{slug}/manage/meetings/wishes/{wish_id}")
def wish_page(
    request: Request, session: ReadSession, access: Annotated[Access[WishOfOffice], Depends(WISH)]
) -> Response:
    """A wish without a meeting: why, and where it could be."""
    return _page(request, session, access.found.event, access.found.wish, None)


@router.post("/e/{slug}/manage/meetings/wishes/{wish_id}/place")
@in_one_go
def place_wish(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[WishOfOffice], Depends(WISH)],
) -> Response:
    """Give an accepted wish a place."""
    bound = bind(PlaceForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    found = access.found
    return _place(request, session, found.event, found.wish, bound.value, access.principal.actor(), now)


@router.post("/e/{slug}/manage/meetings/wishes/{wish_id}/answer")
@in_one_go
def answer_wish(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[WishOfOffice], Depends(WISH)]
) -> Response:
    """Decide a wish between groups for which the organisers decide."""
    found = access.found
    bound = bind(AnswerForm, form)
    if bound.value is None or bound.value.answer == "other":
        raise Refused(bound.errors or {"answer": _("Choose yes or no.")})
    if found.wish.mode is not MeetingMode.ORGANISER_SET:
        raise Refused({"answer": _("The delegates answer this wish themselves.")})
    changed = service.answer_wish(
        session,
        wish=found.wish,
        answer=Answer(bound.value.answer),
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    if changed and found.wish.answer is Answer.ACCEPTED:
        meeting = meeting_of_wish(session, found.event.id, found.wish.id)
        tell_of_agreement(session, event=found.event, wish=found.wish, meeting=meeting, now=now)
    elif changed:
        tell_of_answer(session, event=found.event, wish=found.wish, now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)


def _place(
    request: Request, session: Session, event: Event, wish: MeetingWish, said: PlaceForm, actor: Actor, now: datetime
) -> Response:
    was = meeting_of_wish(session, event.id, wish.id)
    if was is not None and (was.slot_id, was.table_id) == (said.slot_id, said.table_id):
        # It is there: nobody is told of a move, and nothing is pinned.
        return _to(event, meeting_in_event(session, event.id, was.id), said.back)
    left = (was.slot, was.table) if was is not None else None
    try:
        with session.begin_nested():
            made = service.book(
                session, event=event, wish=wish, slot_ids=(said.slot_id,), table_id=said.table_id, actor=actor, now=now
            )
    except Conflict as conflict:
        session.expire_all()
        as_it_is, present = wish_in_event(session, event.id, wish.id), meeting_of_wish(session, event.id, wish.id)
        whole = meeting_in_event(session, event.id, present.id) if present else None
        return _page(request, session, event, as_it_is, whole, said=conflict.message, status=409)
    meeting = meeting_in_event(session, event.id, made.id)
    tell_of_place(session, event=event, meeting=meeting, is_moved=was is not None, now=now)
    if left is not None:
        slot, table = left
        offered = service.offer_freed(session, event=event, slot=slot, table=table, actor=actor, now=now)
        tell_of_offer(session, event=event, offered=offered, base_url=request.app.state.settings.base_url, now=now)
    return _to(event, meeting, said.back)


def _to(event: Event, meeting: Meeting, back: str | None) -> Response:
    """The page of a meeting, or its cell on the desk."""
    if back != "desk":
        return RedirectResponse(f"/e/{event.slug}/manage/meetings/{meeting.id}", status_code=303)
    day, cell = day_of(event, meeting.slot.starts_at), f"at-{meeting.slot_id}-{meeting.table_id}"
    return RedirectResponse(f"/e/{event.slug}/manage/meetings?day={day}#{cell}", status_code=303)


def _page(
    request: Request,
    session: Session,
    event: Event,
    wish: MeetingWish,
    meeting: Meeting | None,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    hall = read_hall(session, event, wish.delegate_ids, moving=meeting)
    named = delegates_by_id(session, people_in(wish.unheld_reason))
    context = {
        "event": event,
        "wish": wish,
        "meeting": meeting,
        "name": name_of(wish),
        "places": elsewhere(hall.places(company_of(wish)), meeting),
        "why": reason_words(wish.unheld_reason, {one.id: latin_name_of(one) for one in named.values()}),
        "colleagues": {
            person.delegate_id: who_can_go(session, event, meeting, person.delegate) for person in wish.people
        }
        if meeting
        else {},
        "said": said,
    }
    return render(request, "meetings/meeting.html", context, status=status)
