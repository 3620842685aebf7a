"""The solver against enumeration on small pools, against a greedy plan on larger ones, and its manners."""

import json
import random
from collections import Counter
from itertools import combinations, islice
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.limits import Control, Limits, Progress
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, score, stage_values
from scheduler.pairing.solution import PairingOutcome, PairingSolution
from scheduler.pairing.solve import attempts, mip, opening, relaxation, solve, staging
from scheduler.pairing.solve.attempts import plan_of
from scheduler.pairing.validation import validate

QUICK = Limits(time_limit=10, workers=1)


def values(outcome: PairingOutcome) -> dict[str, int | None] | None:
    return None if outcome.solution is None else {stage.name: stage.value for stage in outcome.stages}


@pytest.mark.parametrize("pins", [0, 1])
@pytest.mark.parametrize("seed", range(40))
def test_every_stage_equals_brute_force(pools: Any, seed: int, pins: int) -> None:
    """PAIR-05: every stage's value is that of trying all plans; infeasible exactly where there is none."""
    problem = pools.drawn(100 * pins + seed, cities=5 + seed % 3, pins=pins)
    best = pools.best(problem)
    outcome = solve(problem, limits=QUICK)
    assert values(outcome) == best
    assert outcome.status == ("infeasible" if best is None else "optimal")


@pytest.mark.parametrize("seed", range(12))
def test_every_stage_equals_brute_force_with_eight_cities(pools: Any, seed: int) -> None:
    """PAIR-05: the largest pool for which all plans are tried."""
    problem = pools.drawn(900 + seed, cities=8)
    outcome = solve(problem, limits=QUICK)
    assert values(outcome) == pools.best(problem)


