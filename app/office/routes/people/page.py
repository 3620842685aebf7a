"""Is this person right and complete? Looking, and correcting lines."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations import readers
from app.delegations.loaders import DelegateIn, delegate_of_path
from app.delegations.service import correct_person
from app.office.forms import PersonForm
from app.office.person import editable_by, told
from app.office.person_page import DecidedMeanwhile, person_context
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.printing.watching import note_movements

router = APIRouter()

PERSON = Policy("person.read", roles=STAFF, loader=delegate_of_path)
EDIT = Policy("person.edit", roles=ORGANISERS | {Role.PROTOCOL}, loader=delegate_of_path)
NOTHING: Bound[Any] = Bound(None, {}, {})


@router.get("/e/{slug}/manage/people/{delegate_id}")
def person(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(PERSON)],
) -> Response:
    """Is this right and complete?"""
    found = access.found
    if found.delegate.merged_into_id is not None:
        # An old address leads to the person that this row became a part of.
        return RedirectResponse(f"/e/{found.event.slug}/manage/people/{found.delegate.merged_into_id}", status_code=303)
    if access.principal.role in readers.TRAVEL:
        note_movements(log, [found.delegate], principal=access.principal, way="page", now=now)
    return person_page(request, session, access)


@router.post("/e/{slug}/manage/people/{delegate_id}")
def correct(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(EDIT)],
) -> Response:
    """Write lines; where somebody saved meanwhile, both versions stand side by side."""
    found, lines = access.found, editable_by(access.principal.role)
    typed = {name: str(form[name]) for name in form if isinstance(form[name], str)}
    if typed.get("keep") == "mine":
        typed |= {name.removeprefix("mine."): text for name, text in typed.items() if name.startswith("mine.")}
    bound = bind(PersonForm, {name: typed[name] for name in (*lines, "version") if name in typed})
    if bound.value is None:
        return person_page(request, session, access, forms={"edit": bound}, status=422)
    changes = {name: getattr(bound.value, name) for name in lines if name in typed}
    try:
        correct_person(
            session,
            event=found.event,
            delegate=found.delegate,
            changes=changes,
            version=bound.value.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        failed: Bound[Any] = Bound(None, refused.errors, bound.typed)
        return person_page(request, session, access, forms={"edit": failed}, status=422)
    except Conflict:
        return _both_versions(request, session, access, changes)
    return RedirectResponse(f"/e/{found.event.slug}/manage/people/{found.delegate.id}", status_code=303)


def person_page(
    request: Request,
    session: Session,
    access: Access[DelegateIn],
    *,
    forms: Mapping[str, Bound[Any]] | None = None,
    meanwhile: DecidedMeanwhile | None = None,
    status: int = 200,
) -> Response:
    """The page, with forms that were refused, or with what somebody else did first."""
    found, role = access.found, access.principal.role
    context = {
        **person_context(session, found.event, found.delegate, role),
        "forms": forms or {},
        "meanwhile": meanwhile,
        "nothing_typed": NOTHING,
        "edits": role in EDIT.roles,
        "decides": role in ORGANISERS,
        "reads_passport": role in readers.PASSPORTS,
    }
    return render(request, "office/person.html", context, status=status)


def _both_versions(request: Request, session: Session, access: Access[DelegateIn], mine: Mapping[str, Any]) -> Response:
    found = access.found
    theirs, yours = told({name: getattr(found.delegate, name) for name in mine}), told(mine)
    who, at = last_change_of(session, entity="delegate", entity_id=found.delegate.id)
    context = {
        "event": found.event,
        "person": found.delegate,
        "rows": [(name, theirs[name], yours[name], theirs[name] != yours[name]) for name in mine],
        "who": who,
        "at": at,
    }
    return render(request, "office/person_conflict.html", context, status=409)
