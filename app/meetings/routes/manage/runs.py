"""Runs over the wishes: all anew, filling gaps, fewest moves; compared side by side, and one of them published."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings import service
from app.meetings.comparing import compared, proposal_of
from app.meetings.enums import Keeping
from app.meetings.forms import PlanForm, SeenForm
from app.meetings.notices import tell_of_plan
from app.meetings.planner import read_facts
from app.meetings.queries import meetings_of
from app.meetings.sentences import say
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession, RequestSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.solver_runs.enums import RunState
from app.solver_runs.panels import panel_of
from app.solver_runs.service import discard

router = APIRouter()

COMPARE = Policy("meetings.compare", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("meetings.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("meetings.accept_run", roles=ORGANISERS, loader=run_of_kind("meetings"))
PLAN = Policy("meetings.plan_of_run", roles=ORGANISERS, loader=run_of_kind("meetings"))
REFUSE = Policy("meetings.refuse_plan", roles=ORGANISERS, loader=run_of_kind("meetings"))

MOST_SHOWN = 150
"""So many changes of a kind stand on the page by name."""


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


@router.get("/e/{slug}/manage/meetings/runs/{run_id}/plan")
def plan_of_run(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[RunIn], Depends(PLAN)]
) -> Response:
    """What would this plan change? Nothing is stored."""
    return _plan(request, session, access.found, now)


@router.post("/e/{slug}/manage/meetings/runs/{run_id}/plan/refuse")
def refuse_plan(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(REFUSE)]) -> Response:
    """Keep the meetings as they are; the run stays among the plans."""
    discard(session, run=access.found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{access.found.event.slug}/manage/meetings", status_code=303)


@router.post("/e/{slug}/manage/meetings/runs/{run_id}/accept")
def accept_run(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[RunIn], Depends(ACCEPT)],
) -> Response:
    """Publish a proposed plan: it is the plan, and everybody whose meetings changed has a mail in the outbox."""
    found, bound = access.found, bind(SeenForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    before = {one.wish_id: (one.slot_id, one.table_id) for one in meetings_of(session, found.event.id)}
    try:
        service.accept_run(
            session,
            event=found.event,
            run=found.run,
            seen=bound.value.seen,
            actor=access.principal.actor(),
            now=now,
        )
    except Conflict as conflict:
        if bound.value.seen is None:
            raise
        if found.run.accepted_at is not None and not proposal_of(session, found.event, found.run).count:
            # Pressed twice: it is the plan already.
            return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)
        return _plan(request, session, found, now, said=conflict.message, status=409)
    tell_of_plan(session, event=found.event, run_id=found.run.id, before=before, now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)


def _plan(
    request: Request, session: RequestSession, found: RunIn, now: datetime, *, said: str = "", status: int = 200
) -> Response:
    event, run = found.event, found.run
    panel = panel_of(session, run=run, slug=event.slug, now=now)
    if not run.has_solution and run.state is not RunState.INFEASIBLE:
        return RedirectResponse(panel.run.page_path, status_code=303)
    facts = [] if run.has_solution else (panel.explanation or {}).get("facts", [])
    asked = read_facts(session, event) if facts else None
    context = {
        "event": event,
        "panel": panel,
        "proposal": proposal_of(session, event, run) if run.has_solution else None,
        "obstacles": [say(asked, one["message"]) for one in facts] if asked else [],
        "most": MOST_SHOWN,
        "said": said,
    }
    return render(request, "meetings/plan.html", context, status=status)
