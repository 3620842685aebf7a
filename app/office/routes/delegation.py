"""A delegation's own page, for its focal point, its members and the office."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, STAFF, Access, Policy
from app.delegations import readers
from app.delegations.acting import may_give
from app.delegations.groups import stay_of
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.events.queries import tables_of
from app.meetings.forms import HostTableForm
from app.meetings.queries import hosts_of
from app.meetings.service import set_host_table
from app.office.absence import placed_while_away
from app.office.missing import missing_of_delegation
from app.pairing.queries import partnerships_of_parties, title_of, was_asked
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.printing.queries import last_sheets_of_delegations
from app.printing.watching import note_movements

router = APIRouter()

READ = Policy("delegation.read", roles=STAFF | {Role.FOCAL_POINT, Role.DELEGATE}, loader=delegation_of_path)
HOST = Policy("delegation.host_table", roles=ORGANISERS, loader=delegation_of_path)
NOTHING: Bound[Any] = Bound(None, {}, {})


@router.get("/e/{slug}/delegations/{delegation_id}")
def delegation(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(READ)],
) -> Response:
    """Is my delegation complete?"""
    if _reads_days(access):
        members = [one for one in access.found.delegation.delegates if one.is_active]
        note_movements(log, members, principal=access.principal, way="page", now=now)
    return _page(request, session, access)


@router.post("/e/{slug}/delegations/{delegation_id}/host-table")
def give_table(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[DelegationIn], Depends(HOST)],
) -> Response:
    """Give the delegation a table at which it is met, or take it back."""
    found = access.found
    bound = bind(HostTableForm, form)
    if bound.value is None:
        return _page(request, session, access, bound=bound, status=422)
    try:
        set_host_table(
            session,
            event=found.event,
            delegation=found.delegation,
            table_id=bound.value.host_table_id,
            version=bound.value.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        bound = Bound(None, refused.errors, bound.typed)
        return _page(request, session, access, bound=bound, status=422)
    except Conflict:
        return _page(request, session, access, bound=Bound(None, {}, bound.typed), status=409)
    return RedirectResponse(f"/e/{found.event.slug}/delegations/{found.delegation.id}#host-table", status_code=303)


def _reads_days(access: Access[DelegationIn]) -> bool:
    return access.principal.role in readers.TRAVEL | {Role.FOCAL_POINT}


def _page(
    request: Request,
    session: Session,
    access: Access[DelegationIn],
    *,
    bound: Bound[HostTableForm] | None = None,
    status: int = 200,
) -> Response:
    """The page; with what was typed about the host table where that was refused, or overtaken (409)."""
    event, found = access.found.event, access.found.delegation
    role = access.principal.role
    edits = role in ORGANISERS | {Role.FOCAL_POINT}
    members = [one for one in found.delegates if one.is_active]
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
        "stays": {one.id: stay_of(one) for one in members} if _reads_days(access) else {},
        "host": bound or NOTHING,
        "is_overtaken": status == 409,
        "changed_at": last_change_of(session, entity="delegation", entity_id=found.id)[1] if status == 409 else None,
        "tables": tables_of(session, event.id) if role in ORGANISERS else (),
        "hosts": hosts_of(session, event.id) if role in ORGANISERS else {},
    }
    return render(request, "office/delegation.html", context, status=status)
