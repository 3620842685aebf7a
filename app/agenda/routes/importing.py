"""Bringing the agenda back from a table: look at what would move, then apply it."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.forms import ImportedForm
from app.agenda.queries import current_draft
from app.agenda.routes.versions import draft_changed_by
from app.agenda.table import HEADERS, NEEDED
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.registration.importing.reading.limits import Unreadable
from app.registration.importing.reading.textfile import read_text
from app.registration.importing.words import why_unreadable

router = APIRouter()

MOST_BYTES = 2**20
"""A text of this size is read in milliseconds, so it needs no child that reads it."""
MOST_FAULTS = 50
IMPORT = Policy("agenda.import", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage/agenda/import")
def import_page(request: Request, access: Annotated[Access[Event], Depends(IMPORT)]) -> Response:
    """Can I bring back the table that I worked on?"""
    return _page(request, access.found)


@router.post("/e/{slug}/manage/agenda/import")
def import_file(
    request: Request, form: FormData, session: DbSession, access: Annotated[Access[Event], Depends(IMPORT)]
) -> Response:
    """Read a table and show what would move; nothing is written."""
    event, sent = access.found, form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _page(request, event, status=422, errors={"file": _("Choose a file.")})
    content = sent.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return _page(request, event, status=422, errors={"file": _("This file is larger than 1 MB.")})
    try:
        rows = [(number, cells) for number, cells in read_text(content, encoding=None)["rows"]]
        found = service.read_agenda(session, event, rows)
    except Unreadable as refused:
        return _page(request, event, status=422, errors={"file": why_unreadable(refused)})
    except service.FileRefused as refused:
        return _page(request, event, status=422, faults=refused.faults, name=sent.filename)
    return _page(request, event, found=found, rows=json.dumps(rows, ensure_ascii=False), name=sent.filename)


@router.post("/e/{slug}/manage/agenda/import/apply")
def apply_file(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(IMPORT)],
) -> Response:
    """Make the draft what the table says: all of it, or nothing."""
    event, bound = access.found, bind(ImportedForm, form)
    if bound.value is None:
        return _page(request, event, status=422, errors=bound.errors)
    rows, actor = bound.value.table, access.principal.actor()
    try:
        service.import_agenda(session, event=event, rows=rows, seen=bound.value.seen, actor=actor, now=now)
    except service.FileRefused as refused:
        return _page(request, event, status=422, faults=refused.faults)
    except Refused as refused:
        return _page(request, event, status=422, errors=refused.errors)
    except Conflict as conflict:
        said = f"{draft_changed_by(session, event, current_draft(session, event.id))} {conflict.message}"
        found, table = service.read_agenda(session, event, rows), json.dumps(rows, ensure_ascii=False)
        return _page(request, event, status=409, errors={"": said}, found=found, rows=table)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda", status_code=303)


def _page(request: Request, event: Event, *, status: int = 200, **more: Any) -> Response:
    faults = more.pop("faults", ())
    context = {
        "event": event,
        "errors": {},
        "found": None,
        "rows": "",
        "name": "",
        "faults": faults[:MOST_FAULTS],
        "fault_count": len(faults),
        "headers": HEADERS,
        "needed": NEEDED,
    }
    return render(request, "agenda/import.html", context | more, status=status)
