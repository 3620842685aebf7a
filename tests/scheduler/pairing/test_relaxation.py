"""The relaxation: its bounds against every plan of small pools, and what makes it tight."""

from itertools import chain, repeat
from typing import Any

import numpy as np
import pytest

from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool
from scheduler.pairing.solve import relaxation
from scheduler.pairing.solve.attempts import tried
from scheduler.pairing.solve.by_size import relax_by_size
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.proof import Relaxed
from scheduler.pairing.solve.relaxation import relax
from scheduler.pairing.solve.rows import Goal


def bounds(problem: PairingProblem, stage: str, *, above: int) -> tuple[int, int]:
    """The bound of the plain relaxation, and of the one by the number of partnerships."""
    catalogue = catalogue_of(Pool(problem))
    whole = np.arange(len(catalogue))
    plain = relax(Master(catalogue, Goal(stage)), whole, seconds=lambda: 60.0)
    by_size = relax_by_size(Master(catalogue, Goal(stage)), whole, above=above, seconds=lambda: 60.0)
    assert plain is not None
    assert by_size is not None
    return plain.bound, by_size.bound


@pytest.mark.parametrize("stage", ["reached", "paired", "value"])
@pytest.mark.parametrize("seed", range(40))
def test_no_bound_is_below_the_best_plan(pools: Any, seed: int, stage: str) -> None:
    """PAIR-05: whatever is left to splits and cuts, no plan passes the bound."""
    problem = pools.drawn(3000 + seed, cities=5 + seed % 2, most=3, pins=seed % 2)
    best = max((pools.stages(problem, plan)[stage] for plan in pools.every_plan(problem)), default=None)
    if best is None:
        return
    plain, by_size = bounds(problem, stage, above=best - 1)
    assert best <= by_size <= plain


@pytest.mark.parametrize("stage", ["reached", "paired", "value"])
@pytest.mark.parametrize("seed", range(10))
def test_a_bound_found_in_too_short_a_time_is_none_or_holds(
    pools: Any, seed: int, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAIR-05: the prices at hand when the time runs out bound all candidates, those not looked at too."""
    monkeypatch.setattr(relaxation, "PER_MEMBER", 1)
    monkeypatch.setattr(relaxation, "NEAR", 2)
    problem = pools.drawn(5000 + seed, cities=6, most=3)
    best = max((pools.stages(problem, plan)[stage] for plan in pools.every_plan(problem)), default=0)
    catalogue = catalogue_of(Pool(problem))
    for rounds in range(4):
        clock = chain(repeat(60.0, rounds), repeat(0.0))
        nothing = np.zeros(0, dtype=np.int64)
        relaxed = relax(Master(catalogue, Goal(stage)), nothing, seconds=lambda clock=clock: next(clock))
        assert (relaxed is None) == (rounds == 0)
        assert relaxed is None or relaxed.bound >= best


@pytest.mark.parametrize("seed", range(20))
def test_no_candidate_of_a_best_plan_is_left_out(pools: Any, seed: int) -> None:
    """PAIR-05: leaving candidates out costs no plan that is as good as asked."""
    problem = pools.drawn(4000 + seed, cities=6, pins=seed % 2)
    plans = [(pools.stages(problem, plan)["value"], plan) for plan in pools.every_plan(problem)]
    if not plans:
        return
    catalogue = catalogue_of(Pool(problem))
    best = max(value for value, _ in plans)
    start = np.arange(len(catalogue))
    relaxed = relax_by_size(Master(catalogue, Goal("value")), start, above=best - 1, seconds=lambda: 60.0)
    assert relaxed is not None
    allowed = relaxed.allowed(best)
    whole = [plan for value, plan in plans if value == best]
    # Of plans that differ in an organisation, or in the direction of a triangle, the catalogue holds one.
    kept = [[catalogue.numbers_of([one.ids]).get(one.ids) for one in plan] for plan in whole]
    assert any(all(number is not None for number in plan) for plan in kept)
    for plan in kept:
        assert all(number is None or allowed[number] for number in plan)


def test_a_share_is_a_whole_number_of_partnerships(pools: Any) -> None:
    """A third of four pairs may be northern: the relaxation took a pair and a third until it knew the number."""
    cities = [pools.city(one, group="north", needs={"w": 5}, offers={"w": 5}) for one in "mnop"]
    cities += [pools.city(one, languages=["en"]) for one in "abcd"]
    problem = pools.problem(cities, shares={"north-north": {"max": 0.34}})
    best = max(pools.stages(problem, plan)["value"] for plan in pools.every_plan(problem))
    plain, by_size = bounds(problem, "value", above=best)
    assert by_size == best < plain


def test_one_partnership_of_two_reaches_nobody_by_half(pools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cities want a second partnership and one partner is left: it is the second of one of them only."""
    cities = [pools.city(one, engagements={"min": 2, "max": 2}) for one in "abc"]
    cities += [pools.city(one) for one in "xyzw"]
    said = [{"from": one, "to": other, "level": "no"} for one, other in ("ab", "ac", "bc")]
    problem = pools.problem(cities, wishes=said, pins=[["a", "x"], ["b", "y"], ["c", "z"]])
    best = max(pools.stages(problem, plan)["reached"] for plan in pools.every_plan(problem))
    assert bounds(problem, "reached", above=best)[0] == best
    monkeypatch.setattr(relaxation, "rests", lambda *_: [])
    assert bounds(problem, "reached", above=best)[0] == best + 1


def test_what_the_relaxation_forms_is_tried_though_thousands_cost_less(pools: Any) -> None:
    """PAIR-05: where rounded prices make what it forms dear, the plan next to the relaxation would be missed."""
    catalogue = catalogue_of(Pool(pools.drawn(1, cities=8, most=3)))
    size = len(catalogue)
    assert size > 4
    losses = np.zeros(size, dtype=np.int64)
    losses[-2:] = 1
    last = np.arange(size - 3, size)
    relaxed = Relaxed(0, 0, 1, losses, last, np.array([0.0, 0.25, 1.0]))
    chosen = tried(catalogue, relaxed, 2)
    assert len(chosen) == 4
    assert set(relaxed.formed.tolist()) == {size - 2, size - 1} <= set(chosen.tolist())
