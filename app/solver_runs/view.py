"""A run as a page shows it: frozen figures, no words, no database."""

import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.models import RunProgress, SolverRun

MOST_POINTS = 150


@dataclass(frozen=True, kw_only=True)
class Point:
    """A step of one stage: seconds since the start, best value so far, bound."""

    seconds: float
    best: int | None
    bound: int | None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the objective. ``sense`` is ``None`` while no step tells which way it goes."""

    name: str
    sense: str | None
    best: int | None
    bound: int | None
    seconds: float | None = None

    @property
    def words(self) -> str:
        """The name as it reads on a page."""
        return self.name.replace("_", " ")

    @property
    def is_proven(self) -> bool:
        return self.best is not None and self.best == self.bound

    @property
    def gap_percent(self) -> int | None:
        """How far the value may be from the best possible, rounded up, in percent of the value."""
        if self.best is None or self.bound is None:
            return None
        return -(-abs(self.best - self.bound) * 100 // max(1, abs(self.best)))


@dataclass(frozen=True, kw_only=True)
class Term:
    """A soft term: units, weight and cost of the run's plan, and the cost of the plan it started from."""

    name: str
    units: int
    weight: int
    cost: int
    cost_before: int | None

    @property
    def words(self) -> str:
        return self.name.replace("_", " ")

    @property
    def change(self) -> int | None:
        return None if self.cost_before is None else self.cost - self.cost_before


@dataclass(frozen=True, kw_only=True)
class RunView:
    """What stands on the page of a run and in its box on a board (``ui.run_progress``)."""

    number: int
    kind: str
    label: str
    state: RunState
    seconds: float
    limit_seconds: float
    stage: Stage | None
    is_best: bool
    has_plan: bool
    is_stopping: bool
    failure: RunFailure | None
    error: str | None
    error_number: str | None
    waits_for: int
    is_explained: bool
    is_accepted: bool
    page_path: str
    stream_path: str | None
    stop_path: str | None
    accept_path: str | None
    discard_path: str | None = None
    proposal_path: str | None = None
    is_question: bool = False
    is_discarded: bool = False
    message: str | None = None
    lines: tuple[tuple[Stage, tuple[Point, ...]], ...] = field(default=())

    @property
    def best(self) -> int | None:
        return None if self.stage is None else self.stage.best

    @property
    def bound(self) -> int | None:
        return None if self.stage is None else self.stage.bound

    @property
    def sense(self) -> str | None:
        return None if self.stage is None else self.stage.sense

    @property
    def gap_percent(self) -> int | None:
        return None if self.stage is None or self.stage.is_proven else self.stage.gap_percent

    @property
    def is_open(self) -> bool:
        return self.state.is_open

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it will change by itself any more."""
        return not self.is_open and not (self.state is RunState.INFEASIBLE and not self.is_explained)


class Announcement(enum.StrEnum):
    """What is read aloud of a run; not every step."""

    STARTED = "started"
    FIRST_PLAN = "first plan"
    GAP_HALVED = "gap halved"
    ENDED = "ended"


class Announcer:
    """Chooses the moments of one run that are worth a sentence: start, first plan, halved gap, end."""

    def __init__(self) -> None:
        self._state: RunState | None = None
        self._has_plan = False
        self._gap: int | None = None

    def of(self, shown: RunView) -> Announcement | None:
        """What to say now, once for each moment; nothing about what was so when the watching began."""
        before, had_plan, gap = self._state, self._has_plan, self._gap
        self._state, self._has_plan = shown.state, shown.best is not None
        if gap is None or shown.gap_percent is None or shown.gap_percent * 2 <= gap:
            self._gap = shown.gap_percent
        if before is None:
            return None
        if before.is_open and not shown.is_open:
            return Announcement.ENDED
        if before is RunState.QUEUED and shown.state is RunState.RUNNING:
            return Announcement.STARTED
        if self._has_plan and not had_plan:
            return Announcement.FIRST_PLAN
        if gap is not None and self._gap is not None and self._gap * 2 <= gap:
            return Announcement.GAP_HALVED
        return None


def view_of(
    run: SolverRun, *, slug: str, steps: Sequence[RunProgress] = (), waits_for: int = 0, now: datetime
) -> RunView:
    """Gather what a page says about a run; ``steps`` are needed while it is open and for the picture."""
    page = f"/e/{slug}/manage/runs/{run.id}"
    reported = stages_reported(steps)
    stages = stages_of(run)
    is_settled = not run.state.is_open and (run.state is not RunState.INFEASIBLE or run.is_explained)
    return RunView(
        number=run.id,
        kind=run.kind,
        label=run.label,
        state=run.state,
        seconds=seconds_of(run, now=now),
        limit_seconds=run.time_limit_seconds,
        stage=_telling(stages) or (reported[-1] if reported and run.state.is_open else None),
        is_best=run.outcome_status == "optimal",
        has_plan=run.has_solution,
        is_stopping=run.state is RunState.RUNNING and run.stop_requested_at is not None,
        failure=run.failure,
        error=run.error,
        error_number=run.error_number,
        waits_for=waits_for,
        is_explained=run.is_explained,
        is_accepted=run.accepted_at is not None,
        page_path=page,
        stream_path=None if is_settled else f"{page}/events",
        stop_path=f"{page}/stop" if run.state.is_open and run.stop_requested_at is None else None,
        accept_path=run.accept_path if run.has_solution else None,
        discard_path=f"{run.proposal_path}/refuse" if _can_be_refused(run) else None,
        proposal_path=run.proposal_path,
        is_question=run.question is not None,
        is_discarded=run.discarded_at is not None,
        lines=_lines(stages or reported, steps),
    )


def _can_be_refused(run: SolverRun) -> bool:
    is_answered = run.accepted_at is not None or run.discarded_at is not None
    is_offered = run.proposal_path is not None and run.accept_path is not None and run.has_solution
    return is_offered and not run.state.is_open and not is_answered


def seconds_of(run: SolverRun, *, now: datetime) -> float:
    """Seconds that a run has taken, up to now while it runs; 0 while it waits."""
    if run.started_at is None or run.state is RunState.QUEUED:
        return 0.0
    if run.solve_seconds is not None:
        return run.solve_seconds
    return max(0.0, ((run.ended_at or now) - run.started_at).total_seconds())


def stages_of(run: SolverRun) -> tuple[Stage, ...]:
    """The stages of a run's plan, in order; none without a plan."""
    if not run.has_solution:
        return ()
    return tuple(
        Stage(name=one["name"], sense=one["sense"], best=one["value"], bound=one["bound"], seconds=one["seconds"])
        for one in run.stages or ()
    )


