"""Asking why a city has no partner: a run that explains the plan as it stands, in a process of its own."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.delegations.models import City
from app.events.models import Event
from app.pairing.planner import build_problem, read_facts, wanted_of
from app.pairing.workbench.comparing import plan_of_rows
from app.pairing.workbench.looking import hash_of
from app.platform.actor import Actor
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import asked_last
from app.solver_runs.service import submit


def ask_why(session: Session, *, event: Event, city: City, seconds: int, actor: Actor, now: datetime) -> SolverRun:
    """Queue the question over today's rows; while a run works on just that, it leads to that one.

    Args:
        seconds: how long the search may take.

    Raises:
        Conflict: the city has a partner, or is not to be paired at all.
    """
    facts = read_facts(session, event)
    problem = build_problem(session, facts, wanted_of(session, facts))
    plan = plan_of_rows(facts, problem)
    if all(one.id != city.slug for one in plan.unpaired):
        raise Conflict(_("This city is not without partner."))
    before = asked_last(session, event_id=event.id, kind="pairing", question=city.slug)
    if before is not None and before.state.is_open and before.problem_hash == hash_of(problem):
        return before
    return submit(
        session,
        event_id=event.id,
        kind="pairing",
        label=_("Why %(city)s has no partner") % {"city": city.name},
        problem_json=problem.model_dump_json(),
        hint_json=plan.model_dump_json(),
        question=city.slug,
        time_limit_seconds=float(seconds),
        proposal_path=f"/e/{event.slug}/manage/pairing/cities/{city.id}/why/{{run_id}}",
        actor=actor,
        now=now,
    )
