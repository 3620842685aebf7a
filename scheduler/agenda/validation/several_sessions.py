"""Rules that sessions keep or break together."""

from collections.abc import Iterator

from scheduler.agenda.problem import Resource
from scheduler.agenda.validation.plan import Held, Plan, pairs, violation
from scheduler.core.time_grid import holds
from scheduler.core.violation import Violation


def room_hosts_one_session(plan: Plan) -> Iterator[Violation]:
    """A room hosts one session at a time and has its turnover after each."""
    for room in plan.problem.rooms:
        for one, other in pairs(plan.held_in(room.id), until=room.turnover):
            if other.start < one.end + room.turnover:
                why = "overlap" if one.overlaps(other) else f"leave less than {room.turnover} grains for the turnover"
                message = f"'{one.id}' and '{other.id}' {why} in '{room.id}'."
                yield violation("room_hosts_one_session", (one.id, other.id, room.id), message)


def person_in_one_place(plan: Plan) -> Iterator[Violation]:
    """Between two sessions of a person there is time for the walk and the rest."""
    for person in plan.problem.people:
        for one, other in pairs(plan.held_with(person.id)):
            # Where both start together no order of the two leaves time, whatever the walks.
            needed = plan.walk(one, other) + person.rest
            if other.start >= one.end + needed:
                continue
            why = "overlap" if one.overlaps(other) else f"are less than {needed} grains apart"
            message = f"'{person.id}' is in '{one.id}' and '{other.id}', which {why}."
            yield violation("person_in_one_place", (person.id, one.id, other.id), message)


def order_kept(plan: Plan) -> Iterator[Violation]:
    """A session starts when those that come before it have ended, or later; nothing is asked if one is left out."""
    for session in plan.problem.sessions:
        for name in session.after:
            for later in plan.places_of(session.id):
                for earlier in plan.places_of(name):
                    if later.start < earlier.end:
                        message = f"'{later.id}' starts at {later.start}, before '{name}' ends at {earlier.end}."
                        yield violation("order_kept", (later.id, name), message)


def not_together(plan: Plan) -> Iterator[Violation]:
    """Sessions that one of the two wants apart do not overlap."""
    apart = {frozenset((session.id, other)): None for session in plan.problem.sessions for other in session.not_with}
    for two in apart:
        names = tuple(sorted(two))
        for one in plan.places_of(names[0]):
            for other in plan.places_of(names[1]):
                if one.overlaps(other):
                    message = f"'{one.id}' and '{other.id}' overlap but are to be apart."
                    yield violation("not_together", names, message)


def same_room(plan: Plan) -> Iterator[Violation]:
    """A session is in the room of the one that it names; nothing is asked if one is left out."""
    for session in plan.problem.sessions:
        if session.same_room_as is None:
            continue
        for one in plan.places_of(session.id):
            for other in plan.places_of(session.same_room_as):
                if one.room.id != other.room.id:
                    message = f"'{one.id}' is in '{one.room.id}' but '{other.id}' in '{other.room.id}'."
                    yield violation("same_room", (one.id, other.id), message)


def resource_not_overused(plan: Plan) -> Iterator[Violation]:
    """While sessions run, what they use and what is taken elsewhere is there; they run in the resource's hours."""
    for resource in plan.problem.resources:
        users = [one for one in plan.held if one.session.uses.get(resource.id, 0) > 0]
        for one in users:
            if not holds(resource.open, one.span):
                message = f"'{one.id}' uses '{resource.id}' from {one.start} to {one.end}, outside its hours."
                yield violation("resource_not_overused", (resource.id, one.id), message)
        yield from _overuse(resource, users)


def _overuse(resource: Resource, users: list[Held]) -> Iterator[Violation]:
    # Use rises only where a session starts or something else takes units: looking at those moments is enough.
    moments = {one.start for one in users} | {start for start, _, _ in resource.taken}
    told: set[tuple[str, ...]] = set()
    for moment in sorted(moments):
        running = [one for one in users if one.start <= moment < one.end]
        used = sum(one.session.uses[resource.id] for one in running)
        taken = sum(units for start, end, units in resource.taken if start <= moment < end)
        names = tuple(sorted({one.id for one in running}))
        if names and used + taken > resource.capacity and names not in told:
            told.add(names)
            message = (
                f"At {moment}, {used + taken} units of '{resource.id}' are used, {taken} of them elsewhere; "
                f"there are {resource.capacity}."
            )
            yield violation("resource_not_overused", (resource.id, *names), message)


def plenary_alone(plan: Plan) -> Iterator[Violation]:
    """Nothing else runs while a plenary does, in any room."""
    if not any(one.session.plenary for one in plan.held):
        return
    for one, other in pairs(plan.held, until=0):
        if (one.session.plenary or other.session.plenary) and one.overlaps(other):
            plenary, beside = (one, other) if one.session.plenary else (other, one)
            message = f"'{beside.id}' runs during the plenary '{plenary.id}'."
            yield violation("plenary_alone", (plenary.id, beside.id), message)


def parallel_limit(plan: Plan) -> Iterator[Violation]:
    """At most so many sessions run at once."""
    limit = plan.problem.max_parallel
    if limit is None:
        return
    for moment in sorted({one.start for one in plan.held}):
        running = sorted({one.id for one in plan.held if one.start <= moment < one.end})
        if len(running) > limit:
            message = f"At {moment}, {len(running)} sessions run at once; {limit} may."
            yield violation("parallel_limit", tuple(running), message)
