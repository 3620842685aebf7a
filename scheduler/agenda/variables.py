"""The decision variables of the model in the words of the domain."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from scheduler.agenda.clashing import Circle
from scheduler.agenda.legal import Legal, Starts
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import Placement


@dataclass(frozen=True, eq=False)
class SessionVariables:
    """What is decided about one session.

    ``start`` takes one value whatever the room; ``placed`` and the literals of ``rooms`` and ``days`` say whether it
    is held, where and on which day (by position). ``interval`` runs from start to end and is absent when left out.
    """

    session: Session
    legal: Legal
    start: cp_model.IntVar
    placed: cp_model.IntVar
    rooms: dict[str, cp_model.IntVar]
    days: dict[int, cp_model.IntVar]
    interval: cp_model.IntervalVar

    @property
    def id(self) -> str:
        return self.session.id

    @property
    def end(self) -> cp_model.LinearExpr:
        return self.start + self.session.duration

    def start_in(self, places: "Places") -> int:
        """Where ``start`` stands in a plan; what is left out stands at its earliest start."""
        return places[self.id].start if self.id in places else self.earliest

    def end_in(self, places: "Places") -> int:
        return self.start_in(places) + self.session.duration

    @property
    def earliest(self) -> int:
        return self.legal.starts[0][0]

    @property
    def latest(self) -> int:
        return self.legal.starts[-1][1] - 1


Places = Mapping[str, Placement]
"""A plan as placements by session; what is not in it is left out."""

Follows = Callable[[Places], int]
"""The value that an auxiliary variable takes in a plan."""


@dataclass
class Variables:
    """All variables; sessions without a legal start have none and are never placed.

    ``rooms_know_plenaries``: each room is told what plenaries elsewhere take of it (``room_hosts_one_session``).
    ``auxiliary`` lists the variables that follow from the sessions' own, each with the value that it takes in a plan:
    only a hint that gives every variable a value lets the search start from that plan.
    """

    problem: AgendaProblem
    model: cp_model.CpModel
    sessions: dict[str, SessionVariables]
    yes: cp_model.IntVar
    circles: tuple[Circle, ...] = ()
    rooms_know_plenaries: bool = False
    auxiliary: list[tuple[cp_model.IntVar, Follows]] = field(default_factory=list)
    _before: dict[tuple[str, str], cp_model.IntVar] = field(default_factory=dict)
    _sites: dict[tuple[str, str | None], cp_model.IntVar] = field(default_factory=dict)

    def those(self, ids: Iterable[str]) -> list[SessionVariables]:
        """The variables of the sessions that can be placed at all."""
        return [self.sessions[name] for name in ids if name in self.sessions]

    def new_literal(self, follows: Follows) -> cp_model.IntVar:
        """An auxiliary literal and when it holds in a plan."""
        literal = self.model.new_bool_var("")
        self.auxiliary.append((literal, follows))
        return literal

    def before(self, one: SessionVariables, other: SessionVariables) -> cp_model.IntVar:
        """A literal that, where it holds and both are placed, makes one end before the other starts."""
        key = (one.id, other.id)
        if key not in self._before:
            literal = self.new_literal(lambda places: one.end_in(places) <= other.start_in(places))
            # A session that is left out sits at its earliest start, where the order must ask nothing of it.
            self.model.add(one.end <= other.start).only_enforce_if(literal, one.placed, other.placed)
            self._before[key] = literal
        return self._before[key]

    def at_site(self, one: SessionVariables, site: str | None) -> cp_model.IntVar:
        """A literal that holds when the session is in a room of the site; ``None`` is the common site."""
        key = (one.id, site)
        if key not in self._sites:
            site_of = {room.id: room.site for room in self.problem.rooms}
            here = [literal for room, literal in one.rooms.items() if site_of[room] == site]
            if len(here) == 1:
                self._sites[key] = here[0]
            else:
                rooms = {room for room in one.rooms if site_of[room] == site}
                literal = self.new_literal(lambda places: one.id in places and places[one.id].room in rooms)
                self.model.add_max_equality(literal, here)
                self._sites[key] = literal
        return self._sites[key]


def can_meet(one: SessionVariables, other: SessionVariables, *, gap: int = 0) -> bool:
    """Whether the two can come closer than ``gap`` grains to each other at all."""
    return (
        one.earliest < other.latest + other.session.duration + gap
        and other.earliest < one.latest + one.session.duration + gap
    )


def make_variables(
    problem: AgendaProblem,
    model: cp_model.CpModel,
    legal: dict[str, Legal] | None = None,
    circles: tuple[Circle, ...] = (),
    *,
    rooms_know_plenaries: bool = False,
) -> Variables:
    """Make the variables; a session's facts of its own are in the domains."""
    legal = legal if legal is not None else legal_of(problem)
    yes = model.new_constant(1)
    sessions = {
        session.id: _session_variables(model, session, legal[session.id], yes)
        for session in problem.sessions
        if legal[session.id].rooms
    }
    return Variables(problem, model, sessions, yes, circles, rooms_know_plenaries)


def _session_variables(
    model: cp_model.CpModel, session: Session, legal: Legal, yes: cp_model.IntVar
) -> SessionVariables:
    start = model.new_int_var_from_domain(domain_of(legal.starts), f"start {session.id}")
    placed = yes if session.is_required else model.new_bool_var(f"placed {session.id}")
    rooms = {
        room: placed if len(legal.rooms) == 1 else model.new_bool_var(f"{session.id} in {room}") for room in legal.rooms
    }
    days = {day: placed if len(legal.days) == 1 else model.new_bool_var("") for day in legal.days}
    interval = model.new_optional_fixed_size_interval_var(start, session.duration, placed, session.id)
    return SessionVariables(session, legal, start, placed, rooms, days, interval)


def domain_of(starts: Starts) -> cp_model.Domain:
    return cp_model.Domain.from_intervals([[start, end - 1] for start, end in starts])
