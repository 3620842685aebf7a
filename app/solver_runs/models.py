"""One row for each solve, and the steps it reported."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database.base import Base, ShortText
from app.solver_runs.enums import RunFailure, RunState


class SolverRun(Base):
    """A solve that was asked for: what goes in, what came out, and who asked, accepted or stopped.

    ``problem``, ``hint``, ``outcome``, ``hint_report`` and ``explanation`` hold the JSON of the scheduler's command
    line and are loaded only when they are named. ``attempts`` counts the times the run was taken up and is the fence:
    what an earlier taker writes after a later one began is dropped.
    """

    __tablename__ = "solver_run"
    __table_args__ = (Index(None, "event_id", "submitted_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(ShortText)
    state: Mapped[RunState] = mapped_column(default=RunState.QUEUED, index=True)

    problem: Mapped[str] = mapped_column(Text, deferred=True)
    problem_hash: Mapped[str] = mapped_column(String(64))
    hint: Mapped[str | None] = mapped_column(Text, deferred=True)
    has_hint: Mapped[bool] = mapped_column(default=False)
    question: Mapped[str | None] = mapped_column(ShortText)
    """What of the plan in ``hint`` is to be explained, by its ID in the problem; then nothing is solved."""
    time_limit_seconds: Mapped[float]
    seed: Mapped[int]
    workers: Mapped[int]
    source_version: Mapped[str | None] = mapped_column(ShortText)
    restored_from_id: Mapped[int | None] = mapped_column(ForeignKey("solver_run.id", ondelete="SET NULL"))

    submitted_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    worker_name: Mapped[str | None] = mapped_column(ShortText)
    attempts: Mapped[int] = mapped_column(default=0)
    stop_requested_at: Mapped[datetime | None]

    outcome: Mapped[str | None] = mapped_column(Text, deferred=True)
    outcome_status: Mapped[str | None] = mapped_column(String(40))
    has_solution: Mapped[bool] = mapped_column(default=False)
    stages: Mapped[list[Any] | None]
    """The objective's stages in order: name, sense, value, bound, seconds; kept apart so that a list is quick."""
    solve_seconds: Mapped[float | None]
    hint_report: Mapped[str | None] = mapped_column(Text, deferred=True)
    """The score of the hint, the plan as it stood, to set beside the outcome's."""

    failure: Mapped[RunFailure | None]
    error: Mapped[str | None] = mapped_column(Text)
    error_number: Mapped[str | None] = mapped_column(String(8), index=True)

    explanation: Mapped[str | None] = mapped_column(Text, deferred=True)
    is_explained: Mapped[bool] = mapped_column(default=False)
    """Whether the search for an explanation has ended; where it found none, ``explanation`` is empty."""

    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    accept_path: Mapped[str | None] = mapped_column(Text)
    proposal_path: Mapped[str | None] = mapped_column(Text)
    """The page that shows what accepting would change; without one the plan is accepted from the run's own page.

    The answer to a question stands there too.
    """
    discarded_at: Mapped[datetime | None]
    """When somebody said no to its plan; boards show it no more, the history does."""


class RunProgress(Base):
    """A step that a running solve reported: seconds since its start, stage, best value and bound of that stage."""

    __tablename__ = "run_progress"
    __table_args__ = (UniqueConstraint("run_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("solver_run.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    seconds: Mapped[float]
    stage: Mapped[str] = mapped_column(String(80))
    incumbent: Mapped[int | None] = mapped_column(BigInteger)
    bound: Mapped[int | None] = mapped_column(BigInteger)
