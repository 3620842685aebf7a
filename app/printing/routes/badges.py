"""Badges of one person and of a delegation as a PDF to look at and to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import STAFF, Access, Policy
from app.accounts.principal import Principal
from app.delegations.loaders import DelegateIn, DelegationIn, delegate_of_path, delegation_of_path
from app.delegations.models import Delegate
from app.delegations.queries import delegates_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import ReadLogSession, ReadSession
from app.platform.errors import NotFound
from app.printing.badges import badges_pdf
from app.printing.queries.badges import codes_of, delegate_of_code

router = APIRouter()


@dataclass(frozen=True)
class BadgeIn:
    """Whose badge a code is on, and the edition."""

    event: Event
    delegate: Delegate


def badge_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> BadgeIn:
    """Loader of a policy."""
    event = event_of_path(session, params, principal)
    return BadgeIn(event, delegate_of_code(session, event.id, str(params["code"])))


CODE = Policy("badge.code", roles=STAFF | {Role.DELEGATE}, loader=badge_of_path)
PERSON = Policy("badge.person", roles=STAFF, loader=delegate_of_path)
DELEGATION = Policy("badge.delegation", roles=STAFF, loader=delegation_of_path)


@router.get("/e/{slug}/manage/people/{delegate_id}/badge.pdf")
def badge(
    request: Request, log: ReadLogSession, now: Now, access: Annotated[Access[DelegateIn], Depends(PERSON)]
) -> Response:
    """The badge of one person, front and back."""
    found = access.found
    pdf = _set(request, log, found.event, [found.delegate], title=found.delegate.badge_name, now=now)
    return _pdf(pdf, name=f"badge-{found.delegate.id}")


@router.get("/e/{slug}/manage/delegations/{delegation_id}/badges.pdf")
def badges(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(DELEGATION)],
) -> Response:
    """The badges of a delegation, by rank."""
    event, delegation = access.found.event, access.found.delegation
    people = [one for one in delegates_of(session, event.id) if one.delegation_id == delegation.id]
    if not people:
        raise NotFound
    pdf = _set(request, log, event, people, title=delegation.name, now=now)
    return _pdf(pdf, name=f"badges-{delegation.code}")


@router.get("/e/{slug}/b/{code}")
def badge_of_code(access: Annotated[Access[BadgeIn], Depends(CODE)]) -> Response:
    """What the code on a badge opens: for staff the person, for whoever carries it their own schedule."""
    event, delegate, principal = access.found.event, access.found.delegate, access.principal
    if principal.role in STAFF:
        return RedirectResponse(f"/e/{event.slug}/manage/people/{delegate.id}", status_code=303)
    if principal.delegate_id != delegate.id:
        raise NotFound
    return RedirectResponse(f"/e/{event.slug}/people/{delegate.id}/schedule", status_code=303)


def _set(
    request: Request, log: ReadLogSession, event: Event, people: Sequence[Delegate], *, title: str, now: Now
) -> bytes:
    codes = codes_of(log, people, now=now)
    return badges_pdf(event, people, codes, title=title, base_url=request.app.state.settings.base_url, now=now)


def _pdf(content: bytes, *, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
