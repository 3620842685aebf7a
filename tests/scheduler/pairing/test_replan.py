"""What changes when something is pinned, vetoed or declined: the closest of the best plans, against enumeration."""

import json
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.replan import replace_partnership, replan
from scheduler.pairing.solve import solve
from scheduler.pairing.validation import validate

QUICK = Limits(time_limit=10, workers=1)


def with_values(pools: Any, problem: PairingProblem, **values: Any) -> PairingProblem:
    return read_problem(json.dumps({**pools.document(problem), **values}))


@pytest.mark.parametrize("seed", range(20))
def test_the_new_plan_is_the_closest_of_the_best(pools: Any, seed: int) -> None:
    """PAIR-08: how many others would change, and which; no plan as good changes fewer."""
    problem = with_values(pools, pools.drawn(seed, cities=6), previous=None, changes_first=False)
    before = solve(problem, limits=QUICK).solution
    assert before is not None
    vetoed = [{"from": "c0", "to": f"c{number}", "level": "no"} for number in (1, 2)]
    changed = with_values(pools, problem, wishes=vetoed)
    again = replan(changed, before, limits=QUICK)
    assert again.outcome.status == "optimal"
    assert again.outcome.solution is not None
    assert validate(changed, again.outcome.solution) == ()
    old = {one.ids for one in before.partnerships}
    best = max(
        (*pools.rank(pools.stages(changed, plan)), -len({one.ids for one in plan} ^ old))
        for plan in pools.every_plan(changed)
    )
    stages = pools.stages(changed, again.outcome.solution.partnerships)
    assert (*pools.rank(stages), -again.changes) == best
    assert {one.ids for one in again.ended} == old - {one.ids for one in again.outcome.solution.partnerships}
    assert {one.ids for one in (*again.kept, *again.formed)} == {one.ids for one in again.outcome.solution.partnerships}
    assert {one.ids for one in again.kept} <= old


def test_with_changes_first_only_what_must_changes(pools: Any) -> None:
    cities = [pools.city(one, languages=["en"] if one in "ad" else ["fr"]) for one in "abcd"]
    before = pools.plan(pools.problem(cities), ("a", "b"), ("c", "d"))
    assert replan(pools.problem(cities), before, limits=QUICK).changes == 4
    assert replan(pools.problem(cities, changes_first=True), before, limits=QUICK).changes == 0


def test_nothing_changes_where_nothing_has_changed(pools: Any) -> None:
    problem = with_values(pools, pools.drawn(3, cities=8), previous=None)
    before = solve(problem, limits=QUICK).solution
    assert before is not None
    again = replan(problem, before, limits=QUICK)
    assert (again.changes, len(again.kept)) == (0, len(before.partnerships))


def test_a_city_that_is_gone_ends_its_partnership(pools: Any) -> None:
    cities = [pools.city(one, needs={"w": 1}) for one in "abcd"]
    before = pools.plan(pools.problem(cities), ("a", "b"), ("c", "d"))
    again = replan(pools.problem(cities[1:]), before, limits=QUICK)
    assert frozenset("ab") in {one.ids for one in again.ended}
    assert again.changes == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_replacement_leaves_the_others_alone_and_is_the_best(pools: Any, seed: int) -> None:
    """PAIR-09: a decline releases its members; the others stay, and no better plan does that."""
    problem = with_values(pools, pools.drawn(200 + seed, cities=7), shares={}, previous=None)
    plan = solve(problem, limits=QUICK).solution
    assert plan is not None
    assert plan.partnerships
    released = plan.partnerships[0]
    decliner = released.members[-1].id
    again = replace_partnership(problem, plan, released.ids, declined_by=decliner, limits=QUICK)
    assert again.outcome.status == "optimal"
    assert [one.ids for one in again.ended] == [released.ids]
    assert {one.ids for one in again.kept} == {one.ids for one in plan.partnerships[1:]}
    cities = {city.id for city in problem.cities}
    couples = [{decliner, other} for other in released.ids & cities - {decliner}]
    if decliner in cities:
        assert not any(couple <= one.ids for couple in couples for one in again.formed)
        rest = {one.ids for one in plan.partnerships[1:]}
        allowed = [
            every
            for every in pools.every_plan(problem)
            if rest <= {one.ids for one in every} and not any(couple <= one.ids for couple in couples for one in every)
        ]
        best = max(pools.rank(pools.stages(problem, every)) for every in allowed)
        assert pools.rank(pools.stages(problem, again.outcome.solution.partnerships)) == best
    else:
        assert not any(decliner in one.ids for one in again.formed)


def test_who_is_not_in_the_partnership_cannot_decline_it(pools: Any) -> None:
    problem = pools.problem([pools.city(one) for one in "abcd"])
    plan = pools.plan(problem, ("a", "b"), ("c", "d"))
    for released, decliner in ((("a", "c"), "a"), (("a", "b"), "c")):
        with pytest.raises(ValueError, match="no such partnership"):
            replace_partnership(problem, plan, released, declined_by=decliner)


def test_a_replacement_that_the_shares_forbid_is_infeasible(pools: Any) -> None:
    cities = [pools.city("a"), pools.city("b"), pools.city("n", group="north"), pools.city("m", group="north")]
    problem = pools.problem(cities, shares={"south-south": {"min": 0.5}})
    plan = pools.plan(problem, ("a", "b"), ("n", "m"))
    again = replace_partnership(problem, plan, ("a", "b"), declined_by="a", limits=QUICK)
    assert (again.outcome.status, again.ended, again.formed, again.kept) == ("infeasible", (), (), ())
