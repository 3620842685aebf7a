"""The dossier of a partnership on one page, for the office and for whoever is asked, in the language of the reader."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, ORGANISERS, Access, Policy
from app.pairing.loaders import (
    MemberIn,
    PartnershipIn,
    SideIn,
    member_of_path,
    own_side_of_path,
    partnership_of_path,
    refuse_ended,
)
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.printing.dossier import dossier_pdf

router = APIRouter()

OFFICE = Policy("partnership.dossier", roles=ORGANISERS, loader=partnership_of_path)
OWN = Policy("partnership.own_dossier", roles=frozenset({Role.FOCAL_POINT}), loader=own_side_of_path)
MEMBER = Policy("partnership.dossier_by_link", roles=ANYONE, loader=member_of_path)


@router.get("/e/{slug}/manage/partnerships/{partnership_id}/dossier.pdf")
def dossier(session: ReadSession, now: Now, access: Annotated[Access[PartnershipIn], Depends(OFFICE)]) -> Response:
    """What both mayors read: the office sees the same paper."""
    found = access.found
    return _pdf(dossier_pdf(session, event=found.event, partnership=found.partnership, now=now), found.partnership.id)


@router.get("/p/{token}/dossier.pdf")
def dossier_by_link(session: ReadSession, now: Now, access: Annotated[Access[MemberIn], Depends(MEMBER)]) -> Response:
    """For the table of whoever decides."""
    found = access.found
    refuse_ended(found, now)
    return _pdf(dossier_pdf(session, event=found.event, partnership=found.partnership, now=now), found.partnership.id)


@router.get("/e/{slug}/partnerships/{partnership_id}/dossier.pdf")
def own_dossier(session: ReadSession, now: Now, access: Annotated[Access[SideIn], Depends(OWN)]) -> Response:
    """For the focal point of a side, in the language in which it reads."""
    found = access.found
    return _pdf(dossier_pdf(session, event=found.event, partnership=found.partnership, now=now), found.partnership.id)


def _pdf(content: bytes, number: int) -> Response:
    headers = {"Content-Disposition": f'inline; filename="partnership-{number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
