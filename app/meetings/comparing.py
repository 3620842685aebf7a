"""The plans of the last runs side by side with the present one: what each holds, and whom it would touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.planner import MeetingFacts, build_problem, judge, outcome_of, planned_of, read_facts, solution_of
from app.meetings.sentences import say
from app.platform.errors import Refused
from app.platform.linked import Linked
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import results_of, runs_of_event

MOST = 6


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A plan in figures; ``run`` is nothing for the present one, ``problem`` says why a run cannot be published, with
    ``problems`` rules broken in all; a run that can no longer be read has no figures.
    """

    run: SolverRun | None
    held: int
    figures: Mapping[str, int]
    added: int = 0
    moved: int = 0
    dropped: int = 0
    people: int = 0
    problem: str | Linked = ""
    problems: int = 0


def compared(session: Session, event: Event) -> tuple[Plan, ...]:
    """The present plan, then those of the last runs that have one, the newest first."""
    facts = read_facts(session, event)
    problem = build_problem(facts)
    present = {one.wish_id: (one.slot_id, one.table_id) for one in facts.meetings}
    plans = [Plan(run=None, held=len(present), figures=_figures(judge(problem, solution_of(facts)).stages))]
    statement = runs_of_event(event_id=event.id, kind="meetings").where(
        SolverRun.state.in_((RunState.DONE, RunState.STOPPED)), SolverRun.has_solution.is_(True)
    )
    for run in session.scalars(statement.limit(MOST)):
        plans.append(_plan(session, facts, run, present))
    return tuple(plans)


def _plan(session: Session, facts: MeetingFacts, run: SolverRun, present: Mapping[int, tuple[int, int]]) -> Plan:
    try:
        solution = outcome_of(facts, results_of(session, run=run).outcome)
    except Refused as refused:
        return Plan(run=run, held=0, figures={}, problem=" ".join(refused.errors.values()))
    judged = judge(build_problem(facts), solution)
    places = {one.wish_id: (one.slot_id, one.table_id) for one in planned_of(facts, solution)}
    people_of = {wish.id: wish.delegate_ids for wish in facts.wishes}
    changed = {wish for wish in present.keys() | places.keys() if present.get(wish) != places.get(wish)}
    return Plan(
        run=run,
        held=len(places),
        figures=_figures(judged.stages),
        added=len(places.keys() - present.keys()),
        moved=len(changed & present.keys() & places.keys()),
        dropped=len(present.keys() - places.keys()),
        people=len({person for wish in changed for person in people_of[wish]}),
        problem=say(facts, judged.violations[0].message) if judged.violations else "",
        problems=len(judged.violations),
    )


def _figures(stages: Mapping[str, int]) -> dict[str, int]:
    return {name: stages.get(name, 0) for name in ("value", "largest_shortfall", "shortfall", "cost")}
