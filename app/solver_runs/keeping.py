"""What the keeper of a run does to its row: take it up, watch it, end it, give it back.

The row is the truth; an engine carries a run's id and no more. Whoever takes a run up gets its number of attempts as
a fence: only the latest taker's words count, so a run that two processes work on still ends once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session, undefer

from app.platform.actor import Actor
from app.solver_runs.ending import Ending, failed, new_error_number
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.models import RunProgress, SolverRun
from app.solver_runs.recording import record_state

KEEPER = Actor.system("solver runs")


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a running solve said: seconds since its start, stage, best value so far and bound."""

    seconds: float
    stage: str
    incumbent: int | None
    bound: int | None


@dataclass(frozen=True, kw_only=True)
class Task:
    """A run that was taken up: everything that its keeper needs while no transaction is open."""

    run_id: int
    attempt: int
    is_explanation: bool
    kind: str
    problem: str
    hint: str | None
    question: str | None
    time_limit_seconds: float
    seed: int
    workers: int


def unexplained() -> tuple[ColumnElement[bool], ...]:
    """The condition of runs whose explanation is still owed."""
    return (SolverRun.state == RunState.INFEASIBLE, SolverRun.is_explained.is_(False))


def take_up(session: Session, *, run_id: int, worker_name: str, now: datetime) -> Task | None:
    """Become the keeper of a run that nobody keeps: a queued one to solve, an infeasible one to explain.

    Returns:
        ``None`` where another was quicker or nothing is left to do.
    """
    taken = _changed(
        session,
        update(SolverRun)
        .where(SolverRun.id == run_id, SolverRun.state == RunState.QUEUED)
        .values(
            state=RunState.RUNNING,
            worker_name=worker_name,
            attempts=SolverRun.attempts + 1,
            started_at=now,
            heartbeat_at=now,
        ),
    )
    if taken:
        session.execute(delete(RunProgress).where(RunProgress.run_id == run_id))
    else:
        explaining = _changed(
            session,
            update(SolverRun)
            .where(SolverRun.id == run_id, *unexplained(), SolverRun.worker_name.is_(None))
            .values(worker_name=worker_name, attempts=SolverRun.attempts + 1, heartbeat_at=now),
        )
        if not explaining:
            return None
    run = session.execute(
        select(SolverRun)
        .where(SolverRun.id == run_id)
        .options(undefer(SolverRun.problem), undefer(SolverRun.hint))
        .execution_options(populate_existing=True)
    ).scalar_one()
    if taken:
        record_state(session, run=run, actor=KEEPER, now=now, action="started", before=RunState.QUEUED)
    return Task(
        run_id=run.id,
        attempt=run.attempts,
        is_explanation=run.state is RunState.INFEASIBLE,
        kind=run.kind,
        problem=run.problem,
        hint=run.hint,
        question=run.question,
        time_limit_seconds=run.time_limit_seconds,
        seed=run.seed,
        workers=run.workers,
    )


def beat(session: Session, *, task: Task, steps: Sequence[Step], now: datetime) -> bool:
    """Say that the run is being looked after, and store what it reported since; ``False`` where it is another's now."""
    alive = _changed(session, update(SolverRun).where(*_mine(task)).values(heartbeat_at=now))
    if not alive:
        return False
    if steps:
        record_progress(session, run_id=task.run_id, steps=steps)
    return True


def record_progress(session: Session, *, run_id: int, steps: Sequence[Step]) -> None:
    """Append steps to those that a run reported before."""
    last = session.scalar(select(func.max(RunProgress.position)).where(RunProgress.run_id == run_id))
    first = 0 if last is None else last + 1
    session.execute(
        insert(RunProgress),
        [
            {
                "run_id": run_id,
                "position": first + index,
                "seconds": step.seconds,
                "stage": step.stage[:80],
                "incumbent": step.incumbent,
                "bound": step.bound,
            }
            for index, step in enumerate(steps)
        ],
    )


