"""Rows into an agenda problem, and a solution back into placements. No datetime goes below this file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.agenda.enums import BINDING_PARTS, PinKind
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement, SessionWindow
from app.agenda.queries import SessionLinks, current_draft, links_of, sessions_of
from app.claims.enums import ClaimKind, HoldingKind
from app.claims.queries import busy_ticks
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import DayClosing, Event, EventDay, Resource, Room, RoomOpening
from app.events.queries import days_of, resources_of, session_rooms_of, sites_of, walks_of
from app.events.time_grid import TimeGrid
from app.platform.errors import Refused
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.score import score, stage_values
from scheduler.agenda.solution import AgendaOutcome, AgendaSolution
from scheduler.agenda.validation import validate
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation

Interval = tuple[int, int]


HasTimes = DayClosing | RoomOpening | SessionWindow


@dataclass(frozen=True, kw_only=True)
class AgendaFacts:
    """Everything that a problem of an edition is built from, read once."""

    event: Event
    grid: TimeGrid
    rooms: tuple[Room, ...]
    resources: tuple[Resource, ...]
    sessions: tuple[AgendaSession, ...]
    links: SessionLinks
    delegates: Mapping[int, Delegate]
    engaged: Mapping[str, set[int]]
    resources_taken: Mapping[str, set[int]]

    def session_by_slug(self, slug: str) -> AgendaSession:
        return next(item for item in self.sessions if item.slug == slug)

    def room_by_slug(self, slug: str) -> Room:
        return next(room for room in self.rooms if room.slug == slug)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A placement that a solution asks for, in rows' terms."""

    session_id: int
    room_id: int
    starts_at: datetime


def read_facts(session: Session, event: Event) -> AgendaFacts:
    """Read what the agenda of an edition depends on."""
    sessions = sessions_of(session, event.id)
    people = {person.delegate_id for item in sessions for person in item.people if person.part in BINDING_PARTS}
    elsewhere = (HoldingKind.SESSION, HoldingKind.WALK, HoldingKind.MEETING)
    return AgendaFacts(
        event=event,
        grid=TimeGrid.of(event),
        rooms=tuple(session_rooms_of(session, event.id)),
        resources=tuple(resources_of(session, event.id)),
        sessions=tuple(sessions),
        links=links_of(session, [item.id for item in sessions]),
        delegates=delegates_by_id(session, people),
        engaged=busy_ticks(
            session, event_id=event.id, kind=ClaimKind.PERSON, resources=sorted(people), without=elsewhere
        ),
        resources_taken=busy_ticks(
            session, event_id=event.id, kind=ClaimKind.RESOURCE, without=(HoldingKind.SESSION, HoldingKind.MEETING)
        ),
    )


def problem_of(session: Session, event_id: int) -> AgendaProblem:
    """The agenda problem of an edition as its rows are now, with the current draft as the previous plan."""
    event = session.get_one(Event, event_id)
    return build_problem(session, read_facts(session, event), current_draft(session, event_id))


def build_problem(session: Session, facts: AgendaFacts, draft: AgendaDraft | None) -> AgendaProblem:
    """Turn facts and a draft into a problem; IDs are the slugs of sessions and rooms, persons are ``p<ID>``."""
    placements = draft.placements if draft else []
    sites = {site.id: site.code for site in sites_of(session, facts.event.id)}
    walks = [
        {"from": sites[one], "to": sites[other], "grains": facts.grid.grains(minutes)}
        for (one, other), minutes in sorted(walks_of(session, facts.event.id).items())
        if one < other
    ]
    return AgendaProblem.model_validate(
        {
            "format": "bridge-agenda/1",
            "grain_minutes": facts.grid.grain_minutes,
            "days": tuple(_day(facts.grid, day) for day in days_of(session, facts.event.id)),
            "rooms": tuple(_room(facts.grid, room) for room in facts.rooms),
            "walks": tuple(walks),
            "people": tuple(_person(facts, delegate) for delegate in facts.delegates.values()),
            "resources": tuple(_resource(facts, resource) for resource in facts.resources),
            "sessions": tuple(_session(facts, item, placements) for item in facts.sessions),
            "clashes": tuple(_clashes(facts)),
            "previous": tuple(_previous(facts, placements)),
        }
    )


