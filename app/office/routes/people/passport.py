"""Passport data, for protocol alone: every look writes a line."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import Access, Policy
from app.delegations import readers
from app.delegations.groups import passport_of
from app.delegations.loaders import DelegateIn, delegate_of_path
from app.delegations.models import PassportDetail
from app.platform.audit import record_read
from app.platform.clock import Now
from app.platform.database.sessions import ReadLogSession, ReadSession
from app.platform.rendering import is_htmx, render

router = APIRouter()

PASSPORT = Policy("person.passport", roles=readers.PASSPORTS, loader=delegate_of_path)


@router.get("/e/{slug}/manage/people/{delegate_id}/passport")
def passport(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegateIn], Depends(PASSPORT)],
) -> Response:
    """Open the closed part of a person's page."""
    found = access.found
    detail = session.get(PassportDetail, found.delegate.id)
    record_read(
        log,
        actor=access.principal.actor(),
        now=now,
        event_id=found.event.id,
        action="passport.read",
        entity="delegate",
        entity_id=found.delegate.id,
    )
    context = {"event": found.event, "person": found.delegate, "passport": detail and passport_of(detail)}
    headers = {"Cache-Control": "no-store"}
    block = "passport" if is_htmx(request) else None
    return render(request, "office/passport.html", context, block=block, headers=headers)
