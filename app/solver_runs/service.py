"""What people do to a solver run: ask for it, stop it, accept it, restore it."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.platform.actor import Actor
from app.platform.database.pieces import AT_COMMIT
from app.platform.errors import Conflict, Refused
from app.solver_runs.enums import RunState
from app.solver_runs.limits import DEFAULT_WORKERS, LARGEST_TIME_LIMIT_SECONDS, MOST_WORKERS
from app.solver_runs.models import SolverRun
from app.solver_runs.recording import record_state

TO_SUBMIT = AT_COMMIT
"""Key of ``session.info``: ids of runs that the engine hands out when this transaction commits."""

ASKED = [
    *("event_id", "kind", "label", "problem", "problem_hash", "hint", "has_hint", "question"),
    *("time_limit_seconds", "seed", "workers", "source_version"),
]
ANSWERED = ["state", "outcome", "outcome_status", "has_solution", "stages", "solve_seconds", "hint_report"]


def submit(
    session: Session,
    *,
    event_id: int,
    kind: str,
    label: str,
    problem_json: str,
    hint_json: str | None = None,
    question: str | None = None,
    time_limit_seconds: float,
    seed: int = 0,
    workers: int = DEFAULT_WORKERS,
    accept_path: str | None = None,
    proposal_path: str | None = None,
    source_version: str | None = None,
    actor: Actor,
    now: datetime,
) -> SolverRun:
    """Ask for a solve; it starts after the transaction commits.

    Args:
        problem_json: the problem file of the scheduler's command line, as text.
        hint_json: a solution or an outcome to start from, usually the plan as it stands.
        question: what of that plan is to be explained instead of looking for a better one.
        accept_path: the address that the page's accept button posts to; ``{run_id}`` in it becomes the id.
        proposal_path: the page on which to look at the plan first; its ``…/refuse`` takes a no.
        source_version: which state of the rows the problem was made from, in the caller's words.

    Raises:
        Refused: a limit outside what is allowed, or an accept path that leaves this site.
    """
    _require_limits(time_limit_seconds=time_limit_seconds, seed=seed, workers=workers)
    run = SolverRun(
        event_id=event_id,
        kind=kind,
        label=label,
        state=RunState.QUEUED,
        problem=problem_json,
        problem_hash=digest_of(problem_json),
        hint=hint_json,
        has_hint=hint_json is not None,
        question=question,
        time_limit_seconds=time_limit_seconds,
        seed=seed,
        workers=workers,
        source_version=source_version,
        submitted_at=now,
        submitted_by=actor.account_id,
        attempts=0,
    )
    session.add(run)
    session.flush()
    if accept_path is not None:
        run.accept_path = _own_path(accept_path.replace("{run_id}", str(run.id)))
    if proposal_path is not None:
        run.proposal_path = _own_path(proposal_path.replace("{run_id}", str(run.id)))
    _announce(session, run)
    record_state(session, run=run, actor=actor, now=now, action="submitted", before=None)
    session.flush()
    return run


def digest_of(problem_json: str) -> str:
    """What a run keeps of its problem, to tell whether another is over the same."""
    return hashlib.sha256(problem_json.encode()).hexdigest()


def request_stop(session: Session, *, run: SolverRun, actor: Actor, now: datetime) -> None:
    """End a run soon and keep its best plan; a queued one ends at once. Nothing happens to a run that has ended."""
    if run.state is RunState.QUEUED:
        stopped: Any = session.execute(
            update(SolverRun)
            .where(SolverRun.id == run.id, SolverRun.state == RunState.QUEUED)
            .values(state=RunState.STOPPED, stop_requested_at=now, ended_at=now)
            .execution_options(synchronize_session=False)
        )
        session.refresh(run)
        if stopped.rowcount:
            record_state(session, run=run, actor=actor, now=now, action="stopped", before=RunState.QUEUED)
            return
    if run.state is RunState.RUNNING and run.stop_requested_at is None:
        run.stop_requested_at = now
        record_state(session, run=run, actor=actor, now=now, action="stop asked", before=RunState.RUNNING)
        session.flush()


stop = request_stop


def mark_accepted(session: Session, *, run: SolverRun, actor: Actor, now: datetime) -> None:
    """Note that a run's plan became the rows of now; the caller has validated it against them.

    Raises:
        Conflict: the run has no plan.
    """
    if run.state.is_open or not run.has_solution:
        raise Conflict("This run has no plan to accept.")
    run.accepted_at, run.accepted_by = now, actor.account_id
    record_state(session, run=run, actor=actor, now=now, action="accepted", before=run.state)
    session.flush()


def discard(session: Session, *, run: SolverRun, actor: Actor, now: datetime) -> None:
    """Say no to a run's plan; it stays in the history and can be restored.

    Raises:
        Conflict: the run has not ended, or its plan was accepted.
    """
    if run.state.is_open or run.accepted_at is not None:
        raise Conflict("This run has no plan to refuse.")
    run.discarded_at = now
    record_state(session, run=run, actor=actor, now=now, action="discarded", before=run.state)
    session.flush()


def restore(session: Session, *, run: SolverRun, actor: Actor, now: datetime) -> SolverRun:
    """Bring an earlier run back as a new one: its plan as a proposal to accept today; without a plan, solve it again.

    Problem, hint, seed, limits and result are those of the earlier run, so the hash is equal. Accepting validates the
    plan against the rows of now like any other.
    """
    if run.state.is_open:
        raise Conflict("This run has not ended yet.")
    fields = [*ASKED, *ANSWERED] if run.has_solution else ASKED
    restored = SolverRun(**{field: getattr(run, field) for field in fields})
    restored.restored_from_id = run.id
    restored.submitted_at, restored.submitted_by = now, actor.account_id
    restored.attempts = 0
    if run.has_solution:
        restored.started_at = restored.ended_at = now
    else:
        restored.state = RunState.QUEUED
    session.add(restored)
    session.flush()
    if run.accept_path is not None:
        restored.accept_path = _path_for(run.accept_path, earlier=run.id, later=restored.id)
    if run.proposal_path is not None:
        restored.proposal_path = _path_for(run.proposal_path, earlier=run.id, later=restored.id)
    if restored.state is RunState.QUEUED:
        _announce(session, restored)
    record_state(session, run=restored, actor=actor, now=now, action="restored", before=None)
    session.flush()
    return restored


def _require_limits(*, time_limit_seconds: float, seed: int, workers: int) -> None:
    errors = {}
    if not 0 < time_limit_seconds <= LARGEST_TIME_LIMIT_SECONDS:
        errors["time_limit_seconds"] = f"Give a limit above 0 and at most {LARGEST_TIME_LIMIT_SECONDS:.0f} seconds."
    if not 0 <= seed < 2**31:
        errors["seed"] = "Give a seed from 0 to 2147483647."
    if not 1 <= workers <= MOST_WORKERS:
        errors["workers"] = f"Give from 1 to {MOST_WORKERS} search threads."
    if errors:
        raise Refused(errors)


def _own_path(path: str) -> str:
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        raise Refused(f"'{path}' is no address of this site.")
    return path


def _path_for(path: str, *, earlier: int, later: int) -> str:
    """The accept path of a restored run: the last part that is the earlier run's id becomes the later one's."""
    parts = path.split("/")
    for position in range(len(parts) - 1, -1, -1):
        if parts[position] == str(earlier):
            parts[position] = str(later)
            break
    return "/".join(parts)


def _announce(session: Session, run: SolverRun) -> None:
    session.info.setdefault(TO_SUBMIT, []).append(run.id)
