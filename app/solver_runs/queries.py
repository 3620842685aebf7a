"""Runs, their steps, and those that need a keeper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.platform.database.base import Base
from app.platform.errors import NotFound
from app.solver_runs.enums import RunState
from app.solver_runs.models import RunProgress, SolverRun


@dataclass(frozen=True, kw_only=True)
class EventHead:
    """What the frame of a page says about its event; this domain lies below the one that owns the table."""

    id: int
    slug: str
    name: str
    timezone: str
    contact_email: str
    is_demonstration: bool


@dataclass(frozen=True)
class Results:
    """What came out of a run, as JSON text: outcome, score of the plan it started from, explanation."""

    outcome: str | None
    hint_report: str | None
    explanation: str | None


@dataclass(frozen=True)
class Kept:
    """A run that somebody says to look after; the sweep watches whether its heartbeat moves."""

    run_id: int
    attempt: int
    heartbeat_at: datetime | None


def event_of_slug(session: Session, *, slug: str) -> EventHead:
    """The event that an address names.

    Raises:
        NotFound: no such event.
    """
    table = Base.metadata.tables["event"]
    names = ("id", "slug", "name", "timezone", "contact_email", "is_demonstration")
    row = session.execute(select(*(table.c[name] for name in names)).where(table.c.slug == slug)).one_or_none()
    if row is None:
        raise NotFound
    return EventHead(**row._mapping)


def run_of_event(session: Session, *, event_id: int, run_id: int, kind: str | None = None) -> SolverRun:
    """One run of an event, without its long texts; of one kind where ``kind`` says so.

    Raises:
        NotFound: no such run, or one of another event or kind.
    """
    run = session.execute(
        select(SolverRun)
        .where(SolverRun.id == run_id, SolverRun.event_id == event_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if run is None or kind not in (None, run.kind):
        raise NotFound
    return run


def problem_of(session: Session, *, run: SolverRun) -> str:
    """The problem file of a run, which may be large."""
    return session.scalars(select(SolverRun.problem).where(SolverRun.id == run.id)).one()


def results_of(session: Session, *, run: SolverRun) -> Results:
    """What came out of a run."""
    row = session.execute(
        select(SolverRun.outcome, SolverRun.hint_report, SolverRun.explanation).where(SolverRun.id == run.id)
    ).one()
    return Results(*row)


def runs_of_event(*, event_id: int, kind: str | None = None) -> Select[SolverRun]:
    """The history, latest first, ready to be paged."""
    statement = select(SolverRun).where(SolverRun.event_id == event_id)
    if kind is not None:
        statement = statement.where(SolverRun.kind == kind)
    return statement.order_by(SolverRun.submitted_at.desc(), SolverRun.id.desc())


def asked_last(
    session: Session, *, event_id: int, kind: str, question: str | None = None, source_version: str | None = None
) -> SolverRun | None:
    """The run that was last asked this, whether it has answered or not; failed and stopped ones do not count.

    Args:
        question: what of a plan was to be explained, ``None`` for a run that looked for a plan.
        source_version: the state of the rows in the words of who asked; any where there is none.
    """
    statement = runs_of_event(event_id=event_id, kind=kind).where(
        SolverRun.question == question,
        SolverRun.state.in_((RunState.QUEUED, RunState.RUNNING, RunState.DONE, RunState.INFEASIBLE)),
    )
    if source_version is not None:
        statement = statement.where(SolverRun.source_version == source_version)
    return session.scalars(statement.limit(1)).one_or_none()


def kinds_of_event(session: Session, *, event_id: int) -> list[str]:
    """The kinds of problem that an event has runs of."""
    return list(
        session.scalars(
            select(SolverRun.kind).where(SolverRun.event_id == event_id).distinct().order_by(SolverRun.kind)
        )
    )


def latest_run(session: Session, *, event_id: int, kind: str) -> SolverRun | None:
    """The run of a kind that was asked for last, of those whose plan is accepted as it is: what-ifs are not."""
    statement = runs_of_event(event_id=event_id, kind=kind).where(SolverRun.accept_path.is_not(None))
    return session.scalars(statement.limit(1)).one_or_none()


def accepted_last(session: Session, *, event_id: int, kind: str) -> SolverRun | None:
    """The run of a kind whose plan was accepted last."""
    statement = runs_of_event(event_id=event_id, kind=kind).where(SolverRun.accepted_at.is_not(None))
    return session.scalars(
        statement.order_by(None).order_by(SolverRun.accepted_at.desc(), SolverRun.id.desc()).limit(1)
    ).one_or_none()


def latest_run_on(session: Session, *, event_id: int, kind: str, problem_hash: str) -> SolverRun | None:
    """The last run that looked for a plan of exactly this problem and has not failed."""
    statement = runs_of_event(event_id=event_id, kind=kind).where(
        SolverRun.problem_hash == problem_hash, SolverRun.state != RunState.FAILED, SolverRun.question.is_(None)
    )
    return session.scalars(statement.limit(1)).one_or_none()


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


def names_of_accounts(session: Session, *, account_ids: Iterable[int | None]) -> dict[int, str]:
    """Display names of those who asked for runs or accepted them."""
    wanted = {account_id for account_id in account_ids if account_id is not None}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(wanted)))
    return dict(rows.all())


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
