"""Runs over the wishes: all anew, filling gaps, fewest moves; compared side by side, and one of them published."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings import service
from app.meetings.comparing import compared
from app.meetings.enums import Keeping
from app.meetings.forms import PlanForm
from app.meetings.notices import tell_of_plan
from app.meetings.queries import meetings_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

COMPARE = Policy("meetings.compare", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("meetings.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("meetings.accept_run", roles=ORGANISERS, loader=run_of_kind("meetings"))


def _labels() -> dict[Keeping, str]:
    return {
        Keeping.VALUE_FIRST: _("Meetings, all"),
        Keeping.FEWEST_MOVES: _("Meetings, fewest moves"),
        Keeping.ALL: _("Meetings, filling the gaps"),
    }


@router.post("/e/{slug}/manage/meetings/runs")
def start_run(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let the solver give accepted wishes slots and tables."""
    bound = bind(PlanForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.start_run(
        session,
        event=access.found,
        label=_labels()[bound.value.keeping],
        keeping=bound.value.keeping,
        time_limit_seconds=bound.value.time_limit_seconds,
        seed=bound.value.seed,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/runs/{run.id}", status_code=303)


@router.get("/e/{slug}/manage/meetings/plans")
def plans(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(COMPARE)]) -> Response:
    """The plans of the last runs beside the present one."""
    event = access.found
    return render(request, "meetings/plans.html", {"event": event, "plans": compared(session, event)})


@router.post("/e/{slug}/manage/meetings/runs/{run_id}/accept")
def accept_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Publish a proposed plan: it is the plan, and everybody whose meetings changed has a mail in the outbox."""
    found = access.found
    before = {one.wish_id: (one.slot_id, one.table_id) for one in meetings_of(session, found.event.id)}
    service.accept_run(session, event=found.event, run=found.run, actor=access.principal.actor(), now=now)
    tell_of_plan(session, event=found.event, run_id=found.run.id, before=before, now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)
