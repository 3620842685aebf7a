"""A side's answer to a partnership: through a link without signing in, or as its focal point.

Looking changes nothing, a button does. Instead of answering a side may ask the organisers, and answer afterwards.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.datastructures import FormData as Form
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, Access, Policy
from app.events.queries import challenges_of
from app.office.service.agreeing import answer_partnership, ask_office
from app.pairing.enums import Consent
from app.pairing.fields import stored_fields
from app.pairing.loaders import MemberIn, SideIn, member_of_path, own_side_of_path, refuse_ended
from app.pairing.pictures import map_of
from app.pairing.queries import questions_on, ties_between, title_of
from app.pairing.view import label_of, reason_lines
from app.platform import idempotency
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused, TooMany
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.platform.web.browser import peer_of
from app.printing.dossier import tie_said

router = APIRouter()

ANSWER = Policy("partnership.answer", roles=ANYONE, loader=member_of_path)
OWN = Policy("partnership.answer_own", roles=frozenset({Role.FOCAL_POINT}), loader=own_side_of_path)

Answering = Annotated[Access[MemberIn], Depends(ANSWER)]
Owning = Annotated[Access[SideIn], Depends(OWN)]

NOTHING: Bound[Any] = Bound(None, {}, {})


class AnswerForm(BaseModel):
    """Yes or no, and why not."""

    consent: Literal["accepted", "declined"]
    reason: str | None = Field(default=None, max_length=2000)


class QuestionForm(BaseModel):
    """What a side wants to know first."""

    question: str = Field(min_length=3, max_length=2000)


@router.get("/p/{token}")
def question(request: Request, session: ReadSession, now: Now, access: Answering) -> Response:
    """Shall we accept this partner?"""
    refuse_ended(access.found, now)
    return _page(request, session, access.found)


@router.post("/p/{token}")
def answer(request: Request, session: DbSession, form: FormData, now: Now, access: Answering) -> Response:
    """Store the answer; a second one through the same link changes nothing and shows the first."""
    refuse_ended(access.found, now)
    return _answer(request, session, access.found, form, actor=_by_link(access), now=now)


@router.post("/p/{token}/question")
def ask(request: Request, session: DbSession, form: FormData, now: Now, access: Answering) -> Response:
    """Ask the organisers instead of answering; the answer stays open."""
    refuse_ended(access.found, now)
    return _ask(request, session, access.found, form, actor=_by_link(access), now=now)


@router.get("/e/{slug}/partnerships/{partnership_id}/dossier")
def own_dossier(request: Request, session: ReadSession, access: Owning) -> Response:
    """Shall we accept this partner? The same page for whoever signed in for the side."""
    return _page(request, session, access.found)


@router.post("/e/{slug}/partnerships/{partnership_id}/dossier")
def own_answer(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Store the answer of the focal point's side."""
    return _answer(request, session, access.found, form, actor=access.principal.actor(), now=now)


@router.post("/e/{slug}/partnerships/{partnership_id}/dossier/question")
def own_question(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Ask the organisers as the focal point."""
    return _ask(request, session, access.found, form, actor=access.principal.actor(), now=now)


def _by_link(access: Access[MemberIn]) -> Actor:
    return Actor(account_id=access.principal.account_id, label=f"{access.found.member.party.name}, by its link")


def _address(request: Request, found: SideIn) -> str:
    if isinstance(found, MemberIn):
        return f"/p/{request.path_params['token']}"
    return f"/e/{found.event.slug}/partnerships/{found.partnership.id}/dossier"


def _answer(request: Request, session: Session, found: SideIn, form: Form, *, actor: Actor, now: datetime) -> Response:
    bound = bind(AnswerForm, form)
    if bound.value is None:
        return _page(request, session, found, form=bound, status=422)
    try:
        answer_partnership(
            session,
            event=found.event,
            partnership=found.partnership,
            member=found.member,
            consent=Consent(bound.value.consent),
            reason=bound.value.reason,
            base_url=request.app.state.settings.base_url,
            actor=actor,
            now=now,
        )
    except Refused as refused:
        return _page(request, session, found, form=Bound(None, refused.errors, bound.typed), status=422)
    return RedirectResponse(_address(request, found), status_code=303)


def _ask(request: Request, session: Session, found: SideIn, form: Form, *, actor: Actor, now: datetime) -> Response:
    bound = bind(QuestionForm, form)
    if bound.value is None:
        return _page(request, session, found, asking=bound, status=422)
    try:
        # What is refused leaves neither a counted question nor a spent key behind.
        with session.begin_nested():
            if idempotency.is_first(session, sender=f"partnership member {found.member.id}", form=form, now=now):
                ask_office(
                    session,
                    event=found.event,
                    partnership=found.partnership,
                    member=found.member,
                    text=bound.value.question,
                    base_url=request.app.state.settings.base_url,
                    peer=peer_of(request),
                    actor=actor,
                    now=now,
                )
    except (TooMany, Conflict) as refused:
        status = 429 if isinstance(refused, TooMany) else 409
        typed: Bound[Any] = Bound(None, {"question": str(refused)}, bound.typed)
        return _page(request, session, found, asking=typed, status=status)
    return RedirectResponse(_address(request, found) + "#questions", status_code=303)


def _page(
    request: Request,
    session: Session,
    found: SideIn,
    *,
    form: Bound[Any] = NOTHING,
    asking: Bound[Any] = NOTHING,
    status: int = 200,
) -> Response:
    challenges = {challenge.id: challenge for challenge in challenges_of(session, found.event.id)}
    fields = stored_fields(session, found.event.id, [found.partnership])
    asked = questions_on(session, found.partnership.id)
    address = _address(request, found)
    context = {
        "event": found.event,
        "partnership": found.partnership,
        "member": found.member,
        "title": title_of(found.partnership),
        "challenge": challenges.get(found.partnership.challenge_id or 0),
        "reasons": reason_lines(found.partnership, challenges, fields, base=""),
        "label": label_of(found.partnership),
        "ties": [tie_said(tie, found.partnership) for tie in ties_between(session, found.partnership)],
        "map": map_of([found.partnership]),
        "until": found.link.expires_at if isinstance(found, MemberIn) else None,
        "address": address,
        "dossier": f"{address}.pdf" if not isinstance(found, MemberIn) else f"{address}/dossier.pdf",
        "questions": [one for one in asked if one.member_id == found.member.id],
        "form": form,
        "asking": asking,
    }
    return render(request, "pairing/answer.html", context, status=status)
