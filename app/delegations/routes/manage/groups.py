"""Who comes, in groups."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.queries import delegations_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.database.sessions import ReadSession
from app.platform.rendering import render

router = APIRouter()

DELEGATIONS = Policy("delegations.read", roles=STAFF, loader=event_of_path)


@router.get("/e/{slug}/manage/delegations")
def delegations(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(DELEGATIONS)]
) -> Response:
    """Who comes, in groups."""
    event = access.found
    return render(
        request,
        "delegations/delegations.html",
        {"event": event, "delegations": delegations_of(session, event.id)},
    )
