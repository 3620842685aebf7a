"""The released programme as files, for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ANYONE, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform import i18n
from app.platform.database.sessions import ReadSession
from app.platform.page_cache import shared_page
from app.platform.rendering import VARY
from app.printing.programme.booklet import booklet_pdf
from app.printing.programme.formats import FORMATS, Extension
from app.printing.programme.values import programme_of

router = APIRouter()

PDF = "application/pdf"

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


@router.get("/e/{slug}/programme.pdf")
def booklet(request: Request, session: ReadSession, access: Asked, lang: str = "") -> Response:
    """The programme on paper, in a language of one's choice, else in that of the page."""
    event, locale = access.found, lang if lang in i18n.LOCALES else i18n.current_locale()

    def make() -> Response:
        programme = programme_of(session, event, base_url=request.app.state.settings.base_url)
        with i18n.speaking(locale):
            return Response(booklet_pdf(programme), media_type=PDF, headers=VARY)

    return shared_page(request, session, make, event_id=event.id)


def _file(request: Request, session: ReadSession, event: Event, extension: Extension) -> Response:
    form = FORMATS[extension]

    def make() -> Response:
        programme = programme_of(session, event, base_url=request.app.state.settings.base_url)
        name = "schedule.xml" if extension == "xml" else f"{event.slug}-release-{programme.release.number}.{extension}"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return Response(form.write(session, programme), media_type=form.media_type, headers=headers)

    return shared_page(request, session, make, event_id=event.id)
