"""Solving from the board: ask, watch, look at what would move, apply or refuse; and a way out where nothing fits."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.enums import SolveMode
from app.agenda.forms import AcceptForm, SolveForm, WhyForm
from app.agenda.planner import Mend
from app.agenda.proposal import asked, proposal_of
from app.agenda.queries import current_draft
from app.agenda.routes.versions import draft_changed_by
from app.delegations.queries import delegates_by_id
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path, rooms_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import is_htmx, render
from app.solver_runs.models import SolverRun
from app.solver_runs.panels import latest_panel, panel_of
from app.solver_runs.service import discard

router = APIRouter()

ASK = Policy("agenda.solve_page", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.start_run", roles=ORGANISERS, loader=event_of_path)
ASK_WHY = Policy("agenda.ask_why", roles=ORGANISERS, loader=event_of_path)
READ_RUN = Policy("agenda.proposal", roles=ORGANISERS, loader=run_of_kind("agenda"))
ACCEPT = Policy("agenda.accept_run", roles=ORGANISERS, loader=run_of_kind("agenda"))

LABELS = {SolveMode.FILL: "Fill the rest", SolveMode.IMPROVE: "Improve", SolveMode.REPLAN: "Re-plan, fewest changes"}
SECONDS_AFTER_A_MEND, SECONDS_OF_A_QUESTION = 60, 20


@router.get("/e/{slug}/manage/agenda/solve")
def solve_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(ASK)], mode: str = ""
) -> Response:
    """What shall the solver do? ``mode`` is what a link suggests."""
    typed = {"mode": mode} if mode in set(SolveMode) else {}
    return _ask(request, session, access.found, Bound(None, {}, typed), now=now)


@router.post("/e/{slug}/manage/agenda/runs")
def start_run(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Hand the draft to the solver."""
    event, bound = access.found, bind(SolveForm, form)
    if bound.value is None:
        return _ask(request, session, event, bound, status=422, now=now)
    try:
        run = service.start_run(
            session,
            event=event,
            label=LABELS[bound.value.mode],
            **dict(bound.value),
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _ask(request, session, event, Bound(None, refused.errors, bound.typed), status=422, now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/runs/{run.id}", status_code=303)


@router.post("/e/{slug}/manage/agenda/why")
def ask_why(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(ASK_WHY)]
) -> Response:
    """Why does this session not fit, and what is the smallest change?"""
    event, bound = access.found, bind(WhyForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.ask_why(
        session,
        event=event,
        session_id=bound.value.session_id,
        time_limit_seconds=SECONDS_OF_A_QUESTION,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/runs/{run.id}", status_code=303)


@router.get("/e/{slug}/manage/agenda/runs/{run_id}")
def proposal(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[RunIn], Depends(READ_RUN)]
) -> Response:
    """How far is it, and what would it move?"""
    return _proposal(request, session, access.found, now=now)


@router.post("/e/{slug}/manage/agenda/runs/{run_id}/accept")
def accept_run(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]
) -> Response:
    """Put a proposed plan into the draft, if the draft is the one that was looked at."""
    event, bound = access.found.event, bind(AcceptForm, form)
    seen = bound.value.seen if bound.value else None
    try:
        with session.begin_nested():
            service.accept_run(
                session, event=event, run=access.found.run, seen=seen, actor=access.principal.actor(), now=now
            )
    except service.DraftMoved as moved:
        notice = f"{draft_changed_by(session, event, current_draft(session, event.id))} {moved.message}"
        return _proposal(request, session, access.found, now=now, notice=notice, status=409)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda", status_code=303)


@router.post("/e/{slug}/manage/agenda/runs/{run_id}/refuse")
def refuse_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Keep the draft as it is; the run stays in the history."""
    discard(session, run=access.found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{access.found.event.slug}/manage/agenda", status_code=303)


@router.post("/e/{slug}/manage/agenda/runs/{run_id}/mend")
def mend(request: Request, session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Make the change that an explanation offers, and ask again."""
    event, run, actor = access.found.event, access.found.run, access.principal.actor()
    mode = asked(run).mode
    try:
        with session.begin_nested():
            for change in _offered(session, event, run):
                service.mend(session, event=event, change=change, mode=mode, actor=actor, now=now)
    except Refused as refused:
        session.expire_all()
        return _proposal(request, session, access.found, now=now, notice=str(refused), status=422)
    session.flush()
    session.expire_all()
    mode = mode or SolveMode.REPLAN
    again = service.start_run(
        session,
        event=event,
        label=LABELS[mode],
        mode=mode,
        time_limit_seconds=SECONDS_AFTER_A_MEND,
        seed=0,
        actor=actor,
        now=now,
    )
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/runs/{again.id}", status_code=303)


def _offered(session: Session, event: Event, run: SolverRun) -> tuple[Mend, ...]:
    reason = proposal_of(session, event, run).reason
    if reason is None or not reason.mends:
        raise Conflict(_("This run offers no change."))
    return reason.mends


def _ask(
    request: Request, session: Session, event: Event, form: Bound[SolveForm], *, status: int = 200, now: Now
) -> Response:
    panel = latest_panel(session, event_id=event.id, slug=event.slug, kind="agenda", now=now)
    return render(request, "agenda/solve.html", {"event": event, "form": form, "panel": panel}, status=status)


def _proposal(
    request: Request, session: Session, found: RunIn, *, now: Now, notice: str | None = None, status: int = 200
) -> Response:
    event, run = found.event, found.run
    shown = proposal_of(session, event, run)
    people = delegates_by_id(session, shown.touched)
    panel = panel_of(session, run=run, slug=event.slug, now=now)
    # Once it has ended, the questions stand on this page itself and not in the box of the run.
    ended = replace(panel.run, proposal_path=None, accept_path=None, discard_path=None)
    context = {
        "event": event,
        "proposal": shown,
        "panel": panel,
        "box": ended if panel.run.is_settled else panel.run,
        "notice": notice,
        "changes": shown.changes,
        "people": sorted(people.values(), key=lambda one: (one.rank, one.id)),
        "changes_of": {person: [one for one in shown.changes if person in one.touched] for person in people},
        "rooms": {room.id: room.name for room in rooms_of(session, event.id)},
    }
    is_swap = is_htmx(request) and status == 200
    block = "proposal" if is_swap else None
    return render(request, "agenda/proposal.html", {**context, "is_swap": is_swap}, block=block, status=status)
