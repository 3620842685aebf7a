"""The agenda problem as a frozen value; what can be seen wrong without search is refused when it is made."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from scheduler.core import time_grid
from scheduler.core.refusal import Complaints, read
from scheduler.core.values import LARGEST, Count, Grain, Id, Value, Weight, Window

Length = Annotated[int, Field(ge=1, le=LARGEST)]
"""A number of grains that is not nothing."""


class Day(Value):
    """A day [start, end) in grains; a session lies within one day and outside its closed times."""

    id: Id
    start: Grain
    end: Grain
    closed: tuple[Window, ...] = ()


class Room(Value):
    """A room and what it offers; ``turnover`` grains stay free after each session, even outside ``open``.

    Rooms without a ``site`` share one common site.
    """

    id: Id
    capacity: Count = 0
    layouts: tuple[Id, ...] = ()
    features: tuple[Id, ...] = ()
    booths: Count = 0
    open: tuple[Window, ...] | None = None
    turnover: Count = 0
    site: Id | None = None


class Walk(Value):
    """Grains from one site to another; holds for the way back too unless that is listed by itself."""

    from_: Id = Field(alias="from")
    to: Id
    grains: Count = 0


class Person(Value):
    """Somebody whom sessions need; ``rest`` grains are wanted between two sessions, besides the walk."""

    id: Id
    available: tuple[Window, ...] | None = None
    rest: Count = 0


class Resource(Value):
    """Something scarce beside rooms and people; ``taken`` lists [start, end, units] that are used elsewhere."""

    id: Id
    capacity: Count = 0
    open: tuple[Window, ...] | None = None
    taken: tuple[tuple[Grain, Grain, Count], ...] = ()


class Pin(Value):
    """Where a session must be: a start, a room or both."""

    start: Grain | None = None
    room: Id | None = None


class Session(Value):
    """An item of the agenda; ``duration`` in grains, ``audience`` in people, ``uses`` in units by resource.

    ``value`` is what leaving out an optional session costs in the first stage.
    """

    id: Id
    duration: Length
    people: tuple[Id, ...] = ()
    audience: Count = 0
    layout: Id | None = None
    features: tuple[Id, ...] = ()
    booths: Count = 0
    rooms: tuple[Id, ...] | None = None
    windows: tuple[Window, ...] | None = None
    pin: Pin | None = None
    after: tuple[Id, ...] = ()
    not_with: tuple[Id, ...] = ()
    same_room_as: Id | None = None
    uses: dict[Id, Count] = Field(default_factory=dict)
    plenary: bool = False
    optional: bool = False
    value: Count = 0

    @property
    def is_required(self) -> bool:
        """Whether a plan without it is no plan."""
        return not self.optional or self.pin is not None


class Clash(Value):
    """Two sessions that much the same people would like to attend; overlapping costs ``weight`` units."""

    sessions: tuple[Id, Id]
    weight: Weight = 3


class PreviousPlacement(Value):
    """Where a session was in the plan before this one; session and room may exist no more."""

    session: Id
    start: Grain
    room: Id


class Weights(Value):
    """The factor of each soft term."""

    clash: Weight = 1
    room_too_large: Weight = 1
    moved_start: Weight = 1000
    moved_room: Weight = 200
    late_start: Weight = 0
    day_balance: Weight = 0


class AgendaProblem(Value):
    """Days, rooms, people and sessions; all references hold and no list names anything twice.

    Raises:
        Refused: with the path and the identifier of everything that can be seen wrong without search.
    """

    format: Literal["bridge-agenda/1"]
    grain_minutes: Annotated[int, Field(ge=1, le=LARGEST)] = 5
    days: tuple[Day, ...] = ()
    rooms: tuple[Room, ...] = ()
    walks: tuple[Walk, ...] = ()
    people: tuple[Person, ...] = ()
    resources: tuple[Resource, ...] = ()
    sessions: tuple[Session, ...] = ()
    clashes: tuple[Clash, ...] = ()
    max_parallel: Count | None = None
    previous: tuple[PreviousPlacement, ...] | None = None
    weights: Weights = Field(default_factory=Weights)

    @model_validator(mode="after")
    def _refuse_what_is_plainly_wrong(self) -> "AgendaProblem":
        complaints = Complaints()
        names = _Names(self, complaints)
        for check in _REFERENCE_CHECKS:
            check(self, names)
        complaints.raise_if_any()
        return self


class _Names:
    """The identifiers of a problem by kind, and where complaints about references go."""

    def __init__(self, problem: AgendaProblem, complaints: Complaints) -> None:
        self.complaints = complaints
        self.known = {
            "room": {room.id for room in problem.rooms},
            "person": {person.id for person in problem.people},
            "resource": {resource.id for resource in problem.resources},
            "session": {session.id for session in problem.sessions},
        }

    def require(self, path: str, noun: str, identifier: str | None) -> None:
        if identifier is not None:
            self.complaints.require_known(path, noun, identifier, self.known[noun])

    def require_each(self, path: str, noun: str, identifiers: tuple[str, ...] | None) -> None:
        """Complain about what is unknown and about what is there twice."""
        for index, identifier in enumerate(identifiers or ()):
            self.require(f"{path}[{index}]", noun, identifier)
        self.complaints.require_unique(path, noun, identifiers or ())


def _check_identifiers(problem: AgendaProblem, names: _Names) -> None:
    unique = names.complaints.require_unique
    unique("days", "day", (day.id for day in problem.days))
    unique("rooms", "room", (room.id for room in problem.rooms))
    unique("people", "person", (person.id for person in problem.people))
    unique("resources", "resource", (resource.id for resource in problem.resources))
    unique("sessions", "session", (session.id for session in problem.sessions))
    unique("previous", "session", (entry.session for entry in problem.previous or ()))


def _check_windows(problem: AgendaProblem, names: _Names) -> None:
    require_windows = names.complaints.require_windows
    for index, day in enumerate(problem.days):
        if day.end < day.start:
            names.complaints.add(
                f"days[{index}].end", f"day '{day.id}' ends at {day.end}, before its start {day.start}"
            )
        require_windows(f"days[{index}].closed", day.closed)
    for index, room in enumerate(problem.rooms):
        require_windows(f"rooms[{index}].open", room.open)
    for index, person in enumerate(problem.people):
        require_windows(f"people[{index}].available", person.available)
    for index, resource in enumerate(problem.resources):
        require_windows(f"resources[{index}].open", resource.open)
        require_windows(f"resources[{index}].taken", [(start, end) for start, end, _ in resource.taken])
    for index, session in enumerate(problem.sessions):
        require_windows(f"sessions[{index}].windows", session.windows)


def _check_walks(problem: AgendaProblem, names: _Names) -> None:
    seen: set[tuple[str, str]] = set()
    for index, walk in enumerate(problem.walks):
        way = (walk.from_, walk.to)
        if way in seen:
            names.complaints.add(f"walks[{index}]", f"the walk from '{walk.from_}' to '{walk.to}' is there twice")
        seen.add(way)


def _check_sessions(problem: AgendaProblem, names: _Names) -> None:
    for index, session in enumerate(problem.sessions):
        path = f"sessions[{index}]"
        names.require_each(f"{path}.people", "person", session.people)
        names.require_each(f"{path}.rooms", "room", session.rooms)
        names.require_each(f"{path}.after", "session", session.after)
        names.require_each(f"{path}.not_with", "session", session.not_with)
        names.require(f"{path}.same_room_as", "session", session.same_room_as)
        for resource in session.uses:
            names.require(f"{path}.uses.{resource}", "resource", resource)
        _check_itself(session, path, names)
        _check_pin(session, f"{path}.pin", names)


def _check_itself(session: Session, path: str, names: _Names) -> None:
    for index, other in enumerate(session.after):
        if other == session.id:
            names.complaints.add(f"{path}.after[{index}]", f"session '{session.id}' cannot come after itself")
    for index, other in enumerate(session.not_with):
        if other == session.id:
            names.complaints.add(f"{path}.not_with[{index}]", f"session '{session.id}' cannot be apart from itself")
    if session.same_room_as == session.id:
        names.complaints.add(f"{path}.same_room_as", f"session '{session.id}' names itself")


def _check_pin(session: Session, path: str, names: _Names) -> None:
    pin = session.pin
    if pin is None:
        return
    names.require(f"{path}.room", "room", pin.room)
    if pin.start is None:
        if pin.room is None:
            names.complaints.add(path, f"the pin of session '{session.id}' has neither start nor room")
        return
    if not time_grid.holds(session.windows, (pin.start, pin.start + session.duration)):
        names.complaints.add(
            f"{path}.start",
            f"session '{session.id}' would run from {pin.start} to {pin.start + session.duration}, "
            "outside its own windows",
        )


def _check_clashes(problem: AgendaProblem, names: _Names) -> None:
    seen: set[frozenset[str]] = set()
    for index, clash in enumerate(problem.clashes):
        path = f"clashes[{index}]"
        one, other = clash.sessions
        names.require(f"{path}.sessions[0]", "session", one)
        names.require(f"{path}.sessions[1]", "session", other)
        if one == other:
            names.complaints.add(path, f"session '{one}' cannot clash with itself")
        if frozenset(clash.sessions) in seen:
            names.complaints.add(path, f"the clash of '{one}' and '{other}' is there twice")
        seen.add(frozenset(clash.sessions))


_REFERENCE_CHECKS: tuple[Callable[[AgendaProblem, _Names], None], ...] = (
    _check_identifiers,
    _check_windows,
    _check_walks,
    _check_sessions,
    _check_clashes,
)


def read_problem(text: str | bytes) -> AgendaProblem:
    """Parse a problem file.

    Raises:
        Refused: not JSON, wrong types, unknown or duplicate references, a window that ends before it starts.
    """
    return read(AgendaProblem, text)
