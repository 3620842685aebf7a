"""Runs, their steps, and those that need a keeper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, undefer

from app.platform.errors import NotFound
from app.solver_runs.enums import RunState
from app.solver_runs.models import RunProgress, SolverRun


@dataclass(frozen=True)
class Kept:
    """A run that somebody says to look after; the sweep watches whether its heartbeat moves."""

    run_id: int
    attempt: int
    heartbeat_at: datetime | None


def run_of_event(session: Session, *, event_id: int, run_id: int) -> SolverRun:
    """One run of an event, without its long texts.

    Raises:
        NotFound: no such run, or one of another event.
    """
    run = session.execute(
        select(SolverRun)
        .where(SolverRun.id == run_id, SolverRun.event_id == event_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if run is None:
        raise NotFound
    return run


def run_with_texts(session: Session, *, event_id: int, run_id: int) -> SolverRun:
    """One run of an event with problem, hint, outcome, report and explanation."""
    run_of_event(session, event_id=event_id, run_id=run_id)
    texts = (
        SolverRun.problem,
        SolverRun.hint,
        SolverRun.outcome,
        SolverRun.hint_report,
        SolverRun.explanation,
    )
    return session.execute(
        select(SolverRun)
        .where(SolverRun.id == run_id, SolverRun.event_id == event_id)
        .options(*(undefer(text) for text in texts))
        .execution_options(populate_existing=True)
    ).scalar_one()


def runs_of_event(*, event_id: int, kind: str | None = None) -> Select[tuple[SolverRun]]:
    """The history, latest first, ready to be paged."""
    statement = select(SolverRun).where(SolverRun.event_id == event_id)
    if kind is not None:
        statement = statement.where(SolverRun.kind == kind)
    return statement.order_by(SolverRun.submitted_at.desc(), SolverRun.id.desc())


def latest_run(session: Session, *, event_id: int, kind: str) -> SolverRun | None:
    """The run of a kind that was asked for last."""
    return session.execute(runs_of_event(event_id=event_id, kind=kind).limit(1)).scalar_one_or_none()


def steps_of(session: Session, *, run_id: int, event_id: int) -> Sequence[RunProgress]:
    """What a run reported, in the order of time."""
    return (
        session.execute(
            select(RunProgress)
            .join(SolverRun, SolverRun.id == RunProgress.run_id)
            .where(RunProgress.run_id == run_id, SolverRun.event_id == event_id)
            .order_by(RunProgress.position)
        )
        .scalars()
        .all()
    )


def runs_before(session: Session, *, run: SolverRun) -> int:
    """How many open runs of any event stand before a queued one."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SolverRun)
            .where(SolverRun.state.in_((RunState.QUEUED, RunState.RUNNING)), SolverRun.id < run.id)
        )
        or 0
    )


def waiting_run_ids(session: Session) -> list[int]:
    """Runs that nobody keeps: queued ones, and infeasible ones whose explanation is owed; oldest first."""
    owed = (
        (SolverRun.state == RunState.INFEASIBLE) & SolverRun.is_explained.is_(False) & SolverRun.worker_name.is_(None)
    )
    found = session.scalars(
        select(SolverRun.id).where(or_(SolverRun.state == RunState.QUEUED, owed)).order_by(SolverRun.id)
    )
    return list(found)


def kept_runs(session: Session) -> list[Kept]:
    """Runs that some process says to look after."""
    owed = (SolverRun.state == RunState.INFEASIBLE) & SolverRun.is_explained.is_(False)
    rows = session.execute(
        select(SolverRun.id, SolverRun.attempts, SolverRun.heartbeat_at).where(
            or_(SolverRun.state == RunState.RUNNING, owed), SolverRun.worker_name.is_not(None)
        )
    )
    return [Kept(run_id, attempt, heartbeat_at) for run_id, attempt, heartbeat_at in rows]