def finish(session: Session, *, task: Task, ending: Ending, now: datetime) -> bool:
    """Give a run its final state, once; ``False`` where it is another's now."""
    number = new_error_number() if ending.state is RunState.FAILED else None
    ended = _changed(
        session,
        update(SolverRun)
        .where(*_mine(task), SolverRun.state == RunState.RUNNING)
        .values(
            state=ending.state,
            ended_at=now,
            worker_name=None,
            outcome=ending.outcome,
            outcome_status=ending.outcome_status,
            has_solution=ending.has_solution,
            stages=ending.stages,
            solve_seconds=ending.solve_seconds,
            hint_report=ending.hint_report,
            explanation=ending.explanation,
            is_explained=ending.explanation is not None,
            failure=ending.failure,
            error=ending.error,
            error_number=number,
        ),
    )
    if not ended:
        return False
    run = _fresh(session, task.run_id)
    record_state(session, run=run, actor=KEEPER, now=now, action="ended", before=RunState.RUNNING)
    return True


def record_explanation(session: Session, *, task: Task, explanation: str | None) -> bool:
    """Store why an infeasible run has no plan; ``None`` where that could not be found out in time."""
    return _changed(
        session,
        update(SolverRun)
        .where(*_mine(task), *unexplained())
        .values(explanation=explanation, is_explained=True, worker_name=None),
    )


def release(session: Session, *, task: Task, now: datetime) -> None:
    """Give a run back because its keeper goes away in good order; it is taken up again from its start."""
    freed = _changed(
        session,
        update(SolverRun)
        .where(*_mine(task), SolverRun.state == RunState.RUNNING)
        .values(state=RunState.QUEUED, worker_name=None),
    )
    if freed:
        record_state(
            session, run=_fresh(session, task.run_id), actor=KEEPER, now=now, action="released", before=RunState.RUNNING
        )
        return
    session.execute(update(SolverRun).where(*_mine(task), *unexplained()).values(worker_name=None))


def reclaim(session: Session, *, run_id: int, attempt: int, most_attempts: int, now: datetime) -> RunState | None:
    """Free a run whose keeper has gone: queued again, or given up as lost after too many attempts.

    Args:
        attempt: the number that was seen; nothing happens where the run has moved on since.
    """
    run = session.execute(
        select(SolverRun)
        .where(SolverRun.id == run_id, SolverRun.attempts == attempt, SolverRun.worker_name.is_not(None))
        .with_for_update()
    ).scalar_one_or_none()
    if run is None:
        return None
    if run.state is RunState.INFEASIBLE:
        run.worker_name = None
        run.is_explained = run.attempts >= 2 * most_attempts
        session.flush()
        return run.state
    if run.state is not RunState.RUNNING:
        return None
    if run.stop_requested_at is not None:
        run.state, run.ended_at, run.worker_name = RunState.STOPPED, now, None
        record_state(session, run=run, actor=KEEPER, now=now, action="ended", before=RunState.RUNNING)
    elif run.attempts >= most_attempts:
        lost = failed(RunFailure.LOST, f"The process that looked after it went away {run.attempts} times.")
        run.state, run.failure, run.error, run.error_number = lost.state, lost.failure, lost.error, new_error_number()
        run.ended_at, run.worker_name = now, None
        record_state(session, run=run, actor=KEEPER, now=now, action="ended", before=RunState.RUNNING)
    else:
        run.state, run.worker_name = RunState.QUEUED, None
        record_state(session, run=run, actor=KEEPER, now=now, action="released", before=RunState.RUNNING)
    session.flush()
    return run.state


def _mine(task: Task) -> tuple[ColumnElement[bool], ...]:
    return (SolverRun.id == task.run_id, SolverRun.attempts == task.attempt, SolverRun.worker_name.is_not(None))


def _changed(session: Session, statement: Any) -> bool:
    """Run an update; whether it met a row. The rows in memory are read anew by whoever needs them."""
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount)


def _fresh(session: Session, run_id: int) -> SolverRun:
    return session.execute(
        select(SolverRun).where(SolverRun.id == run_id).execution_options(populate_existing=True)
    ).scalar_one()
