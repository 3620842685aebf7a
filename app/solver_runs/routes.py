"""Pages of solver runs: the history, one run with its live progress, stop, restore, and what went in and out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.platform.clock import Now
from app.platform.database.engine import Database
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound
from app.platform.pagination import paginate
from app.platform.rendering import render
from app.solver_runs import queries, service, view
from app.solver_runs.models import SolverRun
from app.solver_runs.panels import panel_of
from app.solver_runs.queries import EventHead
from app.solver_runs.view import Announcer, RunView

router = APIRouter()

LOOK_SECONDS = 0.5
RETRY_MILLISECONDS = 2000
STREAM_SECONDS = 120.0
"""A stream ends after so long and the browser opens it anew, which checks the right to read it again."""


@dataclass(frozen=True)
class RunOfEvent:
    """A run and the event whose pages it stands on."""

    event: EventHead
    run: SolverRun

    @property
    def event_id(self) -> int:
        return self.event.id


def event_of_path(session: Session, path: Mapping[str, Any], _: Principal) -> EventHead:
    """The event of the address."""
    return queries.event_of_slug(session, slug=path["slug"])


def run_of_path(session: Session, path: Mapping[str, Any], _: Principal) -> RunOfEvent:
    """The run of the address, which must be one of the event of the address."""
    event = queries.event_of_slug(session, slug=path["slug"])
    run_id = str(path["run_id"])
    if not run_id.isdecimal() or len(run_id) > 9:
        raise NotFound
    return RunOfEvent(event, queries.run_of_event(session, event_id=event.id, run_id=int(run_id)))


RunAccess = Annotated[Access[RunOfEvent], Depends(Policy("runs.read", roles=ORGANISERS, loader=run_of_path))]
RunChange = Annotated[Access[RunOfEvent], Depends(Policy("runs.change", roles=ORGANISERS, loader=run_of_path))]
EventAccess = Annotated[Access[EventHead], Depends(Policy("runs.list", roles=ORGANISERS, loader=event_of_path))]


@router.get("/e/{slug}/manage/runs", name="runs")
def show_history(
    request: Request, session: ReadSession, now: Now, access: EventAccess, kind: str = "", page: int = 1
) -> Response:
    """All runs of an event, latest first."""
    event = access.found
    found = paginate(session, queries.runs_of_event(event_id=event.id, kind=kind or None), page=max(1, page))
    names = queries.names_of_accounts(session, account_ids=(run.submitted_by for run in found.items))
    rows = [(run, view.view_of(run, slug=event.slug, now=now), names.get(run.submitted_by or 0)) for run in found.items]
    tabs = [
        {"href": f"?kind={one}", "text": one, "current": one == kind}
        for one in queries.kinds_of_event(session, event_id=event.id)
    ]
    context = {"event": event, "page": found, "rows": rows, "kind": kind, "kind_tabs": tabs}
    return render(request, "solver_runs/history.html", context)


@router.get("/e/{slug}/manage/runs/{run_id}", name="run")
def show_run(request: Request, session: ReadSession, now: Now, access: RunAccess) -> Response:
    """One run: how it stands, what it found, what it used."""
    return render(request, "solver_runs/run.html", _run_page(session, access.found, now=now))


@router.get("/e/{slug}/manage/runs/{run_id}/events", name="run_events", response_class=EventSourceResponse)
async def stream_run(request: Request, access: RunAccess) -> AsyncIterator[ServerSentEvent]:
    """The panel of a run as often as it changes, twice a second at most, until the run is settled.

    No database session is held: the policy's ended before the stream began, and each look opens one of its own.
    """
    database: Database = request.app.state.database
    stream = RunStream(request, database, access.found)
    end_at = asyncio.get_running_loop().time() + STREAM_SECONDS
    while asyncio.get_running_loop().time() < end_at:
        for name, block in (await run_in_threadpool(stream.look)).items():
            yield ServerSentEvent(raw_data=block, event=name, retry=RETRY_MILLISECONDS)
        if stream.is_settled:
            yield ServerSentEvent(raw_data="done", event="done")
            return
        await asyncio.sleep(LOOK_SECONDS)


@router.post("/e/{slug}/manage/runs/{run_id}/stop", name="stop_run")
def stop_run(session: DbSession, now: Now, access: RunChange) -> Response:
    """End a run and keep its best plan."""
    service.request_stop(session, run=access.found.run, actor=access.principal.actor(), now=now)
    return _to_run(access.found.event, access.found.run)


@router.post("/e/{slug}/manage/runs/{run_id}/restore", name="restore_run")
def restore_run(session: DbSession, now: Now, access: RunChange) -> Response:
    """Bring an earlier run back as a new one."""
    restored = service.restore(session, run=access.found.run, actor=access.principal.actor(), now=now)
    return _to_run(access.found.event, restored)


@router.get("/e/{slug}/manage/runs/{run_id}/problem.json", name="run_problem")
def download_problem(session: ReadSession, access: RunAccess) -> Response:
    """What went in, to the byte that its hash is of."""
    run = access.found.run
    return _file(queries.problem_of(session, run=run), f"run-{run.id}-problem.json")


@router.get("/e/{slug}/manage/runs/{run_id}/outcome.json", name="run_outcome")
def download_outcome(session: ReadSession, access: RunAccess) -> Response:
    """What came out.

    Raises:
        NotFound: the run has no outcome.
    """
    run = access.found.run
    outcome = queries.results_of(session, run=run).outcome
    if outcome is None:
        raise NotFound
    return _file(outcome, f"run-{run.id}-outcome.json")


class RunStream:
    """What a stream has sent, so that it sends again only what differs."""

    def __init__(self, request: Request, database: Database, found: RunOfEvent) -> None:
        self._request, self._database = request, database
        self._event, self._run_id = found.event, found.run.id
        self._sent: dict[str, str] = {}
        self._announced = Announcer()
        self.is_settled = False

    def look(self) -> dict[str, str]:
        """The blocks of the page that differ from those sent before, by name."""
        now = self._request.app.state.clock.now()
        with self._database.reading() as session:
            run = queries.run_of_event(session, event_id=self._event.id, run_id=self._run_id)
            context = {**_panel(session, self._event, run, now=now), **_results(session, run)}
        shown: RunView = context["run"]
        self.is_settled = shown.is_settled
        context["announcement"] = self._announced.of(shown)
        blocks = ("progress", "terms") if shown.is_settled else ("progress",)
        rendered = {name: self._rendered(name, context) for name in blocks}
        news = {name: text for name, text in rendered.items() if self._sent.get(name) != text}
        self._sent.update(news)
        return news

    def _rendered(self, block: str, context: dict[str, Any]) -> str:
        return bytes(render(self._request, "solver_runs/run.html", context, block=block).body).decode()


def _panel(session: Session, event: EventHead, run: SolverRun, *, now: datetime) -> dict[str, Any]:
    panel = panel_of(session, run=run, slug=event.slug, now=now)
    return {
        "event": event,
        "run": panel.run,
        "pictures": panel.pictures,
        "explanation": panel.explanation,
        "announcement": None,
    }


def _results(session: Session, run: SolverRun) -> dict[str, Any]:
    found = queries.results_of(session, run=run)
    terms = view.terms_of(found.outcome, found.hint_report) if run.has_solution else ()
    return {"terms": terms, "stages": view.stages_of(run), "has_outcome": found.outcome is not None}


def _run_page(session: Session, found: RunOfEvent, *, now: datetime) -> dict[str, Any]:
    run = found.run
    names = queries.names_of_accounts(session, account_ids=(run.submitted_by, run.accepted_by))
    return {
        **_panel(session, found.event, run, now=now),
        **_results(session, run),
        "row": run,
        "submitted_by": names.get(run.submitted_by or 0),
        "accepted_by": names.get(run.accepted_by or 0),
    }


def _to_run(event: EventHead, run: SolverRun) -> Response:
    return RedirectResponse(f"/e/{event.slug}/manage/runs/{run.id}", status_code=303)


def _file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store, private"}
    return Response(text, media_type="application/json", headers=headers)
