"""The print room: what was printed, what is out of date, and printing it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.queries import delegations_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.forms import FormData
from app.platform.rendering import render
from app.printing.models import PrintedSheet
from app.printing.queries import itinerary_of_delegation, sheets_of
from app.printing.service import is_outdated, print_sheets

router = APIRouter()

READ = Policy("print.read", roles=STAFF, loader=event_of_path)
PRINT = Policy("print.print", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/print")
def print_room(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """What must be printed now?"""
    event = access.found
    delegations = delegations_of(session, event.id)
    sheets: dict[int, PrintedSheet] = {}
    for sheet in sheets_of(session, event.id):
        sheets.setdefault(sheet.delegation_id, sheet)
    rows = [
        {
            "delegation": delegation,
            "sheet": sheets.get(delegation.id),
            "outdated": delegation.id in sheets
            and is_outdated(session, event, itinerary_of_delegation(session, event, delegation.id)),
        }
        for delegation in delegations
    ]
    context = {"event": event, "rows": rows, "outdated": [row for row in rows if row["outdated"]]}
    return render(request, "printing/room.html", context)


@router.post("/e/{slug}/manage/print")
def print_now(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(PRINT)]
) -> Response:
    """One PDF of the chosen delegations, all of them where none is chosen; each sheet is noted as handed out."""
    event = access.found
    chosen = {int(str(one)) for one in form.getlist("delegation") if str(one).isdecimal()}
    itineraries = [
        itinerary_of_delegation(session, event, delegation.id)
        for delegation in delegations_of(session, event.id)
        if not chosen or delegation.id in chosen
    ]
    printed = print_sheets(
        session,
        event=event,
        itineraries=itineraries,
        base_url=request.app.state.settings.base_url,
        actor=access.principal.actor(),
        now=now,
    )
    headers = {"Content-Disposition": f'inline; filename="{event.slug}-packs.pdf"'}
    return Response(printed.pdf, media_type="application/pdf", headers=headers)
