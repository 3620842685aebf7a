"""Find a person, a city, an organisation, a session."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import STAFF, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.office.search import says_enough, search
from app.platform.database.sessions import ReadSession
from app.platform.rendering import is_htmx, render

router = APIRouter()

FIND = Policy("office.find", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/search")
def find(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(FIND)], q: str = ""
) -> Response:
    """Results grouped by kind."""
    context = {
        "event": access.found,
        "q": q,
        "is_enough": says_enough(q),
        "hits": search(session, access.found, q[:100]),
    }
    return render(request, "office/search.html", context, block="results" if is_htmx(request) else None)
