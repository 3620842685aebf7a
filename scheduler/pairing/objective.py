"""What the model makes as large or small as possible: the terms of the value, and the stages in which they rank."""

from collections.abc import Callable, Collection
from functools import partial

from ortools.sat.python import cp_model

from scheduler.core.staged import Stage
from scheduler.pairing.score import TERMS as SCORE_TERMS
from scheduler.pairing.score import stages_of
from scheduler.pairing.variables import PairingVariables

Expression = Callable[[PairingVariables], cp_model.LinearExprT]


def points_of_term(variables: PairingVariables, *, term: str) -> cp_model.LinearExprT:
    """Points of one term over the partnerships formed: weight times units."""
    position = tuple(SCORE_TERMS).index(term)
    weight = variables.pool.weights[position]
    having = [index for index, one in enumerate(variables.candidates) if weight and one.units[position]]
    return cp_model.LinearExpr.weighted_sum(
        [variables.formed[index] for index in having],
        [weight * variables.candidates[index].units[position] for index in having],
    )


TERMS: dict[str, Expression] = {name: partial(points_of_term, term=name) for name in SCORE_TERMS}


def reached(variables: PairingVariables) -> cp_model.LinearExprT:
    """Cities with at least the partnerships they want; those that want none count without a literal."""
    literals: list[cp_model.IntVar] = []
    granted = 0
    for city in variables.problem.cities:
        wanted = city.engagements.min
        if wanted == 0:
            granted += 1
        elif wanted == 1:
            literals.append(variables.has_partnership[city.id])
        elif wanted <= len(variables.of_member[city.id]):
            literal = variables.model.new_bool_var(f"reached {city.id}")
            variables.model.add(variables.memberships(city.id) >= wanted * literal)
            literals.append(literal)
    return cp_model.LinearExpr.sum([*literals, granted])


def paired(variables: PairingVariables) -> cp_model.LinearExprT:
    """Cities that have a partnership."""
    return cp_model.LinearExpr.sum(list(variables.has_partnership.values()))


def lowest(variables: PairingVariables) -> cp_model.LinearExprT:
    """A number that no city with a partnership is below; 0 where no city has one."""
    model = variables.model
    largest = _largest_lowest(variables)
    floor = model.new_int_var(0, largest, "lowest")
    model.add(floor <= largest * cp_model.LinearExpr.sum(list(variables.has_partnership.values())))
    for city, literal in variables.may_have.items():
        model.add_implication(variables.has_partnership[city], literal)
        indices = variables.of_member[city]
        if indices:
            model.add(floor <= variables.points(indices) + largest * (1 - literal))
    return floor


def keep_floor(variables: PairingVariables, floor: int) -> None:
    """No city with a partnership has less than ``floor``: tighter than asking it of ``lowest``."""
    for city, literal in variables.may_have.items():
        variables.model.add_implication(variables.has_partnership[city], literal)
        indices = variables.of_member[city]
        if variables.pool.limit_of(city) == 1:
            for index in indices:
                if variables.candidates[index].value < floor:
                    variables.model.add(variables.formed[index] == 0)
        elif indices:
            worth = [min(variables.candidates[index].value, floor) for index in indices]
            held = cp_model.LinearExpr.weighted_sum([variables.formed[index] for index in indices], worth)
            variables.model.add(held >= floor * literal)


def value(variables: PairingVariables) -> cp_model.LinearExprT:
    """The sum of the values of the partnerships formed."""
    return cp_model.LinearExpr.sum([term(variables) for term in TERMS.values()])


def changes(variables: PairingVariables) -> cp_model.LinearExprT:
    """Partnerships formed that were not there before, and earlier ones that are not formed."""
    before = {frozenset(members) for members in variables.problem.previous or ()}
    kept = [index for ids, index in variables.of_ids.items() if ids in before]
    others = [index for ids, index in variables.of_ids.items() if ids not in before]
    return variables.total(others) - variables.total(kept) + len(before)


STAGES: dict[str, Expression] = {
    "reached": reached,
    "paired": paired,
    "lowest": lowest,
    "value": value,
    "changes": changes,
}


def stages(variables: PairingVariables, wanted: Collection[str]) -> list[Stage]:
    """Those of the wanted stages that apply to the problem, in order."""
    return [
        Stage(name=name, sense=sense, expression=STAGES[name](variables))
        for name, sense in stages_of(variables.problem).items()
        if name in wanted
    ]


def _largest_lowest(variables: PairingVariables) -> int:
    """The lowest value cannot pass what the best-off city can have: its best candidates up to its limit."""
    best = 0
    for city in variables.problem.cities:
        values = sorted((variables.candidates[index].value for index in variables.of_member[city.id]), reverse=True)
        best = max(best, sum(values[: city.engagements.max]))
    return best
