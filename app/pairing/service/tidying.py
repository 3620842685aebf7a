"""What-ifs that nobody applied go by themselves; what was applied, and every plan that somebody ran, stays."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.pairing.models import Partnership
from app.platform.actor import Actor
from app.platform.audit import record
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun

KEPT_FOR = timedelta(days=14)
"""A what-if can be looked at again so long after it was asked for."""

STALE_AFTER = timedelta(days=1)
"""Once a newer plan was applied, what-ifs over the rows of before are kept so long: somebody may still read one."""

TIDIER = Actor.system("what-ifs")


def ended_what_ifs(session: Session, *, now: datetime) -> list[SolverRun]:
    """What-ifs that are to go: never applied, not open, and old or overtaken by a plan that was applied since."""
    applied_last = (
        select(SolverRun.event_id, func.max(SolverRun.accepted_at).label("at"))
        .where(SolverRun.kind == "pairing", SolverRun.accepted_at.is_not(None))
        .group_by(SolverRun.event_id)
        .subquery()
    )
    return list(
        session.scalars(
            select(SolverRun)
            .outerjoin(applied_last, applied_last.c.event_id == SolverRun.event_id)
            .where(
                SolverRun.kind == "pairing",
                SolverRun.accept_path.is_(None),
                SolverRun.accepted_at.is_(None),
                SolverRun.state.not_in((RunState.QUEUED, RunState.RUNNING)),
                SolverRun.id.not_in(select(Partnership.run_id).where(Partnership.run_id.is_not(None))),
                or_(
                    SolverRun.submitted_at < now - KEPT_FOR,
                    (applied_last.c.at > SolverRun.submitted_at) & (SolverRun.submitted_at < now - STALE_AFTER),
                ),
            )
            .order_by(SolverRun.id)
        )
    )


def drop_what_ifs(session: Session, *, now: datetime) -> int:
    """Drop the what-ifs that are to go, a line in the log each; how many."""
    gone = ended_what_ifs(session, now=now)
    for run in gone:
        record(
            session,
            actor=TIDIER,
            now=now,
            event_id=run.event_id,
            action="pairing.what_if_dropped",
            entity="solver_run",
            entity_id=run.id,
            changes={"label": (run.label, None)},
        )
    session.execute(delete(SolverRun).where(SolverRun.id.in_([run.id for run in gone])))
    return len(gone)
