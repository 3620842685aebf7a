"""The box of a run, on its own page and on the board of whoever asked for it.

A board shows the latest run of its kind with ``panel = unanswered_panel(session, …)`` and, in the template,
``{% if panel %}{{ ui.run_progress(panel.run, panel.picture) }}{% endif %}``; it then follows the run live.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.platform.pictures import Picture, solver_line
from app.solver_runs import queries, view
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.view import RunView, Stage


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A run as a page shows it, a picture for each stage that has one, and why there is no plan."""

    run: RunView
    pictures: tuple[tuple[Stage, Picture], ...]
    explanation: dict[str, Any] | None

    @property
    def picture(self) -> Picture | None:
        """The picture of the stage that was worked on last."""
        return self.pictures[-1][1] if self.pictures else None


def panel_of(session: Session, *, run: SolverRun, slug: str, now: datetime) -> Panel:
    """The panel of one run; ``slug`` is its event's."""
    steps = queries.steps_of(session, run_id=run.id, event_id=run.event_id)
    waits_for = queries.runs_before(session, run=run) if run.state is RunState.QUEUED else 0
    shown = view.view_of(run, slug=slug, steps=steps, waits_for=waits_for, now=now)
    explanation = queries.results_of(session, run=run).explanation if run.is_explained else None
    drawn = (
        (stage, solver_line([(point.seconds, point.best, point.bound) for point in points]))
        for stage, points in shown.lines
    )
    return Panel(
        run=shown,
        pictures=tuple((stage, picture) for stage, picture in drawn if picture is not None),
        explanation=view.explanation_of(explanation),
    )


def latest_panel(session: Session, *, event_id: int, slug: str, kind: str, now: datetime) -> Panel | None:
    """The panel of the run of a kind that was asked for last; ``None`` where there is none."""
    run = queries.latest_run(session, event_id=event_id, kind=kind)
    return None if run is None else panel_of(session, run=run, slug=slug, now=now)


def unanswered_panel(session: Session, *, event_id: int, slug: str, kind: str, now: datetime) -> Panel | None:
    """The same as long as its plan is neither accepted nor discarded: then there is nothing to do with it any more."""
    run = queries.latest_run(session, event_id=event_id, kind=kind)
    if run is None or run.accepted_at is not None or run.discarded_at is not None:
        return None
    return panel_of(session, run=run, slug=slug, now=now)
