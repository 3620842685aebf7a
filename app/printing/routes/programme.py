"""The released programme as files, for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ANYONE, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.database.sessions import ReadSession
from app.printing.programme.formats import FORMATS, Extension
from app.printing.programme.values import programme_of

router = APIRouter()

PUBLIC = Policy("agenda.formats", roles=ANYONE, loader=event_of_path)
Asked = Annotated[Access[Event], Depends(PUBLIC)]


@router.get("/e/{slug}/agenda.json")
def agenda_json(request: Request, session: ReadSession, access: Asked) -> Response:
    """For programs."""
    return _file(request, session, access.found, "json")


@router.get("/e/{slug}/schedule.xml")
def schedule_xml(request: Request, session: ReadSession, access: Asked) -> Response:
    """For apps that show programmes: the name is the one that they look for."""
    return _file(request, session, access.found, "xml")


@router.get("/e/{slug}/agenda.ics")
def agenda_calendar(request: Request, session: ReadSession, access: Asked) -> Response:
    """For calendars."""
    return _file(request, session, access.found, "ics")


@router.get("/e/{slug}/agenda.csv")
def agenda_csv(request: Request, session: ReadSession, access: Asked) -> Response:
    """For spreadsheets, and to be brought back."""
    return _file(request, session, access.found, "csv")


@router.get("/e/{slug}/agenda.xlsx")
def agenda_xlsx(request: Request, session: ReadSession, access: Asked) -> Response:
    """For spreadsheets."""
    return _file(request, session, access.found, "xlsx")


def _file(request: Request, session: ReadSession, event: Event, extension: Extension) -> Response:
    form = FORMATS[extension]
    programme = programme_of(session, event, base_url=request.app.state.settings.base_url)
    name = "schedule.xml" if extension == "xml" else f"{event.slug}-release-{programme.release.number}.{extension}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(form.write(session, programme), media_type=form.media_type, headers=headers)