def solution_of(facts: AgendaFacts, draft: AgendaDraft) -> AgendaSolution:
    """A draft as a solution, so that validation can judge it."""
    placed = {placement.session_id: placement for placement in draft.placements}
    slugs = {room.id: room.slug for room in facts.rooms}
    return AgendaSolution.model_validate(
        {
            "format": "bridge-agenda-solution/1",
            "placements": tuple(
                {
                    "session": item.slug,
                    "start": facts.grid.tick(placed[item.id].starts_at),
                    "room": slugs[placed[item.id].room_id],
                }
                for item in facts.sessions
                if item.id in placed
            ),
            "unplaced": tuple(item.slug for item in facts.sessions if item.id not in placed),
        }
    )


def outcome_of(facts: AgendaFacts, outcome_json: str | None) -> AgendaSolution:
    """The plan that a run proposes.

    Raises:
        Refused: the run has none, or its plan speaks of sessions or rooms that are there no more.
    """
    if outcome_json is None:
        raise Refused({"run": "This run has no plan to accept."})
    solution = AgendaOutcome.model_validate_json(outcome_json).solution
    if solution is None:
        raise Refused({"run": "This run has no plan to accept."})
    sessions, rooms = {item.slug for item in facts.sessions}, {room.slug for room in facts.rooms}
    gone = [one for one in solution.placements if one.session not in sessions or one.room not in rooms]
    if gone or sessions != {one.session for one in solution.placements} | set(solution.unplaced):
        raise Refused({"run": "Sessions or rooms came or went since this run began. Run again."})
    return solution


def placements_of(facts: AgendaFacts, solution: AgendaSolution) -> tuple[Placed, ...]:
    """What a solution asks of the draft."""
    sessions = {item.slug: item.id for item in facts.sessions}
    rooms = {room.slug: room.id for room in facts.rooms}
    return tuple(
        Placed(
            session_id=sessions[placement.session],
            room_id=rooms[placement.room],
            starts_at=facts.grid.instant(placement.start),
        )
        for placement in solution.placements
    )


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a draft."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]


def judge(problem: AgendaProblem, solution: AgendaSolution) -> Judgement:
    """Broken rules and cost, from the same validation that the solver answers to."""
    return Judgement(tuple(validate(problem, solution)), score(problem, solution), stage_values(problem, solution))


def _day(grid: TimeGrid, day: EventDay) -> dict[str, object]:
    return {
        "id": day.on.isoformat(),
        "start": grid.tick_after(day.starts_at),
        "end": grid.tick(day.ends_at),
        "closed": tuple(_windows(grid, day.closings)),
    }


def _room(grid: TimeGrid, room: Room) -> dict[str, object]:
    return {
        "id": room.slug,
        "capacity": room.capacity,
        "layouts": tuple(room.layouts),
        "features": tuple(room.features),
        "booths": room.booths,
        "open": tuple(_windows(grid, room.openings)) if room.openings else None,
        "turnover": grid.grains(room.turnover_minutes),
        "site": room.site.code,
    }


def _person(facts: AgendaFacts, delegate: Delegate) -> dict[str, object]:
    return {"id": person_key(delegate.id), "available": _available(facts, delegate)}


def _available(facts: AgendaFacts, delegate: Delegate) -> tuple[Interval, ...] | None:
    """Free windows of a person: after arrival, before departure, outside blocked time and what holds them elsewhere."""
    grid = facts.grid
    taken = [(grid.tick(block.starts_at), grid.tick_after(block.ends_at)) for block in delegate.blocked_times]
    taken += [(tick, tick + 1) for tick in sorted(facts.engaged.get(str(delegate.id), ()))]
    if not taken and delegate.arrives_at is None and delegate.departs_at is None:
        return None
    start = grid.tick_after(delegate.arrives_at) if delegate.arrives_at else 0
    end = grid.tick(delegate.departs_at) if delegate.departs_at else _end_of(facts)
    free: list[Interval] = []
    for since, until in sorted(taken):
        if since > start:
            free.append((start, min(since, end)))
        start = max(start, until)
    free.append((start, end))
    return tuple((since, until) for since, until in free if since < until)


