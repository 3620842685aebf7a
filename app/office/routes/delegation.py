"""A delegation's own page, for its focal point, its members and the office."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations import readers
from app.delegations.acting import may_give
from app.delegations.groups import stay_of
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.office.absence import placed_while_away
from app.office.missing import missing_of_delegation
from app.pairing.queries import partnerships_of_parties, title_of, was_asked
from app.platform.clock import Now
from app.platform.database.sessions import ReadLogSession, ReadSession
from app.platform.rendering import render
from app.printing.queries import last_sheets_of_delegations
from app.printing.watching import note_movements

router = APIRouter()

READ = Policy("delegation.read", roles=STAFF | {Role.FOCAL_POINT, Role.DELEGATE}, loader=delegation_of_path)


@router.get("/e/{slug}/delegations/{delegation_id}")
def delegation(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(READ)],
) -> Response:
    """Is my delegation complete?"""
    event, found = access.found.event, access.found.delegation
    role = access.principal.role
    edits = role in ORGANISERS | {Role.FOCAL_POINT}
    members = [one for one in found.delegates if one.is_active]
    reads_days = role in readers.TRAVEL | {Role.FOCAL_POINT}
    if reads_days:
        note_movements(log, members, principal=access.principal, way="page", now=now)
    pairs = partnerships_of_parties(session, event.id, [found.party_id]).get(found.party_id, [])
    if role not in STAFF:
        pairs = [one for one in pairs if was_asked(one)]  # a proposal of which nobody has told the city yet
    context = {
        "event": event,
        "delegation": found,
        "members": members,
        "missing": missing_of_delegation(session, event, found) if edits else (),
        "away": placed_while_away(session, event, delegate_ids=[one.id for one in members]) if edits else (),
        "partnerships": [(one, title_of(one)) for one in pairs] if edits or role in STAFF else [],
        "links_dossier": role is Role.FOCAL_POINT,
        "links_office": role in ORGANISERS,
        "sheet": last_sheets_of_delegations(session, event.id).get(found.id),
        "may_enter": edits,
        "may_give": may_give(access.principal, found),
        "reads_states": role in STAFF or role is Role.FOCAL_POINT,
        "stays": {one.id: stay_of(one) for one in members} if reads_days else {},
    }
    return render(request, "office/delegation.html", context)