def stages_reported(steps: Sequence[RunProgress]) -> tuple[Stage, ...]:
    """The stages that a run has reported so far, each as it stood last."""
    last: dict[str, RunProgress] = {}
    senses: dict[str, str] = {}
    for step in steps:
        last[step.stage] = step
        if step.incumbent is not None and step.bound is not None and step.incumbent != step.bound:
            senses[step.stage] = "min" if step.bound < step.incumbent else "max"
    return tuple(
        Stage(name=name, sense=senses.get(name), best=step.incumbent, bound=step.bound) for name, step in last.items()
    )


def terms_of(outcome: str | None, hint_report: str | None) -> tuple[Term, ...]:
    """Cost by term of a plan, beside that of the plan that the run started from."""
    score = _score(outcome)
    before = _score(hint_report)
    return tuple(
        Term(
            name=name,
            units=one["units"],
            weight=one["weight"],
            cost=one["cost"],
            cost_before=before[name]["cost"] if name in before else None,
        )
        for name, one in score.items()
    )


def explanation_of(text: str | None) -> dict[str, Any] | None:
    """The explanation's facts, fix and fixes, or ``None``."""
    return None if text is None else json.loads(text)


def _score(text: str | None) -> dict[str, dict[str, int]]:
    if text is None:
        return {}
    read = json.loads(text).get("score")
    return read if isinstance(read, dict) else {}


def _telling(stages: Sequence[Stage]) -> Stage | None:
    """The stage whose figures say most: the first that is not proven, else the last."""
    if not stages:
        return None
    return next((stage for stage in stages if not stage.is_proven), stages[-1])


def _lines(stages: Sequence[Stage], steps: Sequence[RunProgress]) -> tuple[tuple[Stage, tuple[Point, ...]], ...]:
    """The points of each stage that has any."""
    lines = []
    for stage in stages:
        points = [
            Point(seconds=step.seconds, best=step.incumbent, bound=step.bound)
            for step in steps
            if step.stage == stage.name
        ]
        if points:
            lines.append((stage, _thinned(points)))
    return tuple(lines)


def _thinned(points: list[Point]) -> tuple[Point, ...]:
    """At most so many points that a picture stays light; the first and the last always."""
    stride = -(-len(points) // MOST_POINTS)
    return (*points[:-1:stride], points[-1])
