"""A delegation's own page, for its focal point, its members and the office."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations.acting import may_give
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.platform.rendering import render

router = APIRouter()

READ = Policy("delegation.read", roles=STAFF | {Role.FOCAL_POINT, Role.DELEGATE}, loader=delegation_of_path)


@router.get("/e/{slug}/delegations/{delegation_id}")
def delegation(request: Request, access: Annotated[Access[DelegationIn], Depends(READ)]) -> Response:
    """Is my delegation complete?"""
    found = access.found
    missing = [
        (member, [word for word, text in (("email", member.email), ("function", member.function)) if not text])
        for member in found.delegation.delegates
        if member.is_active
    ]
    context = {
        "event": found.event,
        "delegation": found.delegation,
        "missing": [(member, words) for member, words in missing if words],
        "may_enter": access.principal.role in ORGANISERS | {Role.FOCAL_POINT},
        "may_give": may_give(access.principal, found.delegation),
        "reads_more": access.principal.role in STAFF or access.principal.role is Role.FOCAL_POINT,
    }
    return render(request, "delegations/delegation.html", context)
