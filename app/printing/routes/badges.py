"""Badges of one person and of a delegation as a PDF to look at and to print."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.loaders import DelegateIn, DelegationIn, delegate_of_path, delegation_of_path
from app.delegations.queries import delegates_of
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.errors import NotFound
from app.printing.badges import badges_pdf

router = APIRouter()

PERSON = Policy("badge.person", roles=STAFF, loader=delegate_of_path)
DELEGATION = Policy("badge.delegation", roles=STAFF, loader=delegation_of_path)


@router.get("/e/{slug}/manage/people/{delegate_id}/badge.pdf")
def badge(now: Now, access: Annotated[Access[DelegateIn], Depends(PERSON)]) -> Response:
    """The badge of one person."""
    found = access.found
    pdf = badges_pdf(found.event, [found.delegate], title=found.delegate.badge_name, now=now)
    return _pdf(pdf, name=f"badge-{found.delegate.id}")


@router.get("/e/{slug}/manage/delegations/{delegation_id}/badges.pdf")
def badges(session: ReadSession, now: Now, access: Annotated[Access[DelegationIn], Depends(DELEGATION)]) -> Response:
    """The badges of a delegation, by rank."""
    event, delegation = access.found.event, access.found.delegation
    people = [one for one in delegates_of(session, event.id) if one.delegation_id == delegation.id]
    if not people:
        raise NotFound
    return _pdf(badges_pdf(event, people, title=delegation.name, now=now), name=f"badges-{delegation.code}")


def _pdf(content: bytes, *, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
