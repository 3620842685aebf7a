"""Handing the meetings to a solver run, and accepting the plan that it proposes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.claims.service import calendars
from app.events.models import Event
from app.events.queries import walks_in_grains
from app.meetings.enums import Keeping, MeetingState
from app.meetings.models import Meeting
from app.meetings.planner import (
    MeetingFacts,
    PlannedMeeting,
    build_problem,
    judge,
    outcome_of,
    planned_of,
    read_facts,
    solution_of,
    stamp_of,
)
from app.meetings.sentences import say
from app.meetings.service.holding import forget, take
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.solver_runs.models import SolverRun
from app.solver_runs.service import mark_accepted, submit
from scheduler.meetings.solution import MeetingsSolution


def start_run(
    session: Session,
    *,
    event: Event,
    label: str,
    keeping: Keeping = Keeping.VALUE_FIRST,
    time_limit_seconds: int,
    seed: int,
    actor: Actor,
    now: datetime,
) -> SolverRun:
    """Queue a run over today's accepted wishes; the present plan is the one it starts from.

    ``keeping`` says what may become of the meetings that are held.
    """
    facts = read_facts(session, event)
    hint = solution_of(facts).model_dump_json() if facts.meetings else None
    return submit(
        session,
        event_id=event.id,
        kind="meetings",
        label=label,
        problem_json=build_problem(facts, keeping=keeping).model_dump_json(),
        hint_json=hint,
        time_limit_seconds=time_limit_seconds,
        seed=seed,
        accept_path=f"/e/{event.slug}/manage/meetings/runs/{{run_id}}/accept",
        proposal_path=f"/e/{event.slug}/manage/meetings/runs/{{run_id}}/plan",
        actor=actor,
        now=now,
    )


def accept_run(
    session: Session, *, event: Event, run: SolverRun, seen: str | None = None, actor: Actor, now: datetime
) -> int:
    """Make a proposed plan the plan: one transaction swaps all claims; returns how many meetings changed.

    Args:
        seen: the stamp of the meetings that stood when somebody looked at what the plan would change.

    Raises:
        Conflict: other meetings stand by now than were seen.
        Refused: the run has no plan, or its plan breaks a rule today.
        AlreadyTaken: something else took a person's time meanwhile.
    """
    # One plan at a time: the second of two reads what the first made of the meetings.
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    facts = read_facts(session, event)
    if seen is not None and seen != stamp_of(facts):
        raise Conflict(_("The meetings changed since you looked. This is what the plan would change now."))
    solution = outcome_of(facts, run.outcome)
    broken = judge(build_problem(facts), solution).violations
    if broken:
        raise Refused({str(index): say(facts, violation.message) for index, violation in enumerate(broken)})
    before = {one.wish_id: _place(one) for one in facts.meetings}
    after = {one.wish_id: _place(one) for one in planned_of(facts, solution)}
    moved = sorted(wish_id for wish_id in before | after if before.get(wish_id) != after.get(wish_id))
    changed = _swap(session, event=event, facts=facts, solution=solution, run=run, now=now)
    mark_accepted(session, run=run, actor=actor, now=now)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meetings.run_accepted",
        entity="solver_run",
        entity_id=run.id,
        changes={
            "held": (len(facts.meetings), len(solution.meetings)),
            "changed": (None, changed),
            "places": (_places(facts, moved, before), _places(facts, moved, after)),
        },
    )
    return changed


def _swap(
    session: Session,
    *,
    event: Event,
    facts: MeetingFacts,
    solution: MeetingsSolution,
    run: SolverRun,
    now: datetime,
) -> int:
    wishes = {wish.id: wish for wish in facts.wishes}
    slots = {slot.id: slot for slot in facts.slots}
    tables = {table.id: table for table in facts.tables}
    present = _all_meetings(session, event.id)
    planned = {one.wish_id: one for one in planned_of(facts, solution)}
    moved = [
        meeting
        for meeting in present.values()
        if meeting.state is MeetingState.HELD and _place(meeting) != _place(planned.get(meeting.wish_id))
    ]
    added = [
        one
        for one in planned.values()
        if one.wish_id not in present
        or _place(present[one.wish_id]) != _place(one)
        or present[one.wish_id].state is not MeetingState.HELD
    ]
    touched = {person for one in added for person in wishes[one.wish_id].delegate_ids}
    touched |= {person for meeting in facts.meetings if meeting in moved for person in meeting.wish.delegate_ids}
    with calendars(session, event_id=event.id, person_ids=touched, walks=walks_in_grains(session, event)):
        forget(session, moved)
        for one in added:
            meeting = present.get(one.wish_id)
            if meeting is None:
                meeting = Meeting(event_id=event.id, wish_id=one.wish_id, sequence=-1, changed_at=now)
                session.add(meeting)
            meeting.slot_id, meeting.table_id, meeting.state = one.slot_id, one.table_id, MeetingState.HELD
            meeting.sequence += 1
            meeting.run_id, meeting.changed_at = run.id, now
            meeting.holding_id = take(
                session, event=event, wish=wishes[one.wish_id], slot=slots[one.slot_id], table=tables[one.table_id]
            )
    for meeting in moved:
        if meeting.wish_id not in planned:
            meeting.state, meeting.changed_at = MeetingState.CANCELLED, now
            meeting.sequence += 1
    for unheld in solution.unheld:
        wishes[int(unheld.wish.removeprefix("w"))].unheld_reason = unheld.reason
    for wish_id in planned:
        wishes[wish_id].unheld_reason = None
    session.flush()
    return len({one.wish_id for one in added} | {meeting.wish_id for meeting in moved})


def _places(facts: MeetingFacts, wish_ids: Sequence[int], at: Mapping[int, tuple[int, int] | None]) -> list[str]:
    """Where the meeting of each of these wishes is, as the log keeps it: in UTC, one entry a meeting."""
    slots = {slot.id: f"{slot.starts_at.astimezone(UTC):%Y-%m-%d %H:%M}Z" for slot in facts.slots}
    tables = {table.id: table.number for table in facts.tables}
    said = []
    for wish_id in wish_ids:
        place = at.get(wish_id)
        said.append(f"wish {wish_id}: " + (f"{slots[place[0]]} table {tables[place[1]]}" if place else "not held"))
    return said


def _all_meetings(session: Session, event_id: int) -> dict[int, Meeting]:
    return {
        meeting.wish_id: meeting for meeting in session.scalars(select(Meeting).where(Meeting.event_id == event_id))
    }


def _place(one: Meeting | PlannedMeeting | None) -> tuple[int, int] | None:
    return None if one is None else (one.slot_id, one.table_id)
