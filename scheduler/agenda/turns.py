"""How the time is shared between some sessions at a time and the whole, by the size of a problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.agenda.bounds import fullness
from scheduler.agenda.clashing import Circle
from scheduler.agenda.problem import AgendaProblem

LARGE, FULL, HOPELESS = 120, 0.7, 400
"""From how many sessions, or from which part of room time in use, some sessions at a time are placed anew before the
whole is looked at; and from how many the whole is not."""

PATIENCE = 150
"""Neighbourhoods without gain after which the whole is looked at, where that has hope."""


@dataclass(frozen=True)
class Turn:
    """Some sessions at a time, then the whole: each until its share of the time limit is over, or it has done.

    ``patience`` is the number of neighbourhoods without gain after which the whole comes; none: the clock alone ends
    them. ``reinserts``: sessions are taken out and put back by the compiled kernel instead, where it can.
    ``needs_plan``: without a plan the whole comes at once, until ``without_plan_until``. ``parameters`` are those of
    CP-SAT for the whole, ``any_parameters`` those for any plan of it where none is known.
    """

    patience: int | None
    parts_until: float
    whole_until: float = 1.0
    without_plan_until: float = 1.0
    needs_plan: bool = False
    reinserts: bool = False
    parameters: Mapping[str, object] = field(default_factory=dict)
    any_parameters: Mapping[str, object] = field(default_factory=dict)


WHOLE_TURNS = (
    Turn(patience=None, parts_until=0.0, whole_until=0.3, needs_plan=True),
    Turn(patience=PATIENCE, parts_until=0.5, needs_plan=True, reinserts=True),
)
"""Few sessions: the whole is mostly proven within a second. What is not by then, needs a better plan to begin with."""
FULL_TURNS = (
    Turn(patience=40, parts_until=0.15, whole_until=0.3, without_plan_until=0.7, needs_plan=True),
    Turn(patience=PATIENCE, parts_until=0.8, reinserts=True),
)
"""Few sessions in full rooms: from a good plan the whole is mostly soon proven. Where it is not, moves find more."""
MANY_NEIGHBOURHOODS = {
    "cp_model_probing_level": 0,
    "symmetry_level": 0,
    "max_presolve_iterations": 1,
    "ignore_subsolvers": (
        "feasibility_pump",
        "ls",
        "rins/rens",
        "rnd_cst_lns",
        "rnd_var_lns",
        "scheduling_resource_windows_lns",
        "scheduling_time_window_lns",
    ),
}
"""CP-SAT without what makes each of its neighbourhoods slow, and without those that find little."""
CLASHING_TURNS = (Turn(patience=PATIENCE, parts_until=0.2, reinserts=True, parameters=MANY_NEIGHBOURHOODS),)
"""Few sessions in full rooms of which the same public wants too many: moves find a good plan soon, the whole, told of
circles, a better one from there."""
TREES_ALONE = {
    "cp_model_probing_level": 0,
    "symmetry_level": 0,
    "max_presolve_iterations": 1,
    "subsolvers": ("no_lp", "default_lp"),
}
"""CP-SAT that looks for any plan by two searches from the first second on. Left to itself it probes for more than a
second, and gives one of two workers to jumps that find no plan in full rooms."""
LARGE_TURNS = (Turn(patience=PATIENCE, parts_until=0.8, any_parameters=TREES_ALONE),)
PARTS_ALONE = (Turn(patience=None, parts_until=1.0),)


def turns_of(problem: AgendaProblem, circles: Sequence[Circle] = ()) -> tuple[Turn, ...]:
    """The turns of a problem, in order."""
    sessions = len(problem.sessions)
    if sessions > HOPELESS:
        return PARTS_ALONE
    if sessions > LARGE:
        return LARGE_TURNS
    if fullness(problem) <= FULL:
        return WHOLE_TURNS
    clashing = sum(len(circle.sessions) for circle in circles)
    return CLASHING_TURNS if clashing > sessions / 2 else FULL_TURNS
