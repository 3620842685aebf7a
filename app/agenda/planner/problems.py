"""Rows into an agenda problem. No datetime goes below this file."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.agenda.enums import BINDING_PARTS, PinKind
from app.agenda.models import AgendaDraft, AgendaRelease, AgendaSession, DraftPlacement, SessionWindow
from app.agenda.planner.facts import AgendaFacts, read_facts
from app.agenda.planner.ignoring import without
from app.agenda.queries import current_draft
from app.agenda.rules import ignored, weights_of
from app.delegations.models import Delegate
from app.events.models import DayClosing, Event, EventDay, Resource, Room, RoomOpening
from app.events.queries import days_of, sites_of, walks_of
from app.events.shifts import free_of, shifts_in_ticks
from app.events.time_grid import TimeGrid
from scheduler.agenda.problem import AgendaProblem, Pin, PreviousPlacement
from scheduler.core.time_grid import holds

Interval = tuple[int, int]
HasTimes = DayClosing | RoomOpening | SessionWindow


def problem_of(session: Session, event_id: int) -> AgendaProblem:
    """The agenda problem of an edition as its rows are now, with the current draft as the previous plan."""
    event = session.get_one(Event, event_id)
    return build_problem(session, read_facts(session, event), current_draft(session, event_id))


def build_problem(session: Session, facts: AgendaFacts, draft: AgendaDraft | None) -> AgendaProblem:
    """Turn facts and a draft into a problem; IDs are the slugs of sessions and rooms, persons are ``p<ID>``.

    Facts of rules that the edition ignores are left out.
    """
    return with_draft(problem_without_draft(session, facts), facts, draft)


def problem_without_draft(session: Session, facts: AgendaFacts) -> AgendaProblem:
    """What stands whatever the draft: no session is pinned, and there is no plan before."""
    sites = {site.id: site.code for site in sites_of(session, facts.event.id)}
    walks = [
        {"from": sites[one], "to": sites[other], "grains": facts.grid.grains(minutes)}
        for (one, other), minutes in sorted(walks_of(session, facts.event.id).items())
        if one < other
    ]
    problem = AgendaProblem.model_validate(
        {
            "format": "bridge-agenda/1",
            "grain_minutes": facts.grid.grain_minutes,
            "days": tuple(_day(facts.grid, day) for day in days_of(session, facts.event.id)),
            "rooms": tuple(_room(facts.grid, room) for room in facts.rooms),
            "walks": tuple(walks),
            "people": tuple(_people(facts)),
            "resources": tuple(_resource(facts, resource) for resource in facts.resources),
            "sessions": tuple(_sessions(facts)),
            "clashes": tuple(_clashes(facts)),
            "max_parallel": facts.rules.max_parallel,
            "weights": weights_of(facts.rules),
        }
    )
    return without(problem, ignored(facts.rules))


def with_draft(problem: AgendaProblem, facts: AgendaFacts, draft: AgendaDraft | None) -> AgendaProblem:
    """The problem with the pins of a draft, and the draft as the plan before.

    It needs no second look at references: pins and plan speak of sessions and rooms of the same facts.
    """
    placements = draft.placements if draft else []
    pins = {} if "pins_kept" in ignored(facts.rules) else dict(_pins(facts, placements))
    sessions = tuple(
        one.model_copy(update={"pin": pins[one.id]}) if one.id in pins else one for one in problem.sessions
    )
    return problem.model_copy(update={"sessions": sessions, "previous": tuple(_previous(facts, placements))})


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


def _people(facts: AgendaFacts) -> Iterable[dict[str, object]]:
    is_ignored = "person_available" in ignored(facts.rules)
    for delegate in facts.delegates.values():
        available = _free_elsewhere(facts, delegate) if is_ignored else _available(facts, delegate)
        yield {"id": person_key(delegate.id), "available": available}


def problem_against(
    session: Session, facts: AgendaFacts, draft: AgendaDraft, release: AgendaRelease | None
) -> AgendaProblem:
    """The problem of a draft with a release as the plan before, so that moves count against what people were told."""
    problem = build_problem(session, facts, draft)
    slugs = {item.id: item.slug for item in facts.sessions}
    told = tuple(
        PreviousPlacement(
            session=slugs[placed.session_id], start=facts.grid.tick(placed.starts_at), room=placed.frozen["room_slug"]
        )
        for placed in (release.sessions if release else ())
        if placed.session_id in slugs
    )
    return problem.model_copy(update={"previous": told})


def _free_elsewhere(facts: AgendaFacts, delegate: Delegate) -> tuple[Interval, ...] | None:
    """What the ledger leaves of a person where their own times are ignored: two places at once are no such matter."""
    taken = _elsewhere(facts, delegate)
    return free_of((0, _end_of(facts)), taken) if taken else None


def _available(facts: AgendaFacts, delegate: Delegate) -> tuple[Interval, ...] | None:
    """Free windows of a person: after arrival, before departure, outside blocked time and what holds them elsewhere."""
    grid, taken = facts.grid, _elsewhere(facts, delegate)
    taken += [(grid.tick(block.starts_at), grid.tick_after(block.ends_at)) for block in delegate.blocked_times]
    if not taken and delegate.arrives_at is None and delegate.departs_at is None:
        return None
    start = grid.tick_after(delegate.arrives_at) if delegate.arrives_at else 0
    end = grid.tick(delegate.departs_at) if delegate.departs_at else _end_of(facts)
    return free_of((start, end), taken)


def _elsewhere(facts: AgendaFacts, delegate: Delegate) -> list[Interval]:
    return [(tick, tick + 1) for tick in sorted(facts.engaged.get(str(delegate.id), ()))]


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
    return {
        "id": resource.code,
        "capacity": resource.capacity,
        "open": shifts_in_ticks(facts.grid, resource, end=_end_of(facts)),
        "taken": taken,
    }


def _sessions(facts: AgendaFacts) -> Iterable[dict[str, object]]:
    slugs = {other.id: other.slug for other in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    codes = {resource.id: resource.code for resource in facts.resources}
    for item in facts.sessions:
        yield {
            "id": item.slug,
            "duration": facts.grid.grains(item.duration_minutes),
            "people": tuple(person_key(one.delegate_id) for one in item.people if one.part in BINDING_PARTS),
            "audience": item.audience,
            "layout": item.layout,
            "features": tuple(item.features),
            "booths": item.booths,
            "rooms": tuple(rooms[one.room_id] for one in item.rooms if one.room_id in rooms) if item.rooms else None,
            "windows": tuple(_windows(facts.grid, item.windows)) if item.windows else None,
            "after": tuple(slugs[other] for other in facts.links.after.get(item.id, ())),
            "not_with": tuple(slugs[other] for other in facts.links.apart.get(item.id, ())),
            "same_room_as": slugs.get(item.same_room_as_id) if item.same_room_as_id else None,
            "uses": {codes[use.resource_id]: use.units for use in item.uses},
            "plenary": item.is_plenary,
            "optional": item.is_optional,
            "value": item.value,
        }


def _pins(facts: AgendaFacts, placements: Iterable[DraftPlacement]) -> Iterable[tuple[str, Pin]]:
    """What is pinned. A start outside the session's own windows is no pin that any plan can keep: the windows rule."""
    sessions = {item.id: item for item in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    for placement in placements:
        item = sessions.get(placement.session_id)
        if item is None or placement.pin is PinKind.NONE:
            continue
        is_timed = placement.pin in {PinKind.TIME, PinKind.BOTH} and lies_in_windows(facts.grid, item, placement)
        start = facts.grid.tick(placement.starts_at) if is_timed else None
        room = rooms[placement.room_id] if placement.pin in {PinKind.ROOM, PinKind.BOTH} else None
        if start is not None or room is not None:
            yield item.slug, Pin(start=start, room=room)


def lies_in_windows(grid: TimeGrid, item: AgendaSession, placement: DraftPlacement) -> bool:
    """Whether a placed session runs inside one of its own windows, as whole grains see it."""
    start = grid.tick(placement.starts_at)
    windows = tuple(_windows(grid, item.windows)) if item.windows else None
    return holds(windows, (start, start + grid.grains(item.duration_minutes)))


def _clashes(facts: AgendaFacts) -> Iterable[dict[str, object]]:
    slugs = {item.id: item.slug for item in facts.sessions}
    for one, other, weight in facts.links.clashes:
        yield {"sessions": (slugs[one], slugs[other]), "weight": weight}


def _previous(facts: AgendaFacts, placements: Iterable[DraftPlacement]) -> Iterable[PreviousPlacement]:
    slugs = {item.id: item.slug for item in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    for placement in placements:
        if placement.session_id in slugs and placement.room_id in rooms:
            yield PreviousPlacement(
                session=slugs[placement.session_id],
                start=facts.grid.tick(placement.starts_at),
                room=rooms[placement.room_id],
            )


def _windows(grid: TimeGrid, rows: Iterable[HasTimes]) -> Iterable[Interval]:
    """Times as whole grains; one that holds none is no time at all."""
    for row in rows:
        start, end = grid.tick_after(row.starts_at), grid.tick(row.ends_at)
        if start < end:
            yield start, end


def person_key(delegate_id: int) -> str:
    """The ID of a person in a problem."""
    return f"p{delegate_id}"
