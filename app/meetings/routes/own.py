"""A delegate's meetings: what is agreed, what waits, whom to meet."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import Access, Policy
from app.delegations.queries import delegate_in_event
from app.events.loaders import number_of
from app.events.queries import challenges_of
from app.meetings import service
from app.meetings.enums import Answer
from app.meetings.forms import AnswerForm, WishForm
from app.meetings.loaders import SelfIn, WishIn, self_of_path, wish_of_path
from app.meetings.notices import tell_of_answer, tell_of_wish
from app.meetings.queries import meetings_of_people, wishes_of_delegate
from app.meetings.view import matches_for, offered_slots, sides_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Forbidden, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.idempotency import spend
from app.platform.rendering import is_htmx, render

router = APIRouter()

DELEGATES = frozenset({Role.DELEGATE})
READ = Policy("meetings.own", roles=DELEGATES, loader=self_of_path)
WISH = Policy("meetings.wish", roles=DELEGATES, loader=self_of_path)
ANSWER = Policy("meetings.answer_own", roles=DELEGATES, loader=wish_of_path)

MOST_SHOWN = 60


@router.get("/e/{slug}/my/meetings")
def my_meetings(request: Request, session: ReadSession, access: Annotated[Access[SelfIn], Depends(READ)]) -> Response:
    """What is agreed, what waits?"""
    own = access.found
    wishes = wishes_of_delegate(session, own.event.id, own.delegate.id)
    held = {meeting.wish_id: meeting for meeting in meetings_of_people(session, own.event.id, [own.delegate.id])}
    asked = [one for one in wishes if one.answer is Answer.PENDING and one.to_delegate_id == own.delegate.id]
    context = {
        "event": own.event,
        "me": own.delegate,
        "asked": asked,
        "waiting": len(asked),
        "sent": [one for one in wishes if one.answer is Answer.PENDING and one.to_delegate_id != own.delegate.id],
        "agreed": sorted(
            ((held[one.id], one) for one in wishes if one.id in held), key=lambda pair: pair[0].slot.starts_at
        ),
        "unheld": [one for one in wishes if one.answer is Answer.ACCEPTED and one.id not in held],
        "declined": [one for one in wishes if one.answer is Answer.DECLINED],
        "names": {one.id: " · ".join(sides_of(one)) for one in wishes},
    }
    return render(request, "meetings/mine.html", context)


@router.get("/e/{slug}/my/people")
def my_people(
    request: Request, session: ReadSession, access: Annotated[Access[SelfIn], Depends(READ)], q: str = ""
) -> Response:
    """Whom should I meet?"""
    own = access.found
    found = matches_for(session, own.event, own.delegate, query=q, most=MOST_SHOWN)
    context = {
        "event": own.event,
        "q": q,
        "matches": found.best,
        "count": found.count,
        "challenges": {one.id: one for one in challenges_of(session, own.event.id)},
    }
    return render(request, "meetings/people.html", context, block="results" if is_htmx(request) else None)


@router.get("/e/{slug}/my/meetings/new")
def new_wish(
    request: Request, session: ReadSession, access: Annotated[Access[SelfIn], Depends(WISH)], with_: str = ""
) -> Response:
    """Which time suits both?"""
    asked = request.query_params.get("with", with_)
    return _wish_page(request, session, access.found, number_of(asked), Bound(None, {}, {}))


@router.post("/e/{slug}/my/meetings/new")
def send_wish(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[SelfIn], Depends(WISH)]
) -> Response:
    """Send the wish; a form that comes twice sends it once."""
    own = access.found
    bound = bind(WishForm, form)
    asked = number_of(form.get("with", ""))
    if bound.value is None:
        return _wish_page(request, session, own, asked, bound, status=422)
    try:
        # Only what was accepted spends the form: a refusal takes the key back with the wish.
        with session.begin_nested():
            spend(session, sender=f"delegate {own.delegate.id}", key=str(form.get("form_key", "")) or None, now=now)
            wished = service.wish_meeting(
                session,
                event=own.event,
                from_id=own.delegate.id,
                to_id=asked,
                topic=bound.value.topic,
                message=bound.value.message,
                slot_id=bound.value.slot_id,
                actor=access.principal.actor(),
                now=now,
            )
    except Refused as refused:
        return _wish_page(request, session, own, asked, Bound(None, refused.errors, bound.typed), status=422)
    session.refresh(wished.wish, ["from_delegate", "to_delegate", "slot"])
    session.refresh(wished.wish.from_delegate, ["delegation"])
    base_url = request.app.state.settings.base_url
    tell_of_wish(session, event=own.event, wish=wished.wish, token=wished.token, base_url=base_url, now=now)
    return RedirectResponse(f"/e/{own.event.slug}/my/meetings", status_code=303)


@router.post("/e/{slug}/my/meetings/wishes/{wish_id}/answer")
def answer(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[WishIn], Depends(ANSWER)]
) -> Response:
    """Accept or decline a wish."""
    found = access.found
    if found.wish.to_delegate_id != found.delegate_id:
        raise Forbidden("Only the one who was asked answers.")
    bound = bind(AnswerForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    changed = service.answer_wish(
        session,
        wish=found.wish,
        answer=Answer(bound.value.answer),
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    if changed:
        tell_of_answer(session, event=found.event, wish=found.wish, now=now)
    return RedirectResponse(f"/e/{found.event.slug}/my/meetings", status_code=303)


@router.post("/e/{slug}/my/meetings/wishes/{wish_id}/withdraw")
def withdraw(session: DbSession, now: Now, access: Annotated[Access[WishIn], Depends(ANSWER)]) -> Response:
    """Take back a wish of one's own."""
    found = access.found
    if found.wish.from_delegate_id != found.delegate_id:
        raise Forbidden("Only the one who wished takes it back.")
    service.withdraw_wish(session, wish=found.wish, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/my/meetings", status_code=303)


def _wish_page(
    request: Request, session: Session, own: SelfIn, with_id: int, form: Bound[WishForm], *, status: int = 200
) -> Response:
    them = delegate_in_event(session, own.event.id, with_id)
    context = {
        "event": own.event,
        "them": them,
        "form": form,
        "slots": offered_slots(session, own.event, [own.delegate, them]),
    }
    return render(request, "meetings/wish.html", context, status=status)
