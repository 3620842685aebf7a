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
from app.printing.queries import itineraries_of_event, last_sheets_of_delegations
from app.printing.service import outdated_delegations, print_sheets

router = APIRouter()

READ = Policy("print.read", roles=STAFF, loader=event_of_path)
PRINT = Policy("print.print", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/print")
def print_room(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """What must be printed now?"""
    event = access.found
    sheets = last_sheets_of_delegations(session, event.id)
    outdated = outdated_delegations(session, event)
    rows = [
        {"delegation": one, "sheet": sheets.get(one.id), "outdated": one.id in outdated}
        for one in delegations_of(session, event.id)
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
    itineraries = [one for one in itineraries_of_event(session, event) if not chosen or one.delegation_id in chosen]
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
