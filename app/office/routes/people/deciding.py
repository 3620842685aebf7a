"""Decisions on a person: approve, ask, turn down; a changed field; the pass and the door."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations import service
from app.delegations.enums import RecheckState
from app.delegations.loaders import DelegateIn, delegate_of_path
from app.delegations.rechecks import recheck_in_event
from app.events.loaders import number_of
from app.office.forms import DecisionForm, PassForm, RecheckForm
from app.office.person_page import decided_meanwhile
from app.office.routes.people.page import person_page
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, DoneAlready, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.idempotency import FIELD, spend

router = APIRouter()

DECIDE = Policy("person.decide", roles=ORGANISERS, loader=delegate_of_path)
ADMIT = Policy("person.admit", roles=STAFF, loader=delegate_of_path)
FOUND = Annotated[Access[DelegateIn], Depends(DECIDE)]
ADMITTED = Annotated[Access[DelegateIn], Depends(ADMIT)]


@router.post("/e/{slug}/manage/people/{delegate_id}/decision")
def decide(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Approve, ask, or turn down."""
    found, bound = access.found, bind(DecisionForm, form)
    common: dict[str, Any] = {
        "event": found.event,
        "delegate": found.delegate,
        "actor": access.principal.actor(),
        "now": now,
    }
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        # Of two at the same moment the later one takes back what it began, and shows both.
        with session.begin_nested():
            if bound.value.answer == "approve":
                service.approve_person(session, **common, version=bound.value.version)
            elif bound.value.answer == "ask":
                # Looked at by no version: it is the key of the form that keeps a second press from a second mail.
                sender = f"account {access.principal.account_id}"
                spend(session, sender=sender, key=str(form.get(FIELD, "")), form=form, now=now)
                service.ask_person(session, **common, text=bound.value.text, reply_to=found.event.contact_email)
            else:
                service.turn_down_person(session, **common, version=bound.value.version, reason=bound.value.text)
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return person_page(request, session, access, forms={"decision": failed}, status=422)
    except DoneAlready:
        raise
    except (Conflict, StaleDataError):
        return _came_second(request, session, access, bound.typed)
    return _back(found)


@router.post("/e/{slug}/manage/people/{delegate_id}/rechecks/{recheck_id}")
def decide_recheck(
    request: Request, session: DbSession, form: FormData, now: Now, recheck_id: str, access: FOUND
) -> Response:
    """Let a changed field come into force, or keep what was."""
    found, bound = access.found, bind(RecheckForm, form)
    recheck = recheck_in_event(session, found.event.id, number_of(recheck_id))
    if recheck.delegate_id != found.delegate.id:
        raise NotFound
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        service.decide_recheck(
            session,
            event=found.event,
            recheck=recheck,
            state=RecheckState(bound.value.state),
            reason=bound.value.reason,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return person_page(request, session, access, forms={f"recheck-{recheck.id}": failed}, status=422)
    except Conflict:
        typed = {"answer": bound.typed.get("state"), "text": bound.typed.get("reason")}
        return _came_second(request, session, access, typed)
    return _back(found)


@router.post("/e/{slug}/manage/people/{delegate_id}/pass")
def give_pass(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(ADMIT)],
) -> Response:
    """Put a person on the list of passes, or take them off."""
    return _admit(request, session, form, now, access, (service.accredit, service.take_back_pass))


@router.post("/e/{slug}/manage/people/{delegate_id}/door")
def let_in(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(ADMIT)],
) -> Response:
    """Let a person in, or undo it for the wrong one."""
    return _admit(request, session, form, now, access, (service.check_in, service.take_back_check_in))


def _admit(request: Request, session: Any, form: Any, now: Any, access: Access[DelegateIn], verbs: Any) -> Response:
    found, bound = access.found, bind(PassForm, form)
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        verb = verbs[0] if bound.value.does == "give" else verbs[1]
        verb(session, delegate=found.delegate, actor=access.principal.actor(), now=now)
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return person_page(request, session, access, forms={"admission": failed}, status=422)
    return _back(found)


def _came_second(request: Request, session: Session, access: Access[DelegateIn], typed: Mapping[str, Any]) -> Response:
    """Somebody else was first: what they did beside the decision that was not taken, and what may still be done."""
    session.expire(access.found.delegate)
    fresh = replace(access, found=delegate_of_path(session, request.path_params, access.principal))
    meanwhile = decided_meanwhile(session, fresh.found.event, fresh.found.delegate, answer=str(typed.get("answer")))
    mine: Bound[Any] = Bound(None, {}, dict(typed))
    return person_page(request, session, fresh, forms={"decision": mine}, meanwhile=meanwhile, status=409)


def _back(found: DelegateIn) -> Response:
    return RedirectResponse(f"/e/{found.event.slug}/manage/people/{found.delegate.id}", status_code=303)
