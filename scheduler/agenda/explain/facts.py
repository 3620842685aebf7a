"""The facts of a problem file that can stand in the way of a plan, each at its own path."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.core.explanation import Fact

Steps = tuple[str | int, ...]
"""The way to a value in the file: names of fields, positions in lists, IDs in ``uses``."""


@dataclass(frozen=True, eq=False)
class Blocker:
    """A value that is not neutral: the rule through which it bites, where it stands, whom it concerns.

    Equal to itself only: there are thousands of them in sets.
    """

    rule: str
    steps: Steps
    ids: tuple[str, ...]
    message: str

    @property
    def fact(self) -> Fact:
        return Fact(rule=self.rule, path=path_of(self.steps), ids=self.ids, message=self.message)


def field_of(steps: Steps) -> str:
    """The name that says what kind of value it is: ``windows``, ``people``, ``uses``, ``max_parallel``, …"""
    return str(steps[2] if len(steps) > 2 else steps[0])


def path_of(steps: Steps) -> str:
    """The JSON path of a value, as in ``sessions[3].people[0]`` or ``sessions[3].uses.interpreters``."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def blockers_of(problem: AgendaProblem) -> list[Blocker]:
    """All facts that are not neutral already; those of sessions stand last, since shrinking keeps the last ones."""
    return [*_of_the_house(problem), *_of_people_and_resources(problem), *_of_sessions(problem)]


def required_sessions(problem: AgendaProblem) -> list[Blocker]:
    """That each session must be placed, as a fact: what is left where nothing else is against a plan."""
    return [
        Blocker("session_placed_once", ("sessions", index, "optional"), (one.id,), f"'{one.id}' must be placed.")
        for index, one in enumerate(problem.sessions)
        if not one.optional
    ]


def _of_the_house(problem: AgendaProblem) -> Iterator[Blocker]:
    hours = "inside_a_day_and_open_hours"
    for index, room in enumerate(problem.rooms):
        if room.turnover:
            message = f"'{room.id}' needs {room.turnover} grains after each session."
            yield Blocker("room_hosts_one_session", ("rooms", index, "turnover"), (room.id,), message)
    if problem.max_parallel is not None:
        message = f"At most {problem.max_parallel} sessions may run at once."
        yield Blocker("parallel_limit", ("max_parallel",), (), message)
    for index, day in enumerate(problem.days):
        if day.closed:
            message = f"Day '{day.id}' is closed {_spoken(day.closed)}."
            yield Blocker(hours, ("days", index, "closed"), (day.id,), message)
    for index, room in enumerate(problem.rooms):
        if room.open is not None:
            yield Blocker(hours, ("rooms", index, "open"), (room.id,), f"'{room.id}' is open {_spoken(room.open)}.")


def _of_people_and_resources(problem: AgendaProblem) -> Iterator[Blocker]:
    for index, person in enumerate(problem.people):
        if person.rest:
            message = f"'{person.id}' wants {person.rest} grains of rest between sessions."
            yield Blocker("person_in_one_place", ("people", index, "rest"), (person.id,), message)
        if person.available is not None:
            message = f"'{person.id}' is available {_spoken(person.available)}."
            yield Blocker("person_available", ("people", index, "available"), (person.id,), message)
    for index, resource in enumerate(problem.resources):
        rule = "resource_not_overused"
        if resource.taken:
            message = f"Units of '{resource.id}' are used elsewhere at {len(resource.taken)} times."
            yield Blocker(rule, ("resources", index, "taken"), (resource.id,), message)
        if resource.open is not None:
            message = f"'{resource.id}' is there {_spoken(resource.open)}."
            yield Blocker(rule, ("resources", index, "open"), (resource.id,), message)


def _of_sessions(problem: AgendaProblem) -> Iterator[Blocker]:
    capacities = {resource.id: resource.capacity for resource in problem.resources}
    for index, session in enumerate(problem.sessions):
        at: Steps = ("sessions", index)
        yield from _demands_on_rooms(session, at)
        for position, name in enumerate(session.not_with):
            message = f"'{session.id}' may not overlap '{name}'."
            yield Blocker("not_together", (*at, "not_with", position), (session.id, name), message)
        if session.plenary:
            message = f"Nothing may run beside '{session.id}'."
            yield Blocker("plenary_alone", (*at, "plenary"), (session.id,), message)
        for name, units in session.uses.items():
            if units:
                message = f"'{session.id}' uses {units} of '{name}', of which there are {capacities[name]}."
                yield Blocker("resource_not_overused", (*at, "uses", name), (session.id, name), message)
        for position, name in enumerate(session.people):
            message = f"'{name}' is needed in '{session.id}'."
            yield Blocker("person_in_one_place", (*at, "people", position), (session.id, name), message)
        for position, name in enumerate(session.after):
            message = f"'{session.id}' comes after '{name}'."
            yield Blocker("order_kept", (*at, "after", position), (session.id, name), message)
        if session.windows is not None:
            message = f"'{session.id}' may run {_spoken(session.windows)}."
            yield Blocker("inside_windows", (*at, "windows"), (session.id,), message)
        if session.pin is not None:
            where = [] if session.pin.start is None else [f"to start {session.pin.start}"]
            where += [] if session.pin.room is None else [f"to '{session.pin.room}'"]
            message = f"'{session.id}' is pinned {' and '.join(where)}."
            yield Blocker("pins_kept", (*at, "pin"), (session.id,), message)


def _demands_on_rooms(session: Session, at: Steps) -> Iterator[Blocker]:
    rule, own = "room_fits", (session.id,)
    if session.audience:
        yield Blocker(rule, (*at, "audience"), own, f"'{session.id}' expects {session.audience} people.")
    if session.layout is not None:
        yield Blocker(rule, (*at, "layout"), own, f"'{session.id}' wants the layout '{session.layout}'.")
    if session.features:
        wanted = ", ".join(f"'{feature}'" for feature in session.features)
        yield Blocker(rule, (*at, "features"), own, f"'{session.id}' needs {wanted}.")
    if session.booths:
        yield Blocker(rule, (*at, "booths"), own, f"'{session.id}' needs {session.booths} booths.")
    if session.rooms is not None:
        wanted = ", ".join(f"'{room}'" for room in session.rooms) or "no room"
        yield Blocker(rule, (*at, "rooms"), own, f"'{session.id}' may be in {wanted} only.")
    if session.same_room_as is not None:
        message = f"'{session.id}' is to be in the room of '{session.same_room_as}'."
        yield Blocker("same_room", (*at, "same_room_as"), (session.id, session.same_room_as), message)


def _spoken(windows: tuple[tuple[int, int], ...]) -> str:
    if not windows:
        return "never"
    shown = [f"from {start} to {end}" for start, end in windows[:4]]
    return " and ".join(shown) + (" and so on" if len(windows) > 4 else "")
