"""Blocking pairs against trying every exchange by a second reading of the problem."""

import json
from itertools import combinations, product
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.pairing.problem import read_problem
from scheduler.pairing.solve import solve
from scheduler.pairing.stability import blocking_pairs
from tests.scheduler.pairing.by_the_text import Group, Text, groups_of


def blocking_by_the_text(text: Text, plan: list[Group]) -> set[frozenset[str]]:
    """Each two cities for which some exchange leaves a right plan and makes the partnership worth more to both."""
    pins = {frozenset(pin) for pin in text.document.get("pins", [])}
    found = set()
    for pair in combinations(text.cities, 2):
        if not text.is_allowed(pair) or any(set(group[:2]) == set(pair) for group in plan):
            continue
        choices: list[list[Group | None]] = []
        for city in pair:
            mine = [group for group in plan if city in group]
            limit = text.limits(city)[1]
            worse = [one for one in mine if text.value(one) < text.value(pair) and frozenset(one) not in pins]
            choices.append([None] if limit is None or len(mine) < limit else list(worse))
        for given in product(*choices):
            if text.is_right([*(group for group in plan if group not in given), pair]):
                found.add(frozenset(pair))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_blocking_pairs_are_those_of_the_text(pools: Any, seed: int) -> None:
    document = pools.document(pools.drawn(11_000 + seed, cities=5 + seed % 4, most=3, pins=seed % 5 == 0))
    problem = read_problem(json.dumps(document))
    plan = solve(problem, limits=Limits(time_limit=10, workers=1)).solution
    if plan is None:
        return
    groups = groups_of(json.loads(plan.model_dump_json(by_alias=True)))
    found = {frozenset(side.id for side in pair.sides) for pair in blocking_pairs(problem, plan)}
    assert found == blocking_by_the_text(Text(document), groups)
