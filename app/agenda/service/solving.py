"""Handing the agenda to a solver run, and accepting what it proposes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.agenda.enums import SolveMode, StepVerb
from app.agenda.models import AgendaSession
from app.agenda.planner import (
    AgendaFacts,
    build_problem,
    judge,
    outcome_of,
    placements_of,
    problem_about,
    problem_for,
    read_facts,
    solution_of,
    stamp_of,
    weigh,
)
from app.agenda.proposal import asked, version_of
from app.agenda.service.drafting import draft_for, swap_placements
from app.agenda.service.history import step
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.i18n import gettext as _
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import asked_last
from app.solver_runs.service import digest_of, mark_accepted, submit


class DraftMoved(Conflict):
    """The draft is no longer the one beside which a proposal was looked at."""


def start_run(
    session: Session,
    *,
    event: Event,
    label: str,
    mode: SolveMode = SolveMode.REPLAN,
    time_limit_seconds: int,
    seed: int,
    actor: Actor,
    now: datetime,
) -> SolverRun:
    """Queue a run over today's rows, starting from the current draft.

    Raises:
        Refused: everything is to stay, but something lies outside its own hours.
    """
    draft = draft_for(session, event=event, actor=actor, now=now)
    facts = read_facts(session, event)
    problem = problem_for(session, facts, draft, mode)
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
        proposal_path=f"/e/{event.slug}/manage/agenda/runs/{{run_id}}",
        source_version=version_of(mode, draft),
        actor=actor,
        now=now,
    )


def ask_why(
    session: Session, *, event: Event, session_id: int, time_limit_seconds: int, actor: Actor, now: datetime
) -> SolverRun:
    """Queue the question why one session has no place that breaks no rule while all others stay. Nothing is accepted.

    Asked again while nothing has changed, it leads to the run that was asked before.

    Raises:
        NotFound: the edition has no such session.
    """
    facts = read_facts(session, event)
    item = next((one for one in facts.sessions if one.id == session_id), None)
    if item is None:
        raise NotFound
    draft = draft_for(session, event=event, actor=actor, now=now)
    problem_json = problem_about(session, facts, draft, item).model_dump_json()
    # What follows a mend is the plan with the fewest changes.
    version = version_of(SolveMode.REPLAN, draft, about=item)
    asked_before = asked_last(session, event_id=event.id, kind="agenda", source_version=version)
    if asked_before is not None and asked_before.problem_hash == digest_of(problem_json):
        return asked_before
    return submit(
        session,
        event_id=event.id,
        kind="agenda",
        label=_("Why not: %(title)s") % {"title": item.title[:150]},
        problem_json=problem_json,
        time_limit_seconds=time_limit_seconds,
        proposal_path=f"/e/{event.slug}/manage/agenda/runs/{{run_id}}",
        source_version=version,
        actor=actor,
        now=now,
    )


def accept_run(
    session: Session, *, event: Event, run: SolverRun, seen: str | None = None, actor: Actor, now: datetime
) -> int:
    """Put what a run proposes into the current draft; returns the number of placements that changed.

    The proposal is judged against the rows as they are now, because people keep editing while a run thinks.

    Args:
        seen: the stamp of the draft beside which the proposal was looked at; without one, the draft the run began with.

    Raises:
        DraftMoved: the draft is another by now.
        Conflict: the run was asked about one session.
        Refused: the run has no plan, or its plan breaks a rule today.
    """
    question = asked(run)
    if question.session_id is not None:
        raise Conflict(_("This run was a question; it has no plan to apply."))
    draft = draft_for(session, event=event, actor=actor, now=now)
    if (seen or question.stamp or stamp_of(draft)) != stamp_of(draft):
        raise DraftMoved(_("The draft was changed meanwhile. Nothing was applied; look at what would move now."))
    facts = read_facts(session, event)
    solution = outcome_of(facts, run.outcome)
    # What a pin says is of today; a plan that was made without it would break it, and is not put in.
    broken = weigh(facts, judge(build_problem(session, facts, draft), solution))
    if broken:
        raise Refused({str(rule.number): rule.sentence for rule in broken})
    planned = placements_of(facts, solution)
    before = {one.session_id: (one.starts_at, one.room_id) for one in draft.placements}
    after = {one.session_id: (one.starts_at, one.room_id) for one in planned}
    moved = [item for item in facts.sessions if before.get(item.id) != after.get(item.id)]
    with step(session, draft=draft, verb=StepVerb.ACCEPTED, actor=actor, now=now):
        changed = swap_placements(session, draft, planned)
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
        changes={
            "run": (None, run.id),
            "placements_changed": (None, changed),
            "places": (_places(facts, moved, before), _places(facts, moved, after)),
        },
    )
    session.refresh(draft, ["placements"])
    return changed


def _places(facts: AgendaFacts, items: Sequence[AgendaSession], at: Mapping[int, tuple[datetime, int]]) -> list[str]:
    """Where each of these sessions is, as the log keeps it: in UTC, one entry a session."""
    rooms = {room.id: room.slug for room in facts.rooms}
    said = []
    for item in items:
        place = at.get(item.id)
        where = f"{place[0].astimezone(UTC):%Y-%m-%d %H:%M}Z {rooms.get(place[1], place[1])}" if place else "no place"
        said.append(f"{item.slug}: {where}")
    return said
