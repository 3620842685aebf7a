"""One line in the audit log for each change of a run's state."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.platform.actor import Actor
from app.platform.audit import record
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun


def record_state(
    session: Session, *, run: SolverRun, actor: Actor, now: datetime, action: str, before: RunState | None
) -> None:
    """Record who did what to a run, with its state before and after."""
    record(
        session,
        actor=actor,
        now=now,
        event_id=run.event_id,
        action=f"solver_run.{action}",
        entity="solver_run",
        entity_id=run.id,
        changes={"state": (None if before is None else before.value, run.state.value)},
    )
