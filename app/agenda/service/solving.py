"""Handing the agenda to a solver run, and accepting what it proposes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.agenda.enums import StepVerb
from app.agenda.models import AgendaDraft, DraftPlacement
from app.agenda.planner import Placed, build_problem, judge, outcome_of, placements_of, read_facts, solution_of
from app.agenda.service.drafting import draft_for
from app.agenda.service.history import step
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun
from app.solver_runs.service import mark_accepted, submit


def start_run(
    session: Session, *, event: Event, label: str, time_limit_seconds: int, seed: int, actor: Actor, now: datetime
) -> SolverRun:
    """Queue a run over today's rows; the current draft is the plan from which as little as possible moves."""
    draft = draft_for(session, event=event, actor=actor, now=now)
    facts = read_facts(session, event)
    problem = build_problem(session, facts, draft)
    hint = solution_of(facts, draft) if draft.placements else None
    return submit(
        session,
        event_id=event.id,
        kind="agenda",
        label=label,
        problem_json=problem.model_dump_json(),
        hint_json=hint.model_dump_json() if hint else None,
        time_limit_seconds=time_limit_seconds,
        seed=seed,
        accept_path=f"/e/{event.slug}/manage/agenda/runs/{{run_id}}/accept",
        actor=actor,
        now=now,
    )


def accept_run(session: Session, *, event: Event, run: SolverRun, actor: Actor, now: datetime) -> int:
    """Put what a run proposes into the current draft; returns the number of placements that changed.

    The proposal is judged against the rows as they are now, because people keep editing while a run thinks.

    Raises:
        Refused: the run has no plan, or its plan breaks a rule today.
    """
    facts = read_facts(session, event)
    draft = draft_for(session, event=event, actor=actor, now=now)
    solution = outcome_of(facts, run.outcome)
    broken = judge(build_problem(session, facts, draft), solution).violations
    if broken:
        raise Refused({str(index): violation.message for index, violation in enumerate(broken)})
    with step(session, draft=draft, verb=StepVerb.ACCEPTED, actor=actor, now=now):
        changed = _swap_placements(session, draft, placements_of(facts, solution))
    draft.run_id, draft.changed_at = run.id, now
    session.flush()
    mark_accepted(session, run=run, actor=actor, now=now)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.run_accepted",
        entity="agenda_draft",
        entity_id=draft.id,
        changes={"run": (None, run.id), "placements_changed": (None, changed)},
    )
    session.refresh(draft, ["placements"])
    return changed


def _swap_placements(session: Session, draft: AgendaDraft, proposed: Sequence[Placed]) -> int:
    wanted = {placed.session_id: placed for placed in proposed}
    present = {placement.session_id: placement for placement in draft.placements}
    changed = 0
    for session_id, placement in present.items():
        placed = wanted.get(session_id)
        if placed is None:
            session.delete(placement)
            changed += 1
        elif (placement.room_id, placement.starts_at) != (placed.room_id, placed.starts_at):
            placement.room_id, placement.starts_at = placed.room_id, placed.starts_at
            changed += 1
    for placed in proposed:
        if placed.session_id not in present:
            session.add(
                DraftPlacement(
                    draft_id=draft.id,
                    session_id=placed.session_id,
                    room_id=placed.room_id,
                    starts_at=placed.starts_at,
                )
            )
            changed += 1
    return changed
