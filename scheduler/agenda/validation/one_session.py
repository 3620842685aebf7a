"""Rules that each session keeps or breaks by itself."""

from collections import Counter
from collections.abc import Iterator

from scheduler.agenda.problem import Day
from scheduler.agenda.validation.plan import Held, Plan, violation
from scheduler.core.time_grid import holds, overlaps
from scheduler.core.violation import Violation


def session_placed_once(plan: Plan) -> Iterator[Violation]:
    """A session that is not optional, or that is pinned, is placed; none is placed twice."""
    for session in plan.problem.sessions:
        times = len(plan.places_of(session.id))
        if times > 1:
            yield violation("session_placed_once", (session.id,), f"'{session.id}' is placed {times} times.")
        elif times == 0 and session.pin is not None:
            yield violation("session_placed_once", (session.id,), f"'{session.id}' is pinned but left out.")
        elif times == 0 and not session.optional:
            yield violation("session_placed_once", (session.id,), f"'{session.id}' must be placed but is left out.")


def inside_a_day_and_open_hours(plan: Plan) -> Iterator[Violation]:
    """A session lies within one day, outside its closed times, while its room is open."""
    rule = "inside_a_day_and_open_hours"
    for one in plan.held:
        if not any(_lies_in(one, day) for day in plan.problem.days):
            within = [day for day in plan.problem.days if day.start <= one.start and one.end <= day.end]
            why = f"in closed time of day '{within[0].id}'" if within else "not within one day"
            yield violation(rule, (one.id,), f"'{one.id}' runs {_times(one)}, {why}.")
        if not holds(one.room.open, one.span):
            yield violation(rule, (one.id, one.room.id), f"'{one.id}' runs {_times(one)}, '{one.room.id}' is not open.")


def room_fits(plan: Plan) -> Iterator[Violation]:
    """A room seats the audience and has the layout, the features and the booths; the session may be in it."""
    for one in plan.held:
        lacks = list(_what_lacks(one))
        if lacks:
            message = f"'{one.id}' cannot be in '{one.room.id}': {'; '.join(lacks)}."
            yield violation("room_fits", (one.id, one.room.id), message)


def person_available(plan: Plan) -> Iterator[Violation]:
    """Everybody whom a session needs is available while it runs."""
    for person in plan.problem.people:
        for one in plan.held_with(person.id):
            if not holds(person.available, one.span):
                message = f"'{person.id}' is not available {_times(one)}, when '{one.id}' runs."
                yield violation("person_available", (person.id, one.id), message)


def inside_windows(plan: Plan) -> Iterator[Violation]:
    """A session with windows runs inside one of them."""
    for one in plan.held:
        if not holds(one.session.windows, one.span):
            yield violation("inside_windows", (one.id,), f"'{one.id}' runs {_times(one)}, outside its windows.")


def pins_kept(plan: Plan) -> Iterator[Violation]:
    """A pinned session is at its pinned start, in its pinned room."""
    for one in plan.held:
        pin = one.session.pin
        if pin is None:
            continue
        if pin.start is not None and one.start != pin.start:
            yield violation("pins_kept", (one.id,), f"'{one.id}' is pinned to start {pin.start}, not {one.start}.")
        if pin.room is not None and one.room.id != pin.room:
            message = f"'{one.id}' is pinned to '{pin.room}', not '{one.room.id}'."
            yield violation("pins_kept", (one.id, one.room.id), message)


def left_out_listed(plan: Plan) -> Iterator[Violation]:
    """``unplaced`` lists each session that is not placed, once, and no other."""
    listed = Counter(plan.solution.unplaced)
    for session in plan.problem.sessions:
        placed, times = bool(plan.places_of(session.id)), listed[session.id]
        if placed and times:
            message = f"'{session.id}' is placed and also listed as left out."
        elif not placed and times == 0:
            message = f"'{session.id}' is neither placed nor listed as left out."
        elif times > 1:
            message = f"'{session.id}' is listed as left out {times} times."
        else:
            continue
        yield violation("left_out_listed", (session.id,), message)


def _lies_in(one: Held, day: Day) -> bool:
    within = day.start <= one.start and one.end <= day.end
    return within and not any(overlaps(closed, one.span) for closed in day.closed)


def _what_lacks(one: Held) -> Iterator[str]:
    session, room = one.session, one.room
    if session.audience > room.capacity:
        yield f"it seats {room.capacity}, {session.audience} are expected"
    if session.layout is not None and session.layout not in room.layouts:
        yield f"it cannot be set up as '{session.layout}'"
    missing = [feature for feature in session.features if feature not in room.features]
    if missing:
        yield "it lacks " + ", ".join(f"'{feature}'" for feature in missing)
    if session.booths > room.booths:
        yield f"it has {room.booths} booths, {session.booths} are needed"
    if session.rooms is not None and room.id not in session.rooms:
        yield "it is not among the rooms of the session"


def _times(one: Held) -> str:
    return f"from {one.start} to {one.end}"
