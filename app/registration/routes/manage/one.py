"""One registration: what it says, what must be asked, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.accounts.principal import Principal
from app.delegations import readers
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.idempotency import FIELD, spend
from app.platform.rendering import render
from app.registration import service
from app.registration.enums import LEGAL_CHANGES, QuestionKind, RegistrationState
from app.registration.flags import flags_of, read_review_facts
from app.registration.forms import form_of, without_contacts
from app.registration.inbox import helix_of
from app.registration.meanwhile import Meanwhile, meanwhile_of
from app.registration.models import Question, Registration
from app.registration.queries import registration_in_event
from app.registration.service import reviewing

router = APIRouter()

DECISIONS = frozenset({RegistrationState.APPROVED, RegistrationState.WAITING, RegistrationState.REJECTED})


class DecisionForm(BaseModel):
    """A decision on a registration, with the version that was looked at."""

    state: RegistrationState
    version: int
    reason: str | None = Field(default=None, max_length=2000)


class AskForm(BaseModel):
    """A question to the applicant."""

    kind: QuestionKind = QuestionKind.OTHER
    text: str = Field(default="", max_length=2000)


class WaiveForm(BaseModel):
    """Why no answer is needed."""

    kind: QuestionKind
    reason: str = Field(default="", max_length=2000)


class NoteForm(BaseModel):
    """What the applicant said."""

    question: int
    answer: str = Field(default="", max_length=4000)


@dataclass(frozen=True)
class RegistrationIn:
    """A registration and the edition that it is for."""

    event: Event
    registration: Registration


def registration_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> RegistrationIn:
    """Loader of a policy: a registration of the event."""
    event = event_of_path(session, params, principal)
    return RegistrationIn(event, registration_in_event(session, event.id, number_of(params["registration_id"])))


ONE = Policy("registration.read", roles=STAFF, loader=registration_of_path)
DECIDE = Policy("registration.decide", roles=ORGANISERS, loader=registration_of_path)
FOUND = Annotated[Access[RegistrationIn], Depends(DECIDE)]


@router.get("/e/{slug}/manage/registrations/{registration_id}")
def registration(
    request: Request, session: ReadSession, access: Annotated[Access[RegistrationIn], Depends(ONE)]
) -> Response:
    """Is this right and complete?"""
    return _page(request, session, access)


@router.post("/e/{slug}/manage/registrations/{registration_id}")
def decide(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Approve, reject, or put on the waiting list."""
    bound = bind(DecisionForm, form)
    if bound.value is None:
        return _page(request, session, access, forms={"decision": bound}, status=422)
    found, decision = access.found, bound.value
    given: dict[str, Any] = {
        "event": found.event,
        "registration": found.registration,
        "version": decision.version,
        "actor": access.principal.actor(),
        "now": now,
    }
    try:
        # Of two at the same moment the later one takes back what it began, and shows both.
        with session.begin_nested():
            if decision.state is RegistrationState.APPROVED:
                service.approve(session, **given)
            else:
                service.decide(session, **given, state=decision.state, reason=decision.reason)
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return _page(request, session, access, forms={"decision": failed}, status=422)
    except (Conflict, StaleDataError):
        first = meanwhile_of(session, [found.registration], decision.state)
        typed: Bound[Any] = Bound(None, {}, bound.typed)
        return _page(request, session, access, forms={"decision": typed}, meanwhile=first, status=409)
    return _back(found)


@router.post("/e/{slug}/manage/registrations/{registration_id}/questions")
def ask(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Ask the applicant by mail."""
    bound, found = bind(AskForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        with session.begin_nested():
            sender = f"account {access.principal.account_id}"
            spend(session, sender=sender, key=str(form.get(FIELD, "")), form=form, now=now)
            reviewing.ask(
                session,
                event=found.event,
                registration=found.registration,
                kind=bound.value.kind,
                text=bound.value.text,
                base_url=request.app.state.settings.base_url,
                actor=access.principal.actor(),
                now=now,
            )
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return _page(request, session, access, forms={"ask": failed}, status=422)
    return _back(found)


@router.post("/e/{slug}/manage/registrations/{registration_id}/waivers")
def waive(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Do without an answer, with a reason."""
    bound, found = bind(WaiveForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        reviewing.waive(
            session,
            event=found.event,
            registration=found.registration,
            kind=bound.value.kind,
            reason=bound.value.reason,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return _page(request, session, access, forms={f"waive-{bound.typed.get('kind')}": failed}, status=422)
    return _back(found)


@router.post("/e/{slug}/manage/registrations/{registration_id}/answers")
def note_answer(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Write down what the applicant said on the phone or by mail."""
    bound, found = bind(NoteForm, form), access.found
    question = session.get(Question, bound.value.question) if bound.value else None
    if bound.value is not None and (question is None or question.registration_id != found.registration.id):
        raise NotFound
    try:
        if bound.value is None or question is None:
            raise Refused(bound.errors)
        reviewing.answer_question(
            session,
            event=found.event,
            registration=found.registration,
            question=question,
            answer=bound.value.answer,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return _page(request, session, access, forms={f"note-{bound.typed.get('question')}": failed}, status=422)
    return _back(found)


def _back(found: RegistrationIn) -> Response:
    return RedirectResponse(f"/e/{found.event.slug}/manage/registrations/{found.registration.id}", status_code=303)


def _page(
    request: Request,
    session: Session,
    access: Access[RegistrationIn],
    *,
    forms: Mapping[str, Bound[Any]] | None = None,
    meanwhile: Sequence[Meanwhile] = (),
    status: int = 200,
) -> Response:
    found, role = access.found, access.principal.role
    one = found.registration
    handed_in, reaches = form_of(one.door, one.answers), role in readers.CONTACTS
    asked = select(Question).where(Question.registration_id == one.id).order_by(Question.id)
    questions = [row for row in session.scalars(asked) if reaches or row.kind is not QuestionKind.CONTACT]
    context: dict[str, Any] = {
        "event": found.event,
        "registration": one,
        "handed_in": handed_in if handed_in is None or reaches else without_contacts(handed_in),
        "reaches": reaches,
        "helix": helix_of(one),
        "flags": flags_of(one, read_review_facts(session, found.event)),
        "questions": questions,
        "challenges": {challenge.code: challenge for challenge in challenges_of(session, found.event.id)},
        "legal": {state.value for state in LEGAL_CHANGES[one.state] if state in DECISIONS},
        "decides": role in ORGANISERS,
        "forms": forms or {},
        "meanwhile": meanwhile,
        "nothing_typed": Bound(None, {}, {}),
    }
    return render(request, "registration/registration.html", context, status=status)
