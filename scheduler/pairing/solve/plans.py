"""Plans compared and made: stage by stage, from candidates, and as hints for the solver."""

from collections.abc import Iterable

from scheduler.core.cpsat import Solved
from scheduler.pairing.model import PairingModel
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool, partnership_of, stage_values, stages_of
from scheduler.pairing.solution import PairingSolution, UnpairedCity


def solution_of(pool: Pool, candidates: Iterable[Candidate]) -> PairingSolution:
    """A plan of these candidates, with reasons and the cities left out; in the order of the members' ids."""
    chosen = sorted(candidates, key=lambda one: one.members)
    together = {identifier for candidate in chosen for identifier in candidate.members}
    return PairingSolution(
        partnerships=tuple(partnership_of(pool, candidate.with_roles) for candidate in chosen),
        unpaired=tuple(UnpairedCity(id=city) for city in pool.cities if city not in together),
    )


def better_of(problem: PairingProblem, plans: Iterable[PairingSolution]) -> PairingSolution | None:
    """The plan that ranks first, stage by stage; the earlier one of equals."""
    signs = [1 if sense == "max" else -1 for sense in stages_of(problem).values()]

    def rank(plan: PairingSolution) -> list[int]:
        return [sign * value for sign, value in zip(signs, stage_values(problem, plan).values(), strict=True)]

    return max(plans, key=rank, default=None)


def hint_of(built: PairingModel, plan: PairingSolution | None) -> dict[int, int]:
    """Values by variable index that say this plan."""
    if plan is None:
        return {}
    variables = built.variables
    wanted = {partnership.ids for partnership in plan.partnerships}
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
