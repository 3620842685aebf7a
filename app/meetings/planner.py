"""Rows into a meetings problem, and a solution back into slots and tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.queries import busy_ticks, holdings_by_person
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Event, MeetingSlot, MeetingTable, Resource
from app.events.queries import resources_of, slots_of, tables_of, walks_of
from app.events.shifts import shifts_in_ticks
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting, MeetingSettings, MeetingVeto, MeetingWish
from app.meetings.queries import accepted_wishes_of, meetings_of, settings_of, vetoes_of
from app.platform.errors import Refused
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import score, stage_values
from scheduler.meetings.solution import MeetingsOutcome, MeetingsSolution
from scheduler.meetings.validation import validate


@dataclass(frozen=True, kw_only=True)
class MeetingFacts:
    """Everything that a meetings problem of an edition is built from, read once.

    ``engaged`` holds, by delegate, the ticks that something other than a meeting takes, walking included.
    """

    event: Event
    grid: TimeGrid
    slots: tuple[MeetingSlot, ...]
    tables: tuple[MeetingTable, ...]
    resources: tuple[Resource, ...]
    resources_taken: Mapping[str, set[int]]
    wishes: tuple[MeetingWish, ...]
    vetoes: tuple[MeetingVeto, ...]
    meetings: tuple[Meeting, ...]
    delegates: Mapping[int, Delegate]
    engaged: Mapping[int, frozenset[int]]
    settings: MeetingSettings


def read_facts(session: Session, event: Event) -> MeetingFacts:
    """Read what the meeting plan of an edition depends on; what the released agenda asks of a person is busy time."""
    wishes = accepted_wishes_of(session, event.id)
    people = {person.delegate_id for wish in wishes for person in wish.people}
    grid = TimeGrid.of(event)
    tables = tables_of(session, event.id)
    return MeetingFacts(
        event=event,
        grid=grid,
        slots=tuple(slots_of(session, event.id)),
        tables=tuple(tables),
        resources=tuple(resources_of(session, event.id)),
        resources_taken=busy_ticks(session, event_id=event.id, kind=ClaimKind.RESOURCE, without=(HoldingKind.MEETING,)),
        wishes=tuple(wishes),
        vetoes=tuple(vetoes_of(session, event.id)),
        meetings=tuple(meetings_of(session, event.id)),
        delegates=delegates_by_id(session, people),
        engaged=_engaged(session, event, grid, tables, people),
        settings=settings_of(session, event.id),
    )


def problem_of(session: Session, event_id: int) -> MeetingsProblem:
    """The meetings problem of an edition as its rows are now, with the present plan as the previous one."""
    return build_problem(read_facts(session, session.get_one(Event, event_id)))


def build_problem(facts: MeetingFacts) -> MeetingsProblem:
    """Turn facts into a problem; IDs are ``s<ID>`` for slots, ``t<number>`` for tables, ``p<ID>``, ``w<ID>``."""
    blocked = {slot.id: frozenset(facts.grid.ticks(slot.starts_at, slot.ends_at)) for slot in facts.slots}
    pinned = {meeting.wish_id: meeting for meeting in facts.meetings if meeting.is_pinned}
    chosen: dict[str, object] = {"weights": facts.settings.weights} if facts.settings.weights else {}
    return MeetingsProblem.model_validate(
        {
            "format": "bridge-meetings/1",
            "slots": tuple(
                {
                    "id": slot_key(slot.id),
                    "block": slot.block,
                    "start": facts.grid.tick(slot.starts_at),
                    "end": facts.grid.tick_after(slot.ends_at),
                }
                for slot in facts.slots
            ),
            "tables": tuple(
                {"id": table_key(table), "zone": table.zone, "seats": table.seats, "open": None}
                for table in facts.tables
            ),
            "people": tuple(_person(facts, delegate, blocked) for delegate in facts.delegates.values()),
            "wishes": tuple(_wish(facts, wish, pinned.get(wish.id)) for wish in facts.wishes),
            "resources": tuple(_resource(facts, resource, blocked) for resource in facts.resources),
            "vetoes": tuple(
                (person_key(veto.delegate_id), person_key(veto.other_delegate_id))
                for veto in facts.vetoes
                if veto.delegate_id in facts.delegates and veto.other_delegate_id in facts.delegates
            ),
            "previous": tuple(_previous(facts)),
            "fairness": facts.settings.fairness,
            **chosen,
        }
    )


def solution_of(facts: MeetingFacts) -> MeetingsSolution:
    """The present plan as a solution, so that validation can judge it and a run can start from it."""
    held = {meeting.wish_id: meeting for meeting in facts.meetings}
    return MeetingsSolution.model_validate(
        {
            "meetings": tuple(_previous(facts)),
            "unheld": tuple({"wish": wish_key(wish.id), "reason": ""} for wish in facts.wishes if wish.id not in held),
        }
    )


@dataclass(frozen=True, kw_only=True)
class PlannedMeeting:
    """What a solution asks for one wish, in rows' terms."""

    wish_id: int
    slot_id: int
    table_id: int


