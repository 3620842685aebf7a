"""Sheets of the desk, each from one button: pick-up list, doors, tables, interpreters, speaking order, precedence."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import STAFF, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.errors import NotFound
from app.printing.desk import KINDS, Desk
from app.printing.typesetting import typeset

router = APIRouter()

DESK = Policy("print.desk", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/print/{kind}.pdf")
def desk_sheet(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(DESK)], kind: str
) -> Response:
    """One of the sheets, as the plan stands now."""
    make = KINDS.get(kind)
    if make is None:
        raise NotFound
    event = access.found
    base_url = request.app.state.settings.base_url
    setting = make(Desk(session=session, event=event, now=now, base_url=base_url))
    pdf = typeset(setting.sheets, title=setting.title, at=now, template=setting.template)
    headers = {"Content-Disposition": f'inline; filename="{event.slug}-{kind}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
