"""An applicant answers a question through the link of the mail; looking changes nothing, the button does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, Gone, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.platform.tokens import digest
from app.registration.duplicates import OPEN_STATES
from app.registration.models import Question, Registration
from app.registration.service import reviewing

router = APIRouter()


class AnswerForm(BaseModel):
    """The applicant's answer."""

    answer: str = Field(default="", max_length=4000)


@dataclass(frozen=True)
class QuestionIn:
    """A question, the registration that it is about, and its edition."""

    event: Event
    registration: Registration
    question: Question


def question_of_path(session: Session, params: Mapping[str, Any], _principal: Principal) -> QuestionIn:
    """Loader of a policy: the question that a mailed link belongs to."""
    question = session.scalar(select(Question).where(Question.token_digest == digest(str(params["token"]))))
    if question is None:
        raise NotFound
    registration = session.get_one(Registration, question.registration_id)
    if registration.is_erased:
        raise Gone(_("Who held this link was erased."))
    return QuestionIn(session.get_one(Event, question.event_id), registration, question)


ANSWER = Policy("registration.answer", roles=ANYONE, loader=question_of_path)
FOUND = Annotated[Access[QuestionIn], Depends(ANSWER)]


@router.get("/q/{token}")
def question(request: Request, access: FOUND) -> Response:
    """What do you want to know?"""
    return _page(request, access.found, Bound(None, {}, {}))


@router.post("/q/{token}")
def answer(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Store the answer; a second one through the same link changes nothing."""
    bound, found = bind(AnswerForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        reviewing.answer_question(
            session,
            event=found.event,
            registration=found.registration,
            question=found.question,
            answer=bound.value.answer,
            actor=Actor(account_id=access.principal.account_id, label=found.registration.contact_name),
            now=now,
        )
    except Refused as refused:
        return _page(request, found, Bound(None, refused.errors, bound.typed), status=422)
    except Conflict:
        return _page(request, found, Bound(None, {}, {}), status=409)
    return RedirectResponse(f"/q/{request.path_params['token']}", status_code=303)


def _page(request: Request, found: QuestionIn, form: Bound[AnswerForm], *, status: int = 200) -> Response:
    context = {
        "event": found.event,
        "registration": found.registration,
        "question": found.question,
        "is_open": found.registration.state in OPEN_STATES,
        "form": form,
    }
    return render(request, "registration/question.html", context, status=status)
