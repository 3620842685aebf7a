"""The office's page of one partnership: who, why, what was before, how it stands; and what to do about it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda.partnerships import has_moderator, session_of_partnership
from app.events.loaders import RunIn, number_of, run_of_kind
from app.events.queries import challenges_of
from app.office.partnership_page import contacts_by_member, history_of, replacement_of, wishes_among
from app.office.service.agreeing import confirm_partnership, reply_to_side, withdraw_partnership
from app.pairing.fields import stored_fields
from app.pairing.loaders import PartnershipIn, partnership_of_path
from app.pairing.notices import ask_members
from app.pairing.pictures import map_of
from app.pairing.queries import questions_on, refusals_on, ties_between, title_of, unnamed_of
from app.pairing.service import take_replacement
from app.pairing.view import label_of, reason_lines
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.idempotency import is_first
from app.platform.rendering import render

router = APIRouter()

READ = Policy("partnership.office", roles=ORGANISERS, loader=partnership_of_path)
ASK = Policy("partnership.ask", roles=ORGANISERS, loader=partnership_of_path)
CONFIRM = Policy("partnership.confirm", roles=ORGANISERS, loader=partnership_of_path)
REPLY = Policy("partnership.reply", roles=ORGANISERS, loader=partnership_of_path)
WITHDRAW = Policy("partnership.withdraw", roles=ORGANISERS, loader=partnership_of_path)
TAKE = Policy("partnership.take_replacement", roles=ORGANISERS, loader=run_of_kind("pairing"))


NOTHING: Bound[Any] = Bound(None, {}, {})


class ReplyForm(BaseModel):
    """What the office replies to a question."""

    reply: str = Field(min_length=1, max_length=4000)


class WithdrawForm(BaseModel):
    """Why a partnership is taken back."""

    reason: str = Field(min_length=1, max_length=2000)


@router.get("/e/{slug}/manage/partnerships/{partnership_id}")
def partnership(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[PartnershipIn], Depends(READ)]
) -> Response:
    """Why these, and how does it stand?"""
    return _page(request, session, access.found, NOTHING, now=now)


@router.post("/e/{slug}/manage/partnerships/{partnership_id}/ask")
def ask(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[PartnershipIn], Depends(ASK)],
) -> Response:
    """Ask all members whether they accept; a link goes to each. Pressed twice, it goes once."""
    found = access.found
    if not is_first(session, sender=f"account {access.principal.account_id}", form=form, now=now):
        return _back(found)
    ask_members(
        session,
        event=found.event,
        partnership=found.partnership,
        base_url=request.app.state.settings.base_url,
        actor=access.principal.actor(),
        now=now,
    )
    return _back(found)


@router.post("/e/{slug}/manage/partnerships/{partnership_id}/confirm")
def confirm(
    request: Request, session: DbSession, now: Now, access: Annotated[Access[PartnershipIn], Depends(CONFIRM)]
) -> Response:
    """Note the consent of all members, given outside the system."""
    found = access.found
    confirm_partnership(
        session,
        event=found.event,
        partnership=found.partnership,
        base_url=request.app.state.settings.base_url,
        actor=access.principal.actor(),
        now=now,
    )
    return _back(found)


@router.post("/e/{slug}/manage/partnerships/{partnership_id}/withdraw")
def withdraw(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[PartnershipIn], Depends(WITHDRAW)],
) -> Response:
    """Take a partnership back, with a reason."""
    found = access.found
    bound = bind(WithdrawForm, form)
    if bound.value is None:
        return _page(request, session, found, bound, now=now, status=422)
    try:
        withdraw_partnership(
            session,
            event=found.event,
            partnership=found.partnership,
            reason=bound.value.reason,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, found, Bound(None, refused.errors, bound.typed), now=now, status=422)
    return _back(found)


@router.post("/e/{slug}/manage/partnerships/{partnership_id}/questions/{question_id}")
def reply(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[PartnershipIn], Depends(REPLY)],
) -> Response:
    """Reply to a side's question.

    Raises:
        NotFound: the partnership has no such question.
    """
    found = access.found
    number = number_of(request.path_params["question_id"])
    question = next((one for one in questions_on(session, found.partnership.id) if one.id == number), None)
    if question is None:
        raise NotFound
    bound = bind(ReplyForm, form)
    if bound.value is None:
        return _page(request, session, found, NOTHING, replying=(number, bound), now=now, status=422)
    try:
        reply_to_side(
            session,
            event=found.event,
            partnership=found.partnership,
            question=question,
            text=bound.value.reply,
            actor=access.principal.actor(),
            now=now,
        )
    except Conflict as conflict:
        typed: Bound[ReplyForm] = Bound(None, {"reply": conflict.message}, bound.typed)
        return _page(request, session, found, NOTHING, replying=(number, typed), now=now, status=409)
    return _back(found)


@router.post("/e/{slug}/manage/pairing/runs/{run_id}/take")
def take(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(TAKE)]) -> Response:
    """Propose what a run found in place of a declined partnership; all others stay as they are."""
    found = access.found
    made = take_replacement(session, event=found.event, run=found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/partnerships/{made[0].id}", status_code=303)


def _back(found: PartnershipIn) -> Response:
    return RedirectResponse(f"/e/{found.event.slug}/manage/partnerships/{found.partnership.id}", status_code=303)


def _page(
    request: Request,
    session: Session,
    found: PartnershipIn,
    form: Bound[Any],
    *,
    replying: tuple[int, Bound[Any]] = (0, NOTHING),
    now: Now,
    status: int = 200,
) -> Response:
    event, one = found.event, found.partnership
    challenges = {challenge.id: challenge for challenge in challenges_of(session, event.id)}
    fields = stored_fields(session, event.id, [one])
    reasons = reason_lines(one, challenges, fields, base=f"/e/{event.slug}/manage")
    case_session = session_of_partnership(session, one.id)
    context = {
        "event": event,
        "partnership": one,
        "title": title_of(one),
        "challenge": challenges.get(one.challenge_id or 0),
        "reasons": reasons,
        "has_emptied": len(reasons) < len(one.reasons),
        "label": label_of(one),
        "ties": ties_between(session, one),
        "case_session": case_session,
        "is_moderated": case_session is not None and has_moderator(session, case_session.id),
        "wishes": wishes_among(session, one),
        "names": {member.party_id: member.party.name for member in one.members},
        "contacts": contacts_by_member(session, event, one),
        "history": history_of(session, one),
        "replacement": replacement_of(session, event, one),
        "map": map_of([one]),
        "questions": questions_on(session, one.id),
        "replying": replying,
        "refusals": refusals_on(session, one.id),
        "unnamed": [party.name for party in unnamed_of(one)],
        "form": form,
        "now": now,
    }
    return render(request, "office/partnership.html", context, status=status)