@pytest.mark.parametrize("seed", range(25))
def test_every_stage_equals_brute_force_when_searched_in_parts(
    pools: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAIR-05: the way that large pools go, with a first search among few candidates, loses nothing either."""
    monkeypatch.setattr(attempts, "CORE", 3)
    monkeypatch.setattr(attempts, "PER_MEMBER", 1)
    monkeypatch.setattr(attempts, "ORDERED", 2)
    monkeypatch.setattr(relaxation, "NEAR", 2)
    monkeypatch.setattr(staging, "LARGE", 0)
    monkeypatch.setattr(opening, "FEW", 3)
    monkeypatch.setattr(opening, "PER_MEMBER", 1)
    problem = pools.drawn(500 + seed, cities=5 + seed % 3)
    outcome = solve(problem, limits=QUICK)
    assert values(outcome) == pools.best(problem)


@pytest.mark.parametrize("pins", [0, 1])
@pytest.mark.parametrize("seed", range(15))
def test_every_stage_equals_brute_force_where_numbers_are_large(
    pools: Any, seed: int, pins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAIR-05: the way of pools whose values are too large for floating point, which CP-SAT searches alone."""
    for module in (attempts, staging):
        monkeypatch.setattr(module, "is_exact", lambda _: False)
    problem = pools.drawn(700 + seed, cities=5 + seed % 3, pins=pins)
    best = pools.best(problem)
    outcome = solve(problem, limits=QUICK)
    assert values(outcome) == best
    assert outcome.status == ("infeasible" if best is None else "optimal")


def test_the_cases_drawn_have_all_that_matters(pools: Any) -> None:
    """The comparison above means something: pools with triangles, changes first, no plan at all, cities left over."""
    outcomes = [solve(pools.drawn(100 + seed, cities=5 + seed % 3, pins=1), limits=QUICK) for seed in range(40)]
    plans = [outcome.solution for outcome in outcomes if outcome.solution is not None]
    assert 5 <= len(plans) <= 35
    assert any(one.modality == "triangular" for plan in plans for one in plan.partnerships)
    assert any(plan.unpaired for plan in plans)
    assert any(outcome.stages and outcome.stages[0].name == "changes" for outcome in outcomes)


@pytest.mark.parametrize("cities", [0, 1, 2])
def test_a_pool_too_small_to_pair_has_an_optimal_plan(pools: Any, cities: int) -> None:
    wishes = [{"from": "a", "to": "b", "level": "no"}] if cities == 2 else []
    problem = pools.problem([pools.city(one) for one in "ab"[:cities]], wishes=wishes)
    outcome = solve(problem, limits=QUICK)
    assert outcome.status == "optimal"
    assert outcome.solution is not None
    assert outcome.solution.partnerships == ()
    assert [city.id for city in outcome.solution.unpaired] == list("ab"[:cities])


def check_random_pool(pools: Any, seed: int) -> None:
    problem = pools.drawn(seed, cities=4 + seed % 6, most=3)
    outcome = solve(problem, limits=Limits(time_limit=0.2, workers=1, seed=seed % 7))
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()
    vetoed = {frozenset((wish.from_, wish.to)) for wish in problem.wishes if wish.level == "no"}
    small = {city.id for city in problem.cities if city.population < problem.rules.min_population}
    countries = {city.id: city.country for city in problem.cities}
    excluded = {frozenset(pair) for pair in problem.excluded_country_pairs}
    avoided = {frozenset(tie.cities) for tie in problem.ties if tie.state == "active" and not problem.rules.active_ties}
    for partnership in outcome.solution.partnerships:
        assert not any(couple <= partnership.ids for couple in vetoed | avoided)
        assert not small & partnership.ids
        together = [countries[one] for one in partnership.ids if one in countries]
        assert not excluded & {frozenset(pair) for pair in combinations(together, 2)}


def test_a_hundred_random_pools_break_no_rule(pools: Any) -> None:
    """PAIR-04: no veto, excluded country pair, city below the limit or active tie against the rules; the short run."""
    for seed in range(100):
        check_random_pool(pools, seed)


@pytest.mark.long
def test_a_thousand_random_pools_break_no_rule(pools: Any) -> None:
    """PAIR-04: the same in 1,000 random pools."""
    for seed in range(1000, 2000):
        check_random_pool(pools, seed)


def greedy_by_value(pools: Any, problem: PairingProblem) -> tuple[Any, ...]:
    """Take the best partnership that still fits until none does: what a person with a list would do."""
    legal = [one for one in pools._every_partnership(problem) if not pools._broken_alone(problem, one)]
    limits = {city.id: city.engagements.max for city in problem.cities}
    limits.update({one.id: one.max for one in problem.facilitators})
    held: Counter[str] = Counter()
    couples: set[frozenset[str]] = set()
    chosen = []
    for one in sorted(legal, key=lambda one: -one.value):
        couple = frozenset(member.id for member in one.members if member.role != "facilitating")
        if couple not in couples and all(limits[i] is None or held[i] < limits[i] for i in one.ids):
            chosen.append(one)
            held.update(one.ids)
            couples.add(couple)
    return tuple(chosen)


@pytest.mark.parametrize("seed", range(4))
def test_a_larger_plan_is_never_below_a_greedy_one(pools: Any, seed: int) -> None:
    """PAIR-05: no larger pool's plan is lexicographically below a greedy one, however short the time."""
    problem = read_problem(
        json.dumps({**pools.document(pools.drawn(seed, cities=14, most=2)), "shares": {}, "previous": None})
    )
    greedy = pools.rank(pools.stages(problem, greedy_by_value(pools, problem)))
    outcome = solve(problem, limits=Limits(time_limit=5, workers=1))
    assert outcome.solution is not None
    assert pools.rank(stage_values(problem, outcome.solution)) >= greedy


def test_all_are_paired_before_value_counts_and_the_lowest_is_raised_first(pools: Any) -> None:
    """PAIR-06: if all case cities can be paired, all are; the lowest value ranks before the sum."""
    # a-b is worth most, but leaves c and d, who cannot be paired with each other; c-d is vetoed.
    cities = [
        pools.city("a", needs={"w": 5, "x": 1}, languages=["en"]),
        pools.city("b", offers={"w": 5}, needs={"x": 1}, languages=["en"]),
        pools.city("c", needs={"x": 1}),
        pools.city("d", needs={"x": 2}, languages=["en"]),
    ]
    wishes = [{"from": "c", "to": "d", "level": "no"}]
    outcome = solve(pools.problem(cities, wishes=wishes), limits=QUICK)
    assert values(outcome) is not None
    assert [stage.value for stage in outcome.stages[:2]] == [4, 4]
    free = solve(pools.problem(cities), limits=QUICK)
    assert free.solution is not None
    lows = {stage.name: stage.value for stage in free.stages}
    best = pools.best(pools.problem(cities))
    assert (lows["lowest"], lows["value"]) == (best["lowest"], best["value"])
    assert best["lowest"] > 0


def test_score_is_that_of_the_solution_and_sums_to_the_value(pools: Any) -> None:
    problem = pools.drawn(7, cities=7)
    outcome = solve(problem, limits=QUICK)
    assert outcome.solution is not None
    assert outcome.score == score(problem, outcome.solution)
    assert sum(term.cost for term in outcome.score.values()) == values(outcome)["value"]


def test_pins_stay(pools: Any) -> None:
    """PAIR-08: locked pairs stay when the pool is solved again."""
    cities = [pools.city(one, needs={"w": number}, offers={"w": 5 - number}) for number, one in enumerate("abcd", 1)]
    for pinned in (["a", "b"], ["a", "c"], ["a", "d"]):
        outcome = solve(pools.problem(cities, pins=[pinned]), limits=QUICK)
        assert outcome.solution is not None
        assert frozenset(pinned) in {one.ids for one in outcome.solution.partnerships}


def test_changes_first_keeps_the_previous_plan(pools: Any) -> None:
    cities = [pools.city(one, languages=["en"] if one in "ad" else ["fr"]) for one in "abcd"]
    previous = [["a", "b"], ["c", "d"]]
    free = solve(pools.problem(cities, previous=previous), limits=QUICK)
    kept = solve(pools.problem(cities, previous=previous, changes_first=True), limits=QUICK)
    assert values(free)["changes"] == 4
    assert values(kept)["changes"] == 0
    assert values(kept)["value"] < values(free)["value"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_planted_plan_is_met_or_passed(pools: Any, seed: int) -> None:
    """A plan hidden in the pool, whose partnerships are partly pinned, is found or beaten."""
    free = pools.drawn(seed, cities=6)
    draw = random.Random(seed)
    planted = draw.choice(list(islice(pools.every_plan(free), 40)))
    pins = [sorted(one.ids) for one in planted if draw.random() < 0.5]
    problem = read_problem(json.dumps({**pools.document(free), "pins": pins}))
    outcome = solve(problem, limits=QUICK)
    assert outcome.status == "optimal"
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()
    assert pools.rank(stage_values(problem, outcome.solution)) >= pools.rank(pools.stages(problem, planted))


def test_a_hint_is_never_lost(pools: Any) -> None:
    problem = pools.drawn(11, cities=12)
    best = solve(problem, limits=QUICK).solution
    assert best is not None
    control = Control()
    control.stop()
    again = solve(problem, hint=best, limits=QUICK, control=control)
    assert again.solution is not None
    assert stage_values(problem, again.solution) == stage_values(problem, best)


def test_a_hint_that_breaks_rules_does_no_harm(pools: Any) -> None:
    cities = [pools.city(one) for one in "abc"]
    free = pools.problem(cities)
    hint = pools.plan(free, ("a", "b"), ("b", "c"))
    outcome = solve(free, hint=hint, limits=QUICK)
    assert outcome.status == "optimal"
    assert outcome.solution is not None
    assert validate(free, outcome.solution) == ()


def test_a_hint_with_an_organisation_that_the_model_leaves_out_is_kept(
    pools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "CORE", 0)
    monkeypatch.setattr(attempts, "PER_MEMBER", 0)
    cities = [pools.city(one, needs={"w": 1}, offers={"w": 1}) for one in "abcdef"]
    problem = pools.problem(cities, facilitators=[{"id": one, "facilitates": ["w"]} for one in ("u", "v")])
    hint = pools.plan(problem, ("a", "b", "v"), ("c", "d", "v"), ("e", "f", "u"))
    assert solve(problem, hint=hint, limits=QUICK).status == "optimal"


def test_a_stopped_solve_keeps_the_plan_it_has(pools: Any) -> None:
    control = Control()
    control.stop()
    problem = pools.problem([pools.city(one, needs={"w": 1}) for one in "abcdef"])
    outcome = solve(problem, limits=QUICK, control=control)
    assert outcome.status == "stopped"
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()
    assert [stage.name for stage in outcome.stages] == ["reached", "paired", "lowest", "value"]


def test_a_stop_before_all_candidates_are_there_gives_a_plan_and_proves_nothing(pools: Any) -> None:
    cities = [pools.city(one, needs={"w": 1}, offers={"w": 1}) for one in "abcdef"]
    problem = pools.problem(cities, facilitators=[{"id": "u", "facilitates": ["w"]}])
    whole, broken_off = catalogue_of(Pool(problem)), catalogue_of(Pool(problem), is_over=lambda: True)
    assert (whole.is_whole, broken_off.is_whole) == (True, False)
    assert 0 < len(broken_off) < len(whole)
    control = Control()
    control.stop()
    outcome = solve(problem, limits=QUICK, control=control)
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()
    assert outcome.status == "stopped"
    assert {stage.bound for stage in outcome.stages} == {None}


@pytest.mark.parametrize("seed", range(12))
def test_a_greedy_plan_that_is_broken_off_keeps_every_rule(pools: Any, seed: int) -> None:
    pool = Pool(pools.drawn(7300 + seed, cities=12))
    catalogue = catalogue_of(pool)
    for asked in (0, 1, 3, 9):
        left = iter(range(asked))
        numbers = greedy_plan(catalogue, is_over=lambda left=left: next(left, None) is None)
        if numbers is not None:
            plan = plan_of(catalogue, np.array(numbers, dtype=np.int64)).solution
            assert validate(pool.problem, plan) == ()


def test_stop_in_the_middle_keeps_the_best(pools: Any) -> None:
    seen: list[Progress] = []
    control = Control()

    def watch(progress: Progress) -> None:
        seen.append(progress)
        control.stop()

    control.on_progress = watch
    problem = pools.drawn(3, cities=14)
    outcome = solve(problem, limits=QUICK, control=control)
    assert seen
    assert outcome.status == "stopped"
    assert outcome.solution is not None
    assert validate(problem, outcome.solution) == ()


def test_one_worker_seed_and_budget_give_the_same_answer_twice(pools: Any) -> None:
    problem = pools.drawn(5, cities=14)
    limits = Limits(workers=1, seed=3, budget=1)
    first, second = solve(problem, limits=limits), solve(problem, limits=limits)
    assert first.solution == second.solution
    assert [(s.name, s.value, s.bound) for s in first.stages] == [(s.name, s.value, s.bound) for s in second.stages]


def test_bounds_are_never_passed(pools: Any) -> None:
    for seed in range(10):
        outcome = solve(pools.drawn(seed, cities=9), limits=Limits(time_limit=0.3, workers=1))
        for stage in outcome.stages:
            assert (
                stage.bound is None
                or stage.value is None
                or (stage.value <= stage.bound if stage.sense == "max" else stage.value >= stage.bound)
            )


def test_long_decimals_and_large_weights_are_exact(pools: Any) -> None:
    cities = [pools.city(one, languages=["en"]) for one in "abcd"]
    cities += [pools.city(one, group="north", languages=["en"]) for one in "mn"]
    problem = pools.problem(
        cities, shares={"north-north": {"max": 0.33333333333}}, weights={"language": 2**31, "wish": 2**31}
    )
    outcome = solve(problem, limits=QUICK)
    assert outcome.status == "optimal"
    assert values(outcome) == pools.best(problem)


def test_weights_too_large_for_the_relaxation_are_searched_all_the_same(pools: Any) -> None:
    cities = [
        pools.city(one, languages=["en"], needs={"w": 5}, offers={"w": 5}, engagements={"min": 3, "max": 3})
        for one in "abcdef"
    ]
    weights = dict.fromkeys(("need_met", "need_shared", "reciprocity", "language"), 2**31)
    problem = pools.problem(cities, weights=weights, wishes=[{"from": "a", "to": "b", "level": "no"}])
    outcome = solve(problem, limits=QUICK)
    assert outcome.status == "optimal"
    assert values(outcome) == pools.best(problem)


def test_infeasible_is_a_value(pools: Any) -> None:
    problem = pools.problem([pools.city(one) for one in "abc"], pins=[["a", "b"], ["b", "c"]])
    outcome = solve(problem, limits=QUICK)
    assert (outcome.status, outcome.solution, outcome.score, outcome.stages) == ("infeasible", None, {}, ())


def test_a_plan_that_breaks_a_rule_never_leaves(pools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that has lost the rules forms all there is, for more value than any plan; the clerk stops it."""

    def form_all(_master: Any, numbers: Any, _part: Any, **_rest: Any) -> mip.Answer:
        return mip.Answer("optimal", numbers, None)

    monkeypatch.setattr(staging, "branch", form_all)
    monkeypatch.setattr(attempts, "branch", form_all)
    with pytest.raises(RuntimeError, match="the plan found breaks engagements_within_limits"):
        solve(pools.drawn(4, cities=14), limits=QUICK)


def test_the_solution_of_an_empty_problem_is_empty() -> None:
    outcome = solve(read_problem('{"format": "bridge-pairing/1"}'), limits=QUICK)
    assert outcome.status == "optimal"
    assert outcome.solution == PairingSolution()
