"""Solver runs of the agenda."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.solver_runs.forms import RunForm

router = APIRouter()

READ = Policy("agenda.read", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("agenda.accept_run", roles=ORGANISERS, loader=run_of_kind("agenda"))


@router.post("/e/{slug}/manage/agenda/runs")
def start_run(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let the solver place what is not pinned, moving as little as possible."""
    bound = bind(RunForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.start_run(
        session,
        event=access.found,
        label="Agenda",
        time_limit_seconds=bound.value.time_limit_seconds,
        seed=bound.value.seed,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/runs/{run.id}", status_code=303)


@router.post("/e/{slug}/manage/agenda/runs/{run_id}/accept")
def accept_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Put a proposed plan into the draft."""
    event = access.found.event
    service.accept_run(session, event=event, run=access.found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda", status_code=303)