def planned_of(facts: MeetingFacts, solution: MeetingsSolution) -> tuple[PlannedMeeting, ...]:
    """The meetings that a solution holds."""
    tables = {table_key(table): table.id for table in facts.tables}
    return tuple(
        PlannedMeeting(
            wish_id=int(meeting.wish.removeprefix("w")),
            slot_id=int(meeting.slot.removeprefix("s")),
            table_id=tables[meeting.table],
        )
        for meeting in solution.meetings
    )


def outcome_of(facts: MeetingFacts, outcome_json: str | None) -> MeetingsSolution:
    """The plan that a run proposes.

    Raises:
        Refused: the run has none, or wishes came or went since.
    """
    solution = MeetingsOutcome.model_validate_json(outcome_json).solution if outcome_json else None
    if solution is None:
        raise Refused({"run": "This run has no plan to accept."})
    named = {meeting.wish for meeting in solution.meetings} | {one.wish for one in solution.unheld}
    tables, slots = {table_key(one) for one in facts.tables}, {slot_key(one.id) for one in facts.slots}
    known = all(meeting.table in tables and meeting.slot in slots for meeting in solution.meetings)
    if named != {wish_key(wish.id) for wish in facts.wishes} or not known:
        raise Refused({"run": "Wishes, slots or tables came or went since this run began. Run again."})
    return solution


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a meeting plan."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]


def judge(problem: MeetingsProblem, solution: MeetingsSolution) -> Judgement:
    """Broken rules, cost by term and the value of each stage."""
    return Judgement(tuple(validate(problem, solution)), score(problem, solution), stage_values(problem, solution))


def absent_in(delegate: Delegate, slot: MeetingSlot) -> bool:
    """Whether a delegate is not there in a slot: before arrival, after departure, or in blocked time."""
    if delegate.arrives_at is not None and slot.starts_at < delegate.arrives_at:
        return True
    if delegate.departs_at is not None and slot.ends_at > delegate.departs_at:
        return True
    return any(block.starts_at < slot.ends_at and slot.starts_at < block.ends_at for block in delegate.blocked_times)


def _engaged(
    session: Session, event: Event, grid: TimeGrid, tables: list[MeetingTable], people: set[int]
) -> dict[int, frozenset[int]]:
    """Busy ticks by delegate, widened on both sides by the way from a session or visit to the meeting tables."""
    walks = walks_of(session, event.id)
    sites = {table.room.site_id for table in tables}
    engaged: dict[int, frozenset[int]] = {}
    for person_id, holdings in holdings_by_person(session, event_id=event.id, person_ids=people).items():
        ticks: set[int] = set()
        for holding in holdings:
            if holding.kind is HoldingKind.MEETING:
                continue
            minutes = max((walks.get((holding.site_id or 0, site), 0) for site in sites), default=0)
            way = grid.grains(minutes)
            ticks |= set(range(holding.start_tick - way, holding.end_tick + way))
        engaged[person_id] = frozenset(ticks)
    return engaged