def _end_of(facts: AgendaFacts) -> int:
    days = (facts.event.ends_on - facts.event.starts_on).days + 3
    return facts.grid.grains(days * 24 * 60)


def _resource(facts: AgendaFacts, resource: Resource) -> dict[str, object]:
    by_tick: dict[int, int] = {}
    for unit, ticks in facts.resources_taken.items():
        if unit.startswith(f"{resource.code}#"):
            for tick in ticks:
                by_tick[tick] = by_tick.get(tick, 0) + 1
    taken = tuple((tick, tick + 1, units) for tick, units in sorted(by_tick.items()))
    return {"id": resource.code, "capacity": resource.capacity, "open": None, "taken": taken}


def _session(facts: AgendaFacts, item: AgendaSession, placements: Iterable[DraftPlacement]) -> dict[str, object]:
    slugs = {other.id: other.slug for other in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    codes = {resource.id: resource.code for resource in facts.resources}
    placement = next((one for one in placements if one.session_id == item.id), None)
    return {
        "id": item.slug,
        "duration": facts.grid.grains(item.duration_minutes),
        "people": tuple(person_key(one.delegate_id) for one in item.people if one.part in BINDING_PARTS),
        "audience": item.audience,
        "layout": item.layout,
        "features": tuple(item.features),
        "booths": item.booths,
        "rooms": tuple(rooms[one.room_id] for one in item.rooms if one.room_id in rooms) if item.rooms else None,
        "windows": tuple(_windows(facts.grid, item.windows)) if item.windows else None,
        "pin": _pin(facts.grid, placement, rooms),
        "after": tuple(slugs[other] for other in facts.links.after.get(item.id, ())),
        "not_with": tuple(slugs[other] for other in facts.links.apart.get(item.id, ())),
        "same_room_as": slugs.get(item.same_room_as_id) if item.same_room_as_id else None,
        "uses": {codes[use.resource_id]: use.units for use in item.uses},
        "plenary": item.is_plenary,
        "optional": item.is_optional,
        "value": item.value,
    }


def _pin(grid: TimeGrid, placement: DraftPlacement | None, rooms: Mapping[int, str]) -> dict[str, object] | None:
    if placement is None or placement.pin is PinKind.NONE:
        return None
    pin: dict[str, object] = {}
    if placement.pin in {PinKind.TIME, PinKind.BOTH}:
        pin["start"] = grid.tick(placement.starts_at)
    if placement.pin in {PinKind.ROOM, PinKind.BOTH}:
        pin["room"] = rooms[placement.room_id]
    return pin


def _clashes(facts: AgendaFacts) -> Iterable[dict[str, object]]:
    slugs = {item.id: item.slug for item in facts.sessions}
    for one, other, weight in facts.links.clashes:
        yield {"sessions": (slugs[one], slugs[other]), "weight": weight}


def _previous(facts: AgendaFacts, placements: Iterable[DraftPlacement]) -> Iterable[dict[str, object]]:
    slugs = {item.id: item.slug for item in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    for placement in placements:
        if placement.session_id in slugs and placement.room_id in rooms:
            yield {
                "session": slugs[placement.session_id],
                "start": facts.grid.tick(placement.starts_at),
                "room": rooms[placement.room_id],
            }


def _windows(grid: TimeGrid, rows: Iterable[HasTimes]) -> Iterable[Interval]:
    for row in rows:
        yield grid.tick_after(row.starts_at), grid.tick(row.ends_at)


def person_key(delegate_id: int) -> str:
    """The ID of a person in a problem."""
    return f"p{delegate_id}"
