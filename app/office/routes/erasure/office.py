"""The office erases: whom it chooses as administrator, whoever asked for it as organiser; or refuses with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations.loaders import delegate_of_path
from app.delegations.models import Delegate
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import day_of, event_of_path
from app.office.service.erasing import (
    Erased,
    addressed,
    erase_and_answer,
    refuse_to_erase,
    released_of,
    theirs_of_form,
    theirs_of_person,
)
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Forbidden, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.platform.web.preceded import Preceded
from app.registration.enums import ErasureState
from app.registration.models import ErasureRequest, Registration
from app.registration.queries import erasure_in_event, newest_erasure, open_erasures, registration_in_event

router = APIRouter()


class EraseForm(BaseModel):
    """The number of the person or form, typed, and the keys of other records that are theirs too."""

    number: str
    also: list[str] = Field(default_factory=list)


class RefusalForm(BaseModel):
    """Why not, with the version that was looked at."""

    version: int
    reason: str = Field(default="", max_length=2000)


@dataclass(frozen=True)
class SubjectIn:
    """Whom the page erases: a delegate, or whoever handed in a form that made none; with their request."""

    event: Event
    subject: Delegate | Registration
    asked: ErasureRequest | None


@dataclass(frozen=True)
class ErasureIn:
    """A request and its edition."""

    event: Event
    request: ErasureRequest


def person_to_erase(session: Session, params: Mapping[str, Any], principal: Principal) -> SubjectIn:
    """Loader of a policy: anybody for an administrator, for an organiser whoever asks for it."""
    found = delegate_of_path(session, params, principal)
    asked = newest_erasure(session, delegate_id=found.delegate.id, registration_id=None)
    return _in_reach(SubjectIn(found.event, found.delegate, _open(asked)), principal)


def form_to_erase(session: Session, params: Mapping[str, Any], principal: Principal) -> SubjectIn:
    """Loader of a policy: the same of a form that made nobody."""
    event = event_of_path(session, params, principal)
    form = registration_in_event(session, event.id, number_of(params["registration_id"]))
    if form.delegate_id is not None:
        raise NotFound
    asked = newest_erasure(session, delegate_id=None, registration_id=form.id)
    return _in_reach(SubjectIn(event, form, _open(asked)), principal)


def erasure_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> ErasureIn:
    """Loader of a policy: a request of the edition."""
    event = event_of_path(session, params, principal)
    return ErasureIn(event, erasure_in_event(session, event.id, number_of(params["erasure_id"])))


ASKED = Policy("erasure.asked", roles=ORGANISERS, loader=event_of_path)
REFUSE = Policy("erasure.refuse", roles=ORGANISERS, loader=erasure_of_path)
PERSON = Policy("erasure.person", roles=ORGANISERS, loader=person_to_erase)
FORM = Policy("erasure.form", roles=ORGANISERS, loader=form_to_erase)
Person = Annotated[Access[SubjectIn], Depends(PERSON)]
Form = Annotated[Access[SubjectIn], Depends(FORM)]


@router.get("/e/{slug}/manage/erasures")
def asked_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(ASKED)]
) -> Response:
    """Who asks to be erased, and until when do we answer?"""
    return _asked_page(request, session, access.found, now)


@router.post("/e/{slug}/manage/erasures/{erasure_id}/refuse")
def refuse(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[ErasureIn], Depends(REFUSE)],
) -> Response:
    """Answer with no, and why."""
    bound, found = bind(RefusalForm, form), access.found
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        refuse_to_erase(
            session,
            event=found.event,
            request=found.request,
            reason=bound.value.reason,
            version=bound.value.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        again: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return _asked_page(request, session, found.event, now, answered=(found.request.id, again), status=422)
    return RedirectResponse(f"/e/{found.event.slug}/manage/erasures", status_code=303)


@router.get("/e/{slug}/manage/people/{delegate_id}/erase")
def person_page(request: Request, session: ReadSession, now: Now, access: Person) -> Response:
    """What goes when this person is erased, and what may be theirs too?"""
    return _erase_page(request, session, now, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/people/{delegate_id}/erase")
def erase_a_person(request: Request, session: DbSession, form: FormData, now: Now, access: Person) -> Response:
    """Erase, and show where it was looked afterwards; an SQLite file is rewritten before the answer goes."""
    return _erase(request, session, form, now, access)


@router.get("/e/{slug}/manage/registrations/{registration_id}/erase")
def form_page(request: Request, session: ReadSession, now: Now, access: Form) -> Response:
    """What goes when whoever handed this in is erased?"""
    return _erase_page(request, session, now, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/registrations/{registration_id}/erase")
def erase_a_form(request: Request, session: DbSession, form: FormData, now: Now, access: Form) -> Response:
    """The same for a form that made nobody."""
    return _erase(request, session, form, now, access)


def _open(asked: ErasureRequest | None) -> ErasureRequest | None:
    return asked if asked is not None and asked.state is ErasureState.OPEN else None


def _in_reach(found: SubjectIn, principal: Principal) -> SubjectIn:
    if principal.role is not Role.ADMINISTRATOR and found.asked is None:
        raise Forbidden(_("An administrator erases; an organiser does where the person asked for it."))
    return found


def _erase(request: Request, session: Session, form: FormData, now: Now, access: Access[SubjectIn]) -> Response:
    found = access.found
    bound = bind(EraseForm, form)
    if bound.value is None:
        return _erase_page(request, session, now, found, bound, status=422)
    settings = request.app.state.settings
    try:
        erased = erase_and_answer(
            session,
            event=found.event,
            subject=found.subject,
            number=bound.value.number,
            also=bound.value.also,
            sends_mails=bool(settings.smtp_host) and not found.event.is_demonstration,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _erase_page(request, session, now, found, Bound(None, refused.errors, bound.typed), status=422)
    page = _erase_page(request, session, now, found, Bound(None, {}, {}), erased=erased)
    # Who reads that nothing is left may look into the file at once.
    return Preceded(page, request.app.state.database.leave_no_trace)


def _erase_page(
    request: Request,
    session: Session,
    now: Now,
    found: SubjectIn,
    bound: Bound[EraseForm],
    *,
    erased: Erased | None = None,
    status: int = 200,
) -> Response:
    subject = found.subject
    context: dict[str, Any] = {
        "event": found.event,
        "subject": subject,
        "is_person": isinstance(subject, Delegate),
        "form": bound,
        "erased": erased,
        "asked": found.asked,
        "likely": (),
        "sessions": (),
    }
    is_gone = subject.erased_at is not None if isinstance(subject, Delegate) else False
    if erased is None and not is_gone:
        theirs = (
            theirs_of_person(session, subject) if isinstance(subject, Delegate) else theirs_of_form(session, subject)
        )
        context |= {"likely": theirs.likely, "sessions": released_of(session, theirs.rows, now=now)}
    return render(request, "office/erase.html", context, status=status)


def _asked_page(
    request: Request,
    session: Session,
    event: Event,
    now: Now,
    *,
    answered: tuple[int, Bound[Any]] | None = None,
    status: int = 200,
) -> Response:
    rows = [
        {
            "one": one,
            "name": addressed(session, one)[0],
            "is_late": day_of(event, now) > one.due_on,
            "path": f"people/{one.delegate_id}" if one.delegate_id else f"registrations/{one.registration_id}",
        }
        for one in open_erasures(session, event.id)
    ]
    return render(request, "office/erasures.html", {"event": event, "rows": rows, "answered": answered}, status=status)
