"""Plans compared and made: stage by stage, from candidates, and as hints for the solver."""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.core.cpsat import Solved
from scheduler.pairing.model import PairingModel
from scheduler.pairing.score import Candidate, Pool, partnership_of, stage_values, stages_of
from scheduler.pairing.solution import PairingSolution, UnpairedCity


@dataclass(frozen=True)
class Plan:
    """A plan with the values of its stages, and as a row of numbers of which larger is better."""

    solution: PairingSolution
    values: dict[str, int]
    rank: tuple[int, ...]

    @property
    def groups(self) -> list[frozenset[str]]:
        return [partnership.ids for partnership in self.solution.partnerships]


def ranked(pool: Pool, solution: PairingSolution) -> Plan:
    values = stage_values(pool.problem, solution)
    signs = {"max": 1, "min": -1}
    rank = tuple(signs[sense] * values[stage] for stage, sense in stages_of(pool.problem).items())
    return Plan(solution, values, rank)


def better_of(plans: Iterable[Plan]) -> Plan | None:
    """The plan that ranks first, stage by stage; the earlier one of equals."""
    return max(plans, key=lambda plan: plan.rank, default=None)


def solution_of(pool: Pool, candidates: Iterable[Candidate]) -> PairingSolution:
    """A plan of these candidates, with reasons and the cities left out; in the order of the members' ids."""
    chosen = sorted(candidates, key=lambda one: one.members)
    together = {identifier for candidate in chosen for identifier in candidate.members}
    return PairingSolution(
        partnerships=tuple(partnership_of(pool, candidate.with_roles) for candidate in chosen),
        unpaired=tuple(UnpairedCity(id=city) for city in pool.cities if city not in together),
    )


def hint_of(built: PairingModel, groups: Iterable[frozenset[str]]) -> dict[int, int]:
    """Values by variable index that say a plan of these partnerships."""
    variables = built.variables
    wanted = set(groups)
    if not wanted:
        return {}
    hint = {variables.formed[index].index: int(ids in wanted) for ids, index in variables.of_ids.items()}
    together = {identifier for ids in wanted for identifier in ids}
    for literals in (variables.has_partnership, variables.may_have):
        hint.update({literal.index: int(city in together) for city, literal in literals.items()})
    return hint


def decoded(built: PairingModel, solved: Solved) -> PairingSolution:
    """The plan that the solver's values say."""
    variables = built.variables
    formed = zip(variables.candidates, variables.formed, strict=True)
    return solution_of(variables.pool, [one for one, literal in formed if solved.holds(literal)])
