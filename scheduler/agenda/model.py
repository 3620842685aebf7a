"""The CP-SAT model of an agenda problem: variables, rules, stages; and the way back to a solution."""

from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.agenda import objective
from scheduler.agenda.clashing import Circle
from scheduler.agenda.constraints import RULES
from scheduler.agenda.legal import Legal
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import AgendaSolution, Placement
from scheduler.agenda.variables import Variables, make_variables
from scheduler.core.cpsat import Solved
from scheduler.core.staged import Stage


@dataclass(frozen=True)
class AgendaModel:
    """A model with every hard rule in it; objectives are added by ``stage``."""

    problem: AgendaProblem
    cp: cp_model.CpModel
    variables: Variables

    def stage(self, name: str) -> Stage:
        """A stage of the objective, with the variables that it needs."""
        expressions = {"unplaced": objective.unplaced, "cost": objective.cost}
        return Stage(name, "min", expressions[name](self.variables))

    def fix(self, stage: Stage, value: int) -> None:
        """Let later stages make this one no worse than a value that was reached."""
        self.cp.add(stage.expression <= value)

    def decode(self, solved: Solved) -> AgendaSolution:
        """The solution behind the values of the variables."""
        placements = [
            Placement(session=one.id, start=solved.value(one.start), room=room)
            for one in self.variables.sessions.values()
            for room, literal in one.rooms.items()
            if solved.holds(literal)
        ]
        return solution_of(self.problem, placements)

    def hint(self, placements: Iterable[Placement]) -> dict[int, int]:
        """A value for every variable, from placements that need not be complete or right."""
        sessions = self.variables.sessions
        places = {
            placement.session: placement
            for placement in placements
            if placement.session in sessions and placement.room in sessions[placement.session].rooms
        }
        values: dict[int, int] = {self.variables.yes.index: 1}
        for one in sessions.values():
            place = places.get(one.id)
            values[one.start.index] = one.start_in(places)
            if place is None and one.session.is_required:
                continue
            values[one.placed.index] = int(place is not None)
            for room, literal in one.rooms.items():
                values[literal.index] = int(place is not None and room == place.room)
            for day, literal in one.days.items():
                starts = one.legal.days[day]
                values[literal.index] = int(
                    place is not None and any(start <= place.start < end for start, end in starts)
                )
        values.update((variable.index, int(follows(places))) for variable, follows in self.variables.auxiliary)
        return values


def build(
    problem: AgendaProblem,
    legal: dict[str, Legal],
    circles: tuple[Circle, ...] = (),
    *,
    rooms_know_plenaries: bool = False,
) -> AgendaModel:
    """The model with all rules and no objective.

    Args:
        legal: holds a start for every required session.
        circles: sessions that clash with each other, told to the objective.
        rooms_know_plenaries: for whoever asks whether there is any plan; it makes a search for a better one slower.
    """
    cp = cp_model.CpModel()
    variables = make_variables(problem, cp, legal, circles, rooms_know_plenaries=rooms_know_plenaries)
    for add_rule in RULES.values():
        add_rule(variables)
    return AgendaModel(problem, cp, variables)


def solution_of(problem: AgendaProblem, placements: Iterable[Placement]) -> AgendaSolution:
    """Placements in the order of the problem, with everything else listed as left out."""
    places = {placement.session: placement for placement in placements}
    return AgendaSolution(
        placements=tuple(places[session.id] for session in problem.sessions if session.id in places),
        unplaced=tuple(session.id for session in problem.sessions if session.id not in places),
    )
