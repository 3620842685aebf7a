"""A line in the log for each change of a partnership, and what stands beside a run."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.pairing.models import Partnership, WantedThen
from app.pairing.wanted import Wanted
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.solver_runs.models import SolverRun


def log_change(
    session: Session,
    partnership: Partnership,
    action: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, tuple[object, object]],
) -> None:
    """Write what changed of a partnership into the log, in the transaction of the change."""
    session.flush()
    record_change(session, partnership, action, actor, now, changes)


def remember_wanted(session: Session, *, run: SolverRun, wanted: Wanted) -> None:
    """Keep with which pins and vetoes of organisers a run was asked for: the way back to it restores them."""
    session.add(
        WantedThen(
            run_id=run.id,
            pins=sorted(sorted(pin) for pin in wanted.pins),
            vetoes=[
                [*sorted(couple), by] for couple, by in sorted(wanted.vetoes.items(), key=lambda one: sorted(one[0]))
            ],
        )
    )
    session.flush()
