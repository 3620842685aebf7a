"""Blocking pairs against the definition: every exchange of two cities tried, and judged by the clerk."""

import json
from itertools import combinations, product
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, partnership_of
from scheduler.pairing.solution import PairingSolution, UnpairedCity
from scheduler.pairing.solve import solve
from scheduler.pairing.stability import blocking_pairs
from scheduler.pairing.validation import validate

QUICK = Limits(time_limit=10, workers=1)


def exchanged(problem: PairingProblem, plan: PairingSolution, gone: set[frozenset[str]], new: Any) -> PairingSolution:
    partnerships = (*(one for one in plan.partnerships if one.ids not in gone), new)
    together = {member for one in partnerships for member in one.ids}
    return PairingSolution(
        partnerships=partnerships,
        unpaired=tuple(UnpairedCity(id=city.id) for city in problem.cities if city.id not in together),
    )


def by_definition(pools: Any, problem: PairingProblem, plan: PairingSolution) -> set[frozenset[str]]:
    pool = Pool(problem)
    couples = [{member.id for member in each.members if member.role != "facilitating"} for each in plan.partnerships]
    found = set()
    for one, other in combinations([city.id for city in problem.cities], 2):
        if {one, other} in couples:
            continue
        new = partnership_of(pool, pools.members((one, other)))
        options = []
        for city in (one, other):
            theirs = [each for each in plan.partnerships if city in each.ids]
            limit = pool.limit_of(city)
            has_room = limit is None or len(theirs) < limit
            options.append([None] if has_room else [each.ids for each in theirs if each.value < new.value])
        for given_up in product(*options):
            if validate(problem, exchanged(problem, plan, {ids for ids in given_up if ids}, new)) == ():
                found.add(frozenset((one, other)))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_blocking_pairs_are_those_of_the_definition(pools: Any, seed: int) -> None:
    problem = pools.drawn(seed, cities=7, most=3)
    plan = solve(problem, limits=QUICK).solution
    assert plan is not None
    if seed % 2 and plan.partnerships:
        pins = [sorted(plan.partnerships[0].ids)]
        problem = read_problem(json.dumps({**pools.document(problem), "pins": pins}))
    found = blocking_pairs(problem, plan)
    assert {frozenset(side.id for side in pair.sides) for pair in found} == by_definition(pools, problem, plan)
    for pair in found:
        for side in pair.sides:
            assert side.loses < pair.value or side.instead_of is None


def test_some_of_the_pools_above_are_stable_and_some_are_not(pools: Any) -> None:
    plans = [(problem, solve(problem, limits=QUICK).solution) for problem in map(pools.drawn, range(20))]
    counts = [len(blocking_pairs(problem, plan)) for problem, plan in plans if plan is not None]
    assert 0 in counts
    assert max(counts) > 0


def test_the_names_of_those_who_would_rather(pools: Any) -> None:
    """Everybody is paired first, so a and b give each other up for c and d; both would rather be together."""
    cities = [
        pools.city("a", needs={"w": 5}),
        pools.city("b", offers={"w": 5}),
        pools.city("c", needs={"w": 1}),
        pools.city("d", needs={"w": 1}, offers={"w": 1}),
    ]
    wishes = [{"from": "c", "to": "d", "level": "no"}]
    problem = pools.problem(cities, wishes=wishes)
    plan = pools.plan(problem, ("a", "d"), ("b", "c"))
    (pair,) = blocking_pairs(problem, plan)
    assert pair.value == 10
    assert [(side.id, side.instead_of, side.loses) for side in pair.sides] == [
        ("a", ("a", "d"), 4),
        ("b", ("b", "c"), 2),
    ]
    pinned = pools.problem(cities, wishes=wishes, pins=[["a", "d"]])
    assert blocking_pairs(pinned, plan) == ()


def test_two_cities_with_room_block_by_themselves(pools: Any) -> None:
    problem = pools.problem([pools.city("a"), pools.city("b")])
    (pair,) = blocking_pairs(problem, pools.plan(problem))
    assert [side.instead_of for side in pair.sides] == [None, None]