def _person(facts: MeetingFacts, delegate: Delegate, blocked: Mapping[int, frozenset[int]]) -> dict[str, object]:
    absent = {slot.id for slot in facts.slots if absent_in(delegate, slot)}
    engaged = facts.engaged.get(delegate.id, frozenset())
    busy = [slot.id for slot in facts.slots if slot.id not in absent and blocked[slot.id] & engaged]
    return {
        "id": person_key(delegate.id),
        "delegation": delegate.delegation.code,
        "busy": tuple(slot_key(slot_id) for slot_id in busy),
        "absent": tuple(slot_key(slot.id) for slot in facts.slots if slot.id in absent),
        "min": delegate.meetings_min,
        "max": delegate.meetings_max,
        "table": None,
    }


def _wish(facts: MeetingFacts, wish: MeetingWish, pinned: Meeting | None) -> dict[str, object]:
    codes = {resource.id: resource.code for resource in facts.resources}
    tables = {table.id: table_key(table) for table in facts.tables}
    return {
        "id": wish_key(wish.id),
        "people": tuple(sorted(person_key(person.delegate_id) for person in wish.people)),
        "level": wish.level.value,
        "value": wish.value,
        "block": None,
        # A pinned meeting stays where it was put, also where another time had been asked for.
        "slots": (slot_key(wish.slot_id),) if wish.slot_id is not None and pinned is None else None,
        "pin": {"slot": slot_key(pinned.slot_id), "table": tables[pinned.table_id]} if pinned else None,
        "zone": wish.zone,
        "after": (),
        "uses": {codes[wish.resource_id]: 1} if wish.resource_id in codes else {},
    }


def _resource(facts: MeetingFacts, resource: Resource, blocked: Mapping[int, frozenset[int]]) -> dict[str, object]:
    taken: dict[str, int] = {}
    for slot in facts.slots:
        by_tick = [
            sum(unit.startswith(f"{resource.code}#") and tick in ticks for unit, ticks in facts.resources_taken.items())
            for tick in blocked[slot.id]
        ]
        if not _is_there(facts, resource, slot):
            taken[slot_key(slot.id)] = resource.capacity
        elif any(by_tick):
            taken[slot_key(slot.id)] = max(by_tick)
    return {"id": resource.code, "capacity": resource.capacity, "zones": None, "taken": taken}


def _is_there(facts: MeetingFacts, resource: Resource, slot: MeetingSlot) -> bool:
    """Whether a whole slot lies within one shift of a resource, outside its breaks."""
    start, end = facts.grid.tick(slot.starts_at), facts.grid.tick_after(slot.ends_at)
    shifts = shifts_in_ticks(facts.grid, resource, end=end)
    return shifts is None or any(since <= start and end <= until for since, until in shifts)


def _previous(facts: MeetingFacts) -> list[dict[str, object]]:
    tables = {table.id: table_key(table) for table in facts.tables}
    wished = {wish.id for wish in facts.wishes}
    return [
        {
            "wish": wish_key(meeting.wish_id),
            "slot": slot_key(meeting.slot_id),
            "table": tables[meeting.table_id],
        }
        for meeting in facts.meetings
        if meeting.wish_id in wished
    ]


def slot_key(slot_id: int) -> str:
    """The ID of a slot in a problem."""
    return f"s{slot_id}"


def table_key(table: MeetingTable) -> str:
    """The ID of a table in a problem: its number, as it stands on the table."""
    return f"t{table.number}"


def person_key(delegate_id: int) -> str:
    """The ID of a person in a problem."""
    return f"p{delegate_id}"


def wish_key(wish_id: int) -> str:
    """The ID of a wish in a problem."""
    return f"w{wish_id}"
