"""A member's answer through a link, without signing in; looking changes nothing, a button does."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.events.queries import challenges_of
from app.office.service.agreeing import answer_partnership
from app.pairing.enums import Consent
from app.pairing.loaders import MemberIn, member_of_path, refuse_ended
from app.pairing.queries import title_of
from app.pairing.view import label_of, reason_lines
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()

ANSWER = Policy("partnership.answer", roles=ANYONE, loader=member_of_path)

Answering = Annotated[Access[MemberIn], Depends(ANSWER)]


class AnswerForm(BaseModel):
    """Yes or no, and why not."""

    consent: Literal["accepted", "declined"]
    reason: str | None = Field(default=None, max_length=2000)


@router.get("/p/{token}")
def question(request: Request, session: ReadSession, now: Now, access: Answering) -> Response:
    """Shall we accept this partner?"""
    refuse_ended(access.found, now)
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/p/{token}")
def answer(request: Request, session: DbSession, form: FormData, now: Now, access: Answering) -> Response:
    """Store the answer; a second one through the same link changes nothing and shows the first."""
    found = access.found
    refuse_ended(found, now)
    bound = bind(AnswerForm, form)
    if bound.value is None:
        return _page(request, session, found, bound, status=422)
    try:
        answer_partnership(
            session,
            event=found.event,
            partnership=found.partnership,
            member=found.member,
            consent=Consent(bound.value.consent),
            reason=bound.value.reason,
            base_url=request.app.state.settings.base_url,
            actor=Actor(account_id=access.principal.account_id, label=f"{found.member.party.name}, by its link"),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, found, Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(request.url.path, status_code=303)


def _page(
    request: Request, session: Session, found: MemberIn, form: Bound[AnswerForm], *, status: int = 200
) -> Response:
    challenges = {challenge.id: challenge for challenge in challenges_of(session, found.event.id)}
    context = {
        "event": found.event,
        "partnership": found.partnership,
        "member": found.member,
        "others": [one for one in found.partnership.members if one is not found.member],
        "title": title_of(found.partnership),
        "challenge": challenges.get(found.partnership.challenge_id or 0),
        "reasons": reason_lines(found.partnership, challenges, base=""),
        "label": label_of(found.partnership),
        "until": found.link.expires_at,
        "dossier": f"/p/{request.path_params['token']}/dossier.pdf",
        "form": form,
    }
    return render(request, "pairing/answer.html", context, status=status)
