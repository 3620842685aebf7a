"""An answer from the mail: looking changes nothing, one button sends it, a second use is harmless."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.meetings import service
from app.meetings.enums import Answer
from app.meetings.forms import AnswerForm
from app.meetings.loaders import WishIn, wish_of_token
from app.meetings.notices import tell_of_answer
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render

router = APIRouter()

ANSWER = Policy("wish.answer", roles=ANYONE, loader=wish_of_token)


@router.get("/m/{token}")
def wish_page(
    request: Request, now: Now, access: Annotated[Access[WishIn], Depends(ANSWER)], answer: str = ""
) -> Response:
    """Yes, no?"""
    found = access.found
    has_ended = found.wish.expires_at is not None and found.wish.expires_at <= now
    context = {"event": found.event, "wish": found.wish, "chosen": answer, "has_ended": has_ended}
    return render(request, "meetings/answer.html", context)


@router.post("/m/{token}")
def send_answer(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[WishIn], Depends(ANSWER)]
) -> Response:
    """Store the answer."""
    found = access.found
    bound = bind(AnswerForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    changed = service.answer_wish(
        session,
        wish=found.wish,
        answer=Answer(bound.value.answer),
        reason=bound.value.reason,
        actor=Actor(account_id=access.principal.account_id, label=f"{found.wish.to_delegate.badge_name}, by the link"),
        now=now,
    )
    if changed:
        tell_of_answer(session, event=found.event, wish=found.wish, now=now)
    return RedirectResponse(f"/m/{request.path_params['token']}", status_code=303)
