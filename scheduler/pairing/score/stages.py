"""The stages of the objective, each ranking before the next, and their values for a plan."""

from collections import Counter
from collections.abc import Callable

from scheduler.core.outcome import Sense
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score.pool import Pool
from scheduler.pairing.score.terms import form_of, units_of
from scheduler.pairing.solution import PairingSolution, Partnership


class _Tally:
    """Memberships and values by member, and the sets of members formed."""

    def __init__(self, problem: PairingProblem, solution: PairingSolution) -> None:
        self.problem = problem
        pool = Pool(problem)
        self.memberships: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self.value = 0
        self.formed = {partnership.ids for partnership in solution.partnerships}
        for partnership in solution.partnerships:
            worth = _worth(pool, partnership)
            self.value += worth
            for identifier in partnership.ids:
                self.memberships[identifier] += 1
                self.values[identifier] += worth


def _worth(pool: Pool, partnership: Partnership) -> int:
    form = form_of(pool, partnership.members)
    if form is None:
        return 0
    return sum(weight * units for weight, units in zip(pool.weights, units_of(pool, form), strict=True))


def reached(tally: _Tally) -> int:
    """Cities with at least the partnerships they want; a city that wants none counts."""
    return sum(tally.memberships[city.id] >= city.engagements.min for city in tally.problem.cities)


def paired(tally: _Tally) -> int:
    """Cities that have a partnership."""
    return sum(tally.memberships[city.id] > 0 for city in tally.problem.cities)


def lowest(tally: _Tally) -> int:
    """The smallest value of a city that has a partnership, 0 where none has."""
    return min((tally.values[city.id] for city in tally.problem.cities if tally.memberships[city.id]), default=0)


def value(tally: _Tally) -> int:
    """The sum of the values of the partnerships."""
    return tally.value


def changes(tally: _Tally) -> int:
    """Partnerships in this plan or in the previous one but not in both, compared as sets of members."""
    before = {frozenset(members) for members in tally.problem.previous or ()}
    return len(tally.formed ^ before)


Stage = Callable[[_Tally], int]

STAGES: dict[str, tuple[Sense, Stage]] = {
    "reached": ("max", reached),
    "paired": ("max", paired),
    "lowest": ("max", lowest),
    "value": ("max", value),
    "changes": ("min", changes),
}


def stages_of(problem: PairingProblem) -> dict[str, Sense]:
    """The stages that apply, in their order: ``changes`` only with a previous plan, and first where that is asked."""
    senses = {name: sense for name, (sense, _) in STAGES.items()}
    if not problem.previous:
        del senses["changes"]
    elif problem.changes_first:
        senses = {"changes": senses["changes"], **senses}
    return senses


def stage_values(problem: PairingProblem, solution: PairingSolution) -> dict[str, int]:
    """The value of each stage that applies, in order."""
    tally = _Tally(problem, solution)
    return {name: STAGES[name][1](tally) for name in stages_of(problem)}
