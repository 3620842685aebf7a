"""Giving a member of the delegation the right to act for another, and taking it back."""

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations import service
from app.delegations.acting import acting_rights, may_give
from app.delegations.forms import ActingForm
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.delegations.models import Delegation
from app.events.loaders import number_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Forbidden, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

ACTING = Policy("delegation.acting", roles=ORGANISERS | {Role.FOCAL_POINT, Role.DELEGATE}, loader=delegation_of_path)

Acting = Annotated[Access[DelegationIn], Depends(ACTING)]


@router.get("/e/{slug}/delegations/{delegation_id}/acting")
def acting(request: Request, session: ReadSession, now: Now, access: Acting) -> Response:
    """Who may act for whom?"""
    _check_right(access.principal, access.found.delegation)
    return _page(request, session, access, Bound(None, {}, {}), now=now)


@router.post("/e/{slug}/delegations/{delegation_id}/acting")
def give(request: Request, session: DbSession, form: FormData, now: Now, access: Acting) -> Response:
    """Let a member act for another."""
    found = access.found
    _check_right(access.principal, found.delegation)
    bound = bind(ActingForm, form)
    if bound.value is None:
        return _page(request, session, access, bound, now=now, status=422)
    wanted = bound.value
    until = None
    if wanted.until_on is not None:
        until = datetime.combine(wanted.until_on + timedelta(days=1), time(), tzinfo=ZoneInfo(found.event.timezone))
    try:
        service.let_act(
            session,
            event=found.event,
            delegation=found.delegation,
            assistant_id=wanted.assistant_id,
            member_id=wanted.member_id,
            until=until,
            base_url=request.app.state.settings.base_url,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, bound.typed), now=now, status=422)
    return RedirectResponse(request.url.path, status_code=303)


@router.post("/e/{slug}/delegations/{delegation_id}/acting/{grant_id}/end")
def take_back(request: Request, session: DbSession, now: Now, access: Acting) -> Response:
    """Take the right back at once."""
    found = access.found
    _check_right(access.principal, found.delegation)
    service.end_acting(
        session,
        delegation=found.delegation,
        grant_id=number_of(request.path_params["grant_id"]),
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/delegations/{found.delegation.id}/acting", status_code=303)


def _check_right(principal: Principal, delegation: Delegation) -> None:
    if not may_give(principal, delegation):
        raise Forbidden(_("This page is for the head of the delegation and its focal point."))


def _page(
    request: Request,
    session: Session,
    access: Access[DelegationIn],
    bound: Bound[ActingForm],
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    delegation = access.found.delegation
    members = [one for one in delegation.delegates if one.is_active]
    context = {
        "event": access.found.event,
        "delegation": delegation,
        "members": {one.id: one for one in members},
        "rights": acting_rights(session, members, now=now),
        "form": bound,
        "last_day": access.found.event.ends_on,
    }
    return render(request, "delegations/acting.html", context, status=status)
