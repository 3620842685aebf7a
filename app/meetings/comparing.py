"""The plans of the last runs side by side with the present one: what each holds, and whom it would touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.delegations.names import latin_name_of
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.planner import (
    MeetingFacts,
    build_problem,
    judge,
    outcome_of,
    planned_of,
    read_facts,
    solution_of,
    stamp_of,
)
from app.meetings.queries import wishes_by_id
from app.meetings.reasons import reason_words
from app.meetings.sentences import say
from app.meetings.view import name_of
from app.platform.errors import Refused
from app.platform.linked import Linked
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import results_of, runs_of_event

MOST = 6
"""So many runs stand beside the present plan."""

Place = tuple[MeetingSlot, MeetingTable]


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


@dataclass(frozen=True, kw_only=True)
class Change:
    """A wish whose meeting a plan would make, move or drop: who meets, from where to where, and why it is dropped."""

    name: str
    before: Place | None
    after: Place | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A plan of a run beside the present one: both in figures, and every meeting that would change, by time.

    ``stamp`` is of the meetings that stand; it goes back with the answer.
    """

    present: Plan
    plan: Plan
    dropped: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    added: tuple[Change, ...] = ()
    stamp: str

    @property
    def count(self) -> int:
        return len(self.dropped) + len(self.moved) + len(self.added)


def proposal_of(session: Session, event: Event, run: SolverRun) -> Proposal:
    """What a run's plan would change today."""
    facts = read_facts(session, event)
    standing = Plan(
        run=None, held=len(facts.meetings), figures=_figures(judge(build_problem(facts), solution_of(facts)).stages)
    )
    before = {one.wish_id: (one.slot_id, one.table_id) for one in facts.meetings}
    plan = _plan(session, facts, run, before)
    if not plan.figures:
        return Proposal(present=standing, plan=plan, stamp=stamp_of(facts))
    solution = outcome_of(facts, results_of(session, run=run).outcome)
    after = {one.wish_id: (one.slot_id, one.table_id) for one in planned_of(facts, solution)}
    reasons = {int(one.wish.removeprefix("w")): one.reason for one in solution.unheld}
    names = {one.id: latin_name_of(one) for one in facts.delegates.values()}
    slots = {one.id: one for one in facts.slots}
    tables = {one.id: one for one in facts.tables}

    def place(of: tuple[int, int] | None) -> Place | None:
        return (slots[of[0]], tables[of[1]]) if of else None

    changed = [one for one in before | after if before.get(one) != after.get(one)]
    wishes = wishes_by_id(session, event.id, changed)
    changes = sorted(
        (
            Change(
                name=name_of(wishes[one]),
                before=place(before.get(one)),
                after=place(after.get(one)),
                reason="" if one in after else reason_words(reasons.get(one), names),
            )
            for one in changed
        ),
        key=_when,
    )
    return Proposal(
        present=standing,
        plan=plan,
        dropped=tuple(one for one in changes if one.after is None),
        moved=tuple(one for one in changes if one.before and one.after),
        added=tuple(one for one in changes if one.before is None),
        stamp=stamp_of(facts),
    )


def _when(change: Change) -> tuple[datetime, int]:
    place = change.before or change.after
    if place is None:
        raise AssertionError("What has no place before or after does not change.")
    return place[0].starts_at, place[1].number


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
